"""`tools/bench seal`: runs the Rust benchmark and shows what it prints."""

import json
import subprocess
import sys

from table import FIGURES, show

lines = subprocess.run(['target/release/examples/seal_bench'], check=True, stdout=subprocess.PIPE, text=True).stdout
show([json.loads(line) for line in lines.splitlines()], '--json' in sys.argv, (*FIGURES, 'of_bare'))
