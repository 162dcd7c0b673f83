"""The results as a page of the documentation, with a drawing."""

import dataclasses
import textwrap
from pathlib import Path

from . import drawing
from .tables import FEWEST, NAMES, sections, variants

OPENING = """
# Detection rates in text

For the person who releases text: per kind and language what is found, what is missed, and what is hidden by
mistake.

Measured by `{command}` on {date}, commit {commit}; {names}.
The command writes this page; do not change it by hand.

![Found and wrongly found, by kind]({picture})

- **found**: a finding of the same kind; what both have in common is at least half of what they cover
  together
- **hidden**: nine tenths of the letters and digits are covered, by findings of any kind
- **right / of any kind**: findings of this kind that touch a labelled span of it, or any labelled span
- **false hit**: a finding that touches no labelled span; a KB has 1,024 bytes

In brackets: intervals of 95 % (Wilson; of rates, Byar). Rows with fewer than {fewest} spans are left out.
Names of kinds join the labels of the sets and programs: `benches/findings/families.py`.
"""

EXPLAINED = {
    'Data': """
        All texts are read in one run with the default settings, and spoken ones as spoken. Nothing of the
        data is in this repository.""",
    'Kinds that are not looked for': """
        Other personal data that the sets label. It is hidden only by chance.""",
    'False hits': """
        Findings that touch no labelled span. Some are personal data that the set does not label, such as
        dates.""",
    'Telemetry of a robot': """
        Lines that `benches/telemetry.py` makes. Nothing in them is personal.""",
    'Numbers with a wrong check digit, behind their label': """
        Lines that `benches/labelled.py` makes: as if one digit were misheard or mistyped. Three quarters
        of the labels are in prose, the others are names of fields.""",
    'Numbers and words of a form of their own, behind their label': """
        Made in the same way: what has no check digit, and a form that each organisation chooses.""",
    'Rewritten texts': """
        Texts of the sets, written in a way that a reader hardly notices. Counted are spans that were
        hidden before, and that the rewriting changes.""",
}


@dataclasses.dataclass(frozen=True)
class Header:
    command: str
    commit: str
    date: str


def write(path, results, header):
    """Writes the page, and its drawing beside it."""
    picture = Path(path).with_suffix('.svg')
    picture.write_text(drawing.bars(results), encoding='utf-8')
    Path(path).write_text(render(results, header, picture.name), encoding='utf-8')


def render(results, header, picture):
    names = ' and '.join(NAMES.get(name, name) for name in variants(results))
    opening = OPENING.format(**dataclasses.asdict(header), names=names, picture=picture, fewest=FEWEST)
    lines = [opening.strip()]
    for heading, own in sections(results, FEWEST):
        explained = textwrap.fill(textwrap.dedent(EXPLAINED.get(heading, '')).strip(), 110)
        lines += ['', f'## {heading}', *([explained, ''] if explained else []), *own]
    return '\n'.join(lines) + '\n'
