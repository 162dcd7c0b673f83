"""Policies for topics with texts."""

from std_msgs.msg import Header

from rules import everyone

ALL = {'*': ['all']}


def header(text):
    return Header(frame_id=text)


def release(robot, topics, rules=None, **more):
    robot.policy(topics, rules or [everyone(list(topics), **{'as': 'redacted'})], **more)
