"""Programs that find. Each reads rows {"id", "text", "spoken"} and answers {"id", "spans": [[LABEL, START,
END, SCORE]]}.
"""

import json
import subprocess
import sys
import tempfile

from .families import family, is_known
from .score import Span


def run(command, texts):
    """Runs a program once over all texts. Returns their spans, in order, and the labels that nobody knows."""
    rows = ({'id': number, 'text': text.text, 'spoken': text.spoken} for number, text in enumerate(texts))
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl', encoding='utf-8') as file:
        file.writelines(json.dumps(row) + '\n' for row in rows)
        file.flush()
        done = subprocess.run([*command, file.name], stdout=subprocess.PIPE, text=True, encoding='utf-8')
    if done.returncode:
        sys.exit(f'error: {command[0]} ended with status {done.returncode}')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if [answer['id'] for answer in answers] != list(range(len(texts))):
        sys.exit(f'error: {command[0]} answered {len(answers)} of {len(texts)} rows, or not in their order')
    labels = {span[0] for answer in answers for span in answer['spans']}
    spans = [
        [Span(start, end, family(label)) for label, start, end, *_ in answer['spans']] for answer in answers
    ]
    return spans, sorted(label for label in labels if not is_known(label))
