"""Nothing in these tests sleeps for luck. A test waits for a signal that a user could see as well:
the catalogue, diagnostics, the graph, a message.
"""

import time

PATIENCE = 20  # seconds until something that should happen counts as not happening


def eventually(what, check, patience=PATIENCE):
    """Waits until `check` gives something true, and gives that."""
    end = time.monotonic() + patience
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, f'not within {patience} s: {what() if callable(what) else what}'
        time.sleep(0.01)
