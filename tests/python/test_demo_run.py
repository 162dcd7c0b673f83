"""The lobby's run from its first question to its summary, with stand-ins for its processes.

Each claim that the demo makes is there, and turns false when what it is about goes wrong.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'demo'), str(ROOT)]

pytest.importorskip('hotel', reason='NOT RUN: no rclpy here; source .ros/env.sh')
import played

import checks
import deployment
import frames
import machine
import report
import scenario
import show
import stage
from run import Run

PARTIES = ('navigation', 'front_desk', 'analytics')


@pytest.fixture
def lobby(tmp_path, monkeypatch):
    """Everything that a run needs, and `summary`, which plays it and checks it."""
    monkeypatch.setattr(time, 'sleep', lambda _: None)
    ground = stage.Stage(24, out=tmp_path, tell=lambda *_: None)
    programs = deployment.Deployment(ground, (81, 82))
    programs.policy.write_bytes(deployment.POLICY.read_bytes())
    lobby = played.Lobby(programs.policy)
    lobby.listeners, lobby.intruder = played.Listeners(lobby), played.Intruder(lobby)
    monkeypatch.setattr(subprocess, 'run', played.discreet(lobby))
    monkeypatch.setattr(subprocess, 'Popen', played.Mission)
    monkeypatch.setattr(machine, 'descendants', lambda: [])
    monkeypatch.setattr(machine, 'between', lambda *_: {'guard': 0.3, 'redactor': 0.2, 'unsealer': 0.1})
    pictures = dict.fromkeys(('inside', 'maintenance', *PARTIES), 'x.png')
    monkeypatch.setattr(frames, 'choose', lambda *_: {'before': pictures, 'after': {}})
    monkeypatch.setattr(frames, 'compare', lambda *_: [covered(who, of) for who in PARTIES for of in KINDS])
    run = Run(lambda _: None)

    def summary():
        show.gather(run, programs, lobby.listeners, lobby.intruder)
        play = scenario.Scenario(
            run, ground, programs, lobby.listeners, lobby.intruder, lambda: lobby.pose[1:]
        )
        play.play()
        play.collect()
        return checks.Checks(run, programs).summary()

    lobby.summary = summary
    return lobby


KINDS = ('face', 'plate')


def covered(who, kind):
    return {'holds': True, 'claim': f'{who}: a {kind} was 3 times in a frame, and shown 0 times'}


def wrong(summary):
    return [claim['claim'] for claim in summary['claims'] if not claim['holds']]


def test_a_run_in_which_all_goes_well_makes_these_claims(lobby):
    summary = lobby.summary()
    claims = [f'{claim["about"]}: {played.shape(claim["claim"])}' for claim in summary['claims']]
    assert claims == (ROOT / 'tests/data/demo_checks.txt').read_text().splitlines()
    assert len(claims) == 66 and not wrong(summary)
    text = report.report(summary, lambda text, *_: text)
    assert '66 of 66 claims were seen to be so.' in text and 'NOT SO' not in text


def test_a_command_of_the_intruder_that_reaches_the_robot_is_told(lobby, monkeypatch):
    refuse = lobby.refuse

    def let_in(word):
        refuse(word)
        if word == 'stranger':
            lobby.told.append([1.0, 0.3001, 0.0])

    monkeypatch.setattr(lobby, 'refuse', let_in)
    (claim,) = wrong(lobby.summary())
    assert claim.startswith('A command sealed and signed with an identity of its own: 1 reached the robot')


def test_messages_that_come_after_the_revocation_are_told(lobby, monkeypatch):
    counts = lobby.counts

    def generous():
        came = counts()
        if lobby.revoked_at is not None:
            came['analytics'][played.SPEECH] += lobby.round
        return came

    monkeypatch.setattr(lobby, 'counts', generous)
    (claim,) = wrong(lobby.summary())
    assert claim.startswith('analytics received') and not claim.endswith(' 0 afterwards')


def test_a_name_in_redacted_words_is_told(lobby, monkeypatch):
    said = lobby.listeners.said
    monkeypatch.setattr(
        lobby.listeners, 'said', lambda topic: {**said(topic), 'analytics': ['this is tomas ferreira']}
    )
    assert wrong(lobby.summary()) == ['and in 1 of the 1 that analytics received']


def test_a_topic_that_leaves_against_the_policy_is_told(lobby, monkeypatch):
    monkeypatch.setitem(played.GIVEN, 'navigation', [*played.GIVEN['navigation'], '/rosout'])
    assert wrong(lobby.summary()) == ['and none of the other 8; but /rosout']


def test_a_robot_that_goes_on_after_it_was_cancelled_is_told(lobby):
    lobby.obeys = False
    (claim,) = wrong(lobby.summary())
    assert 'cancels that on the way: cancelled' in claim and '0.00 m before the goal' in claim


def test_a_goal_without_a_right_that_reaches_the_robot_is_told(lobby, monkeypatch):
    send = lobby.listeners.send

    def let_in(who, **goal):
        if who == 'maintenance':
            lobby.goals.append(goal)
        return send(who, **goal)

    monkeypatch.setattr(lobby.listeners, 'send', let_in)
    (claim,) = wrong(lobby.summary())
    assert claim.startswith('maintenance, without the right') and '1 goals reached the robot' in claim
