"""The nodes of the robot that the simulator does not provide: the reception's guest database, the guests'
speech, logs and diagnostics. All are on the inner domain.

    ROS_DOMAIN_ID=81 python3 demo/hotel.py

Guests are invented. Card numbers are test numbers of payment systems, telephone numbers are unassigned.
"""

import contextlib
import signal
import sys

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from discreet_interfaces.srv import SetRoster
from hotel_interfaces.srv import LookupGuest
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String

# name, room, passport, card, telephone
GUESTS = [
    ('Karin Lindqvist', '412', 'C01X00T47', '4111 1111 1111 1111', '+49 151 5550 1234'),
    ('Tomas Ferreira', '207', 'P4366918', '5555 5555 5555 4444', '+351 912 555 018'),
    ('Amara Okafor', '118', 'A08216507', '3782 822463 10005', '+44 7700 900123'),
    ('Jean Moreau', '305', '12AB34567', '6011 1111 1111 1117', '+33 6 99 55 01 23'),
]

# As written by a speech recogniser: lower case, and some numbers as words.
HEARD = [
    'good evening my name is Karin Lindqvist i have a booking',
    'Where is the breakfast room?',
    'please put it on my card, four one one one one one one one one one one one one one one one',
    'This is Tomas Ferreira in room 207. Could you bring two towels?',
    'My card is 5555 5555 5555 4444, valid until March.',
    'Is the pool open until ten?',
    'you can reach me at plus four four seven seven zero zero nine zero zero one two three',
    'My passport number is C01X00T47.',
    'Please write to amara.okafor@mail.example, or ring room one one eight.',
]

# Log messages and diagnostics with personal data, as real nodes publish them.
LOGGED = [
    'goal reached: two towels for guest Karin Lindqvist, room 412',
    'map loaded from /home/jonas.weber/maps/lobby.yaml',
    (
        'upload to https://fleet.hotel.example/v2/push?robot=lobby-1&token=9f2c77b1e0d94a6fb3558c21 failed,'
        ' trying again'
    ),
    'speech: heard guest Tomas Ferreira, confidence 0.93',
]
REPORTED = [
    ('wheel odometry', 'ok', {'left ticks': '18224', 'right ticks': '18201', 'slip': '0.2 %'}),
    (
        'network',
        'connected',
        {'interface': 'wlan0', 'station': '3c:22:fb:9a:41:d7', 'address': '192.168.7.23'},
    ),
    ('task', 'delivering', {'for': 'Amara Okafor, room 118', 'log': '/home/jonas.weber/.ros/log/latest'}),
]


class Reception(Node):
    """The guest database: answers calls on the robot's own domain,
    and gives the guard today's roster.
    """

    def __init__(self):
        super().__init__('reception')
        self.create_service(LookupGuest, '/guests/lookup', self.look_up)
        self.roster = self.create_client(SetRoster, '/discreet/roster')
        self.handing_over = self.create_timer(0.5, self.hand_over)

    def look_up(self, request, response):
        wanted = request.query.strip().casefold()
        for name, room, passport, card, phone in GUESTS:
            if wanted and (wanted == room or wanted in name.casefold()):
                response.found, response.name, response.room = True, name, room
                response.passport_number, response.card_number, response.phone = passport, card, phone
                break
        return response

    def hand_over(self):
        if self.roster.service_is_ready():
            self.handing_over.cancel()
            texts = [text for name, room, *_ in GUESTS for text in (name, room)]
            self.roster.call_async(SetRoster.Request(kinds=['person', 'room'] * len(GUESTS), texts=texts))


class Speech(Node):
    def __init__(self):
        super().__init__('speech')
        self.publisher, self.serial = self.create_publisher(String, '/speech/transcript', 10), 0
        self.create_timer(1.0, self.hear)

    def hear(self):
        self.publisher.publish(String(data=HEARD[self.serial % len(HEARD)]))
        self.serial += 1


class Base(Node):
    """The robot's computer: its battery, its diagnostics and its log."""

    def __init__(self):
        super().__init__('base')
        self.battery = self.create_publisher(BatteryState, '/battery', 10)
        self.diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.serial = 0
        self.create_timer(1.0, self.tell)

    def tell(self):
        now = self.get_clock().now().to_msg()
        state = BatteryState(
            voltage=25.1 - self.serial / 2000, percentage=0.81 - self.serial / 5000, present=True
        )
        state.header.stamp = now
        self.battery.publish(state)
        report = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    name=name,
                    message=message,
                    hardware_id='lobby-1',
                    values=[KeyValue(key=key, value=value) for key, value in values.items()],
                )
                for name, message, values in REPORTED
            ]
        )
        report.header.stamp = now
        self.diagnostics.publish(report)
        self.get_logger().info(LOGGED[self.serial % len(LOGGED)])  # goes to /rosout
        self.serial += 1


def main():
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: rclpy.try_shutdown())
    executor = SingleThreadedExecutor()
    for node in (Reception(), Speech(), Base()):
        executor.add_node(node)
    with contextlib.suppress(ExternalShutdownException, KeyboardInterrupt):
        executor.spin()
    rclpy.try_shutdown()


if __name__ == '__main__':
    main()
