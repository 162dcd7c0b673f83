"""`tools/bench policy`: runs the Rust benchmark and shows what it prints."""

import json
import subprocess
import sys

from table import show

lines = subprocess.run(
    ['target/release/examples/policy_bench'], check=True, stdout=subprocess.PIPE, text=True
).stdout
show([json.loads(line) for line in lines.splitlines()], '--json' in sys.argv)
