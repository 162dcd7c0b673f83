"""When the launch files start a program again: after every exit, except that of wrong parameters."""

from launch.actions import EmitEvent, LogInfo
from launch.events import matches_action
from launch.events.process import ShutdownProcess

WRONG_PARAMETERS = 2  # the exit code (docs/operating.md)


def stay_down(event, _context):
    """Cancels the restart of a program that would fail again for the same reason."""
    if event.returncode != WRONG_PARAMETERS:
        return None
    return [
        LogInfo(msg=f'{event.process_name} is not started again: its last error above has the reason'),
        # The process has ended; this ends the wait before its restart.
        EmitEvent(event=ShutdownProcess(process_matcher=matches_action(event.action))),
    ]


# Arguments of a node.
RESTART = {'respawn': True, 'respawn_delay': 2.0, 'on_exit': stay_down}
