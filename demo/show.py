"""Runs the hotel lobby: a robot in Gazebo, the guard, four stakeholders and an intruder.

Called by tools/demo. Every claim is checked against the received messages.
"""

import argparse
import json
import os
import sys
import time

import page
from checks import Checks
from deployment import GIVEN, Deployment, missing
from report import report
from run import Run
from scenario import Scenario
from sim import namespace  # deployment has put the clone on the path
from stage import ROOT, Stage, paint, perform, until


def main():
    options = parse()
    if options.why_not:
        print(missing() or '', end='')
        return 0
    try:
        namespace.enter()  # gzserver and the robot's own domain accept any process that can reach them
    except namespace.Unavailable as why:
        raise SystemExit(f'The lobby cannot run here: {why}') from None
    return perform(lambda: Demo(options.domains), options.keep)


def parse():
    parser = argparse.ArgumentParser(prog='tools/demo', description=__doc__.splitlines()[0])
    parser.add_argument(
        '--keep', action='store_true', help='leave it running until Ctrl-C, and print commands to inspect it'
    )
    parser.add_argument(
        '--domains',
        type=int,
        nargs=2,
        default=(81, 82),
        metavar=('INNER', 'OUTER'),
        help='ROS domain ids to use, and the next four for the stakeholders (default 81 82)',
    )
    parser.add_argument(
        '--why-not', action='store_true', help='print why the lobby cannot run here, or nothing if it can'
    )
    return parser.parse_args()


class Demo:
    """The lobby, from the first process to the page."""

    def __init__(self, domains):
        self.stage = Stage(participants=25)
        self.deployment = Deployment(self.stage, domains)

    def __enter__(self):
        self.stage.__enter__()
        return self

    def __exit__(self, *why):
        self.stage.__exit__(*why)

    def run(self):
        """Returns the summary: all numbers, and every claim with its result."""
        stage, deployment, run = self.stage, self.deployment, Run(self.stage.say)
        deployment.start_robot()
        deployment.start_discreet()
        listeners = deployment.start_listeners(frames=stage.out / 'frames')
        intruder = deployment.start_intruder()
        gather(run, deployment, listeners, intruder)
        scenario = Scenario(
            run, stage, deployment, listeners, intruder, lambda: listeners.ask('report')['pose'][0][1:]
        )
        scenario.play()
        scenario.collect()
        summary = Checks(run, deployment).summary()
        (stage.out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
        page.write(stage.out / 'index.html', summary)
        print('\n' + report(summary, paint) + '\n')
        stage.say(
            'Results in out/: the page index.html, summary.json, keeper/audit.log, logs of all programs'
        )
        return summary

    def wait(self):
        """Leaves it running, and prints commands to inspect it."""
        socket, domains, outer = self.stage.socket, self.deployment.domains, self.deployment.outer
        print(
            f"""
The demo keeps running. To inspect it, open another terminal, in its network namespace:
  sudo nsenter --target {os.getpid()} --net --ipc --mount bash
  cd {ROOT}; source .ros/env.sh; export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST
  ROS_DOMAIN_ID={domains['navigation']} python3 demo/mission.py --namespace /navigation     drive again
  ROS_DOMAIN_ID={outer} python3 examples/read_tags.py /battery     open data, with its tags
  ROS_DOMAIN_ID={domains['front_desk']} ros2 topic echo /front_desk/speech/transcript
  ROS_DOMAIN_ID={domains['front_desk']} ros2 action send_goal --feedback /front_desk/navigate_to_pose \\
    hotel_interfaces/action/NavigateToPose '{{pose: {{pose: {{position: {{x: 1.0}}}}}}}}'     send the robot
  target/release/discreet who --socket {socket}
  target/release/discreet grant analytics --socket {socket}
  target/release/discreet audit show --follow {socket.parent}/audit.log
  edit out/lobby.yaml                                     raise `version:` and save: the guard reloads it
For Foxglove or a browser, start a bridge there, in the domain of a stakeholder:
  ROS_DOMAIN_ID={domains['maintenance']} ros2 launch foxglove_bridge foxglove_bridge_launch.xml
  ROS_DOMAIN_ID={domains['maintenance']} ros2 launch rosbridge_server rosbridge_websocket_launch.xml
`ros2` needs an installed ROS. Ctrl-C ends the demo.""",
            flush=True,
        )
        while True:
            time.sleep(0.5)
            self.deployment.gazebo.check()


def gather(run, deployment, listeners, intruder):
    """Waits until each stakeholder receives its topics, and lets the intruder attack."""

    def arrived():
        counts = listeners.ask('report')['counts']
        return all(counts[who].get(topic, 0) for who, topics in GIVEN.items() for topic in topics)

    until(arrived, 'the topics of each stakeholder', timeout=40)
    names = intruder.ask('attack', topics=listeners.ask('topics'))['names']
    run.first = listeners.ask('report')
    run.mark(
        f'Each stakeholder receives its topics; an intruder on the outer domain ({deployment.outer})'
        f' subscribes to {names} names'
    )


if __name__ == '__main__':
    sys.exit(main())
