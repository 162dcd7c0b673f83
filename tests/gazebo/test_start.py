"""Gazebo comes up, however early somebody asks; and once more if it does not."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import contextlib

from sim import gazebo, namespace, transport

MISSING = gazebo.unavailable() or namespace.unavailable()
if not MISSING and os.environ.get(namespace.INSIDE) != namespace.here():
    MISSING = 'start this with: python3 sim/namespace.py python3 -m pytest tests/gazebo'
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f'NO GAZEBO: {MISSING}')


class Restless(gazebo.Gazebo):
    """Asks the master without a pause from the moment that it may be asked."""

    def wait_until_ready(self):
        for _ in range(200):
            self.check()
            if self.has_said(b'Connected to gazebo master'):
                with contextlib.suppress(transport.Gone):
                    transport.topics(self.port, 0.3)
        super().wait_until_ready()


def test_who_asks_early_and_often_does_not_keep_the_world_from_coming(tmp_path):
    for number in range(2):
        with Restless(lockstep=True, log=tmp_path / f'{number}.log') as started:
            assert f'/gazebo/{started.name}/world_stats' in transport.topics(started.port)
        assert 'for namespaces' not in (tmp_path / f'{number}.log').read_text(errors='replace')


def test_a_start_that_fails_is_tried_once_more_and_says_so(tmp_path, capsys):
    failures = []

    class Unlucky(gazebo.Gazebo):
        def wait_until_ready(self):
            if not failures:
                failures.append(self.server.pid)
                raise gazebo.Failed('made to fail')
            super().wait_until_ready()

    with Unlucky(lockstep=True, log=tmp_path / 'gazebo.log') as started:
        assert started.server.pid != failures[0] and not pathlib.Path('/proc', str(failures[0])).exists()
    assert 'second attempt: made to fail' in capsys.readouterr().err

    class Hopeless(gazebo.Gazebo):
        def wait_until_ready(self):
            raise gazebo.Failed('made to fail')

    with pytest.raises(gazebo.Failed, match='made to fail'):
        Hopeless(lockstep=True, log=tmp_path / 'again.log').__enter__()
