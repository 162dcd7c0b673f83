"""Records the messages that each party receives on its own domain; sends the parties' commands and calls.

    python3 demo/listeners.py '{"inside": 81, "outside": 82, "navigation": 83, ...}' FOLDER

Without a folder frames are not kept, only their times of sending and arrival.

One process for all parties, because compared values need one clock; each domain has its own context, which is
a participant of DDS. Messages stay serialized. Commands arrive on standard input (see peer.py).
"""

import json
import pathlib
import sys
import time

import numpy
from geometry_msgs.msg import Twist
from hotel_interfaces.srv import LookupGuest
from PIL import Image as Picture
from PIL import ImageDraw
from rclpy.executors import SingleThreadedExecutor
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image

import peer
from frames_io import picture
from goals import Goals
from party import Inside, Party, words


class Parties:
    def __init__(self, domains, folder):
        self.folder, keeps = folder, bool(folder)
        self.all = {
            name: Inside(domain, keeps) if name == 'inside' else Party(name, domain, keeps)
            for name, domain in domains.items()
        }
        self.goals = {}  # by party

    def poll(self):
        for party in (*self.all.values(), *self.goals.values()):
            party.poll()

    # Requests

    def report(self):
        """Counts, by party and by the robot's name of a topic."""
        inside = self.all['inside']
        return {
            'counts': {
                name: {party.own(topic): inbox.count for topic, inbox in party.inboxes.items()}
                for name, party in self.all.items()
            },
            'guard': inside.guard,
            'pose': inside.path[-1:],
            'told': len(inside.told),
            'goals': inside.goals,
            'time': time.time(),
        }

    def topics(self):
        """Names, types and QoS of the robot's own topics."""
        return self.all['inside'].offered()

    def path(self):
        return self.all['inside'].path

    def told(self, since=0):
        """The commands that reached the robot, from an index on."""
        return self.all['inside'].told[since:]

    def times(self):
        """Time of arrival of each message."""
        return {
            name: {
                party.own(topic): [round(moment, 3) for moment in inbox.times]
                for topic, inbox in party.inboxes.items()
            }
            for name, party in self.all.items()
        }

    def arrived(self, topic):
        """Time of arrival of each kept frame on the inner domain, by stamp."""
        inbox = self.all['inside'].inboxes[topic]
        return {stamp: inbox.stamps[stamp] for stamp in inbox.kept}

    def delays(self, topic):
        """Delay of each party's frame after the inner frame of the same stamp, in seconds."""
        inside = self.all['inside'].inboxes[topic].stamps
        return {
            name: [
                round(moment - inside[stamp], 5) for stamp, moment in inbox.stamps.items() if stamp in inside
            ]
            for name, party in self.all.items()
            if (inbox := party.inboxes.get(f'/{name}{topic}'))
        }

    def stamps(self, topic):
        """The stamps of all messages, by party; the time of arrival of each on the inner domain,
        and the sequence number of the last one there.
        """
        found = {name: inbox for name in self.all if (inbox := self.inbox(name, topic))}
        return {
            'stamps': {name: list(inbox.stamps) for name, inbox in found.items()},
            'arrived': list(found['inside'].stamps.items()),
            'sequence': found['inside'].sequence,
        }

    def latencies(self, topic):
        """From the publisher inside to each party, in seconds, by stamp.
        All processes are on one machine, with one clock.
        """
        sent = self.all['inside'].inboxes[topic].sent
        return {
            name: [
                [stamp, round(moment - sent[stamp], 5)]
                for stamp, moment in inbox.stamps.items()
                if stamp in sent
            ]
            for name in self.all
            if (inbox := self.inbox(name, topic))
        }

    def same(self, topic):
        """Number of messages that are byte for byte as inside, and the number of all, by party."""
        inside = self.all['inside'].inboxes[topic].kept
        return {
            name: [sum(inside[stamp] == message for stamp, message in common), len(common)]
            for name in self.all
            if (inbox := self.inbox(name, topic))
            and name != 'inside'
            and (common := [(stamp, message) for stamp, message in inbox.kept.items() if stamp in inside])
        }

    def said(self, topic):
        """Texts that arrived on a topic, by party."""
        return {
            name: [words(message) for message in inbox.texts()]
            for name, party in self.all.items()
            for own, inbox in party.inboxes.items()
            if party.own(own) == topic
        }

    def kept(self, topic):
        """Stamps of the kept frames, and the share of each that is not black, by party."""
        shares = {}
        for name in self.all:
            if inbox := self.inbox(name, topic):
                images = (
                    (stamp, deserialize_message(bytes(inbox.kept[stamp]), Image))
                    for stamp in sorted(inbox.kept)
                )
                shares[name] = [
                    [stamp, round(float((numpy.frombuffer(image.data, numpy.uint32) != 0).mean()), 4)]
                    for stamp, image in images
                ]
        return shares

    def inbox(self, who, topic):
        return next(
            (inbox for own, inbox in self.all[who].inboxes.items() if self.all[who].own(own) == topic), None
        )

    def frame(self, who, topic, stamp):
        """The pixels of a kept frame."""
        return picture(deserialize_message(bytes(self.inbox(who, topic).kept[stamp]), Image))

    def save(self, topic, stamp, who):
        """One frame of one party, as a PNG; returns its path, or None if it did not arrive."""
        inbox = self.inbox(who, topic)
        if not inbox or stamp not in inbox.kept:
            return None
        path = self.folder / f'{who}{topic.replace("/", "_")}_{stamp}.png'
        Picture.fromarray(self.frame(who, topic, stamp)).save(path)
        return str(path)

    def unchanged(self, topic, who, areas):
        """Share of each area of a frame that is as inside. `areas`: [[stamp, name, polygon], ...]."""
        answers = []
        for stamp, name, polygon in areas:
            taken, came = self.frame('inside', topic, stamp), self.frame(who, topic, stamp)
            mask = Picture.new('1', (taken.shape[1], taken.shape[0]))
            ImageDraw.Draw(mask).polygon([tuple(corner) for corner in polygon], fill=1)
            inside = numpy.asarray(mask)
            same = (taken == came).all(axis=2) & (taken.max(axis=2) > 8)  # black may be the cover
            answers.append([stamp, name, round(float(same[inside].mean()), 4) if inside.any() else None])
        return answers

    # Actions of the parties

    def drive(self, who, speed, turn, seconds):
        """A stakeholder's node commands, by way of its commander."""
        party = self.all[who]
        topic = f'/{who}/cmd_vel'
        if topic not in party.publishers:
            party.publishers[topic] = party.node.create_publisher(Twist, topic, 1)
        publisher, command, end = party.publishers[topic], Twist(), time.monotonic() + 10
        while not publisher.get_subscription_count() and time.monotonic() < end:
            self.pause(0.02)
        command.linear.x, command.angular.z = speed, turn
        end, sent = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            publisher.publish(command)
            sent += 1
            self.pause(0.1)
        publisher.publish(Twist())
        return {'sent': sent + 1}

    def look_up(self, who, query, patience=3):
        """A stakeholder's node calls the reception's service, by way of its commander."""
        party = self.all[who]
        node, executor = party.make_node('asking'), SingleThreadedExecutor(context=party.context)
        executor.add_node(node)
        client, answer, end = (
            node.create_client(LookupGuest, f'/{who}/guests/lookup'),
            None,
            time.monotonic() + patience,
        )
        future = None
        while time.monotonic() < end and not (future and future.done()):
            if future is None and client.service_is_ready():
                future = client.call_async(LookupGuest.Request(query=query))
            executor.spin_once(timeout_sec=0.01)
            self.poll()
        if future and future.done():
            answer = {
                name: getattr(future.result(), name)
                for name in LookupGuest.Response.get_fields_and_field_types()
            }
        executor.remove_node(node)
        node.destroy_node()
        return {'answer': answer}

    def send(self, who, x, y, yaw):
        """A stakeholder's node sends a goal, by way of its commander. Returns its number, or None if the
        action is not offered yet.
        """
        if who not in self.goals:
            self.goals[who] = Goals(self.all[who])
        number = self.goals[who].send(x, y, yaw)
        return None if number is None else {'number': number}

    def goal(self, who, number):
        """The answers and feedback for a goal."""
        return self.goals[who].sent[number].report()

    def cancel(self, who, number):
        self.goals[who].sent[number].cancel()

    def pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.poll()
            time.sleep(0.005)


def main():
    parties = Parties(json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    words = [
        'report',
        'topics',
        'path',
        'told',
        'times',
        'delays',
        'latencies',
        'stamps',
        'same',
        'said',
        'kept',
        'arrived',
        'save',
        'unchanged',
        'drive',
        'look_up',
        'send',
        'goal',
        'cancel',
    ]
    peer.poll(parties.poll, {word: getattr(parties, word) for word in words})


if __name__ == '__main__':
    main()
