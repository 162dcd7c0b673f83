"""`tools/bench seal`: what sealing costs beside the bare cipher of the same library."""

import argparse
import json
import subprocess
from pathlib import Path

import table

PROGRAM = Path(__file__).parent.parent / 'target' / 'release' / 'examples' / 'seal_bench'


def main():
    parser = argparse.ArgumentParser(prog='tools/bench seal')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    lines = subprocess.run([PROGRAM], check=True, capture_output=True, text=True).stdout.splitlines()
    results = [json.loads(line) for line in lines]
    table.show(results, arguments.json, (*table.FIGURES, 'of_bare'))


if __name__ == '__main__':
    main()
