"""What `discreet scrub` writes, recorded and read by others' software: the Python libraries of MCAP."""

import json
import subprocess
from pathlib import Path

import pytest

mcap_reader = pytest.importorskip('mcap.reader')
ros2 = pytest.importorskip('mcap_ros2.decoder')
writer = pytest.importorskip('mcap_ros2.writer')

PROGRAM = Path(__file__).resolve().parents[2] / 'target/release/discreet'
MORNING = 1_748_856_600_000_000_000  # 2025-06-02, half past nine, UTC
CANARY = 'CANARY-4111'
SCAN = 'float32 angle\nfloat32[] ranges # in metres\nstring<=9 unit\n'
POLICY = """
discreet: 1
robot: test
version: 1
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
topics:
  /scan: { type: my_msgs/msg/Scan, class: operational }
rules:
  - { who: everyone, read: operational, as: clear }
"""


def test_others_read_what_was_scrubbed(tmp_path):
    if not PROGRAM.exists():
        pytest.skip('the program is not built')
    (tmp_path / 'policy.yaml').write_text(POLICY)
    with open(tmp_path / 'in.mcap', 'wb') as file:
        recorder = writer.Writer(file, chunk_size=2000)
        scan = recorder.register_msgdef('my_msgs/msg/Scan', SCAN)
        speech = recorder.register_msgdef('std_msgs/msg/String', 'string data\n')
        for number in range(100):
            time = MORNING + number * 1_000_000
            message = {'angle': 0.5, 'ranges': [1.5, float(number)], 'unit': 'm'}
            recorder.write_message('/scan', scan, message, time, time, number)
            recorder.write_message('/speech', speech, {'data': CANARY}, time, time, number)
        recorder.finish()

    command = [PROGRAM, 'scrub', 'in.mcap', 'out.mcap', '--policy', 'policy.yaml', '--types', 'bag', '--json']
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    if 'cannot read bags' in done.stderr:
        pytest.skip('the program is built without bags')
    assert done.returncode == 0, done.stderr
    rows = {row['topic']: row for row in json.loads(done.stdout)['topics']}
    assert (rows['/scan']['clear'], rows['/speech']['denied']) == (100, {'undeclared_topic': 100})

    with open(tmp_path / 'out.mcap', 'rb') as file:
        reader = mcap_reader.make_reader(file, decoder_factories=[ros2.DecoderFactory()], validate_crcs=True)
        summary = reader.get_summary()
        assert summary.statistics.message_count == 100 and summary.statistics.channel_count == 1
        assert [schema.name for schema in summary.schemas.values()] == ['my_msgs/msg/Scan']
        assert summary.chunk_indexes and reader.get_header().profile == 'ros2'
        for number, (_, channel, record, message) in enumerate(reader.iter_decoded_messages()):
            assert (channel.topic, record.log_time) == ('/scan', MORNING + number * 1_000_000)
            assert (message.angle, list(message.ranges), message.unit) == (0.5, [1.5, float(number)], 'm')
        assert CANARY.encode() not in Path(file.name).read_bytes()
