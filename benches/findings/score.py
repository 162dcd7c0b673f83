"""Counts what was found, hidden, and wrongly found; with intervals of 95 %.

Places count characters (code points), not bytes.
"""

import dataclasses
import math

SAME = 0.5  # overlap divided by union, from which on two spans are the same
HIDDEN = 0.9  # share of letters and digits that must be covered
NORMAL = 1.959964  # the quantile of 95 %, two-sided
JOINED = {'person', 'address'}  # findings of these in a row may be parts of one: first name, last name
BETWEEN = ' ,.\t\n\u00a0'


@dataclasses.dataclass(frozen=True, order=True)
class Span:
    start: int
    end: int
    family: str

    def overlap(self, other):
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def same_as(self, other):
        """Of one family, and at least half of their union is in both."""
        return self.family == other.family and iou(self, other) >= SAME


def iou(one, other):
    """Overlap divided by union; 0 for empty spans."""
    both = one.overlap(other)
    return both / (one.end - one.start + other.end - other.start - both) if both else 0.0


def runs(spans, text):
    """Neighbours of one family with only blanks and commas between, each run as one span."""
    made = []
    for family in JOINED:
        run = []
        for span in [*sorted(span for span in spans if span.family == family), None]:
            if run and (span is None or text[run[-1].end : span.start].strip(BETWEEN)):
                if len(run) > 1:
                    made.append(Span(run[0].start, max(part.end for part in run), family))
                run = []
            if span is not None:
                run.append(span)
    return made


def mask(spans, length):
    """One byte for each character: covered or not."""
    covered = bytearray(length)
    for span in spans:
        covered[span.start : min(span.end, length)] = b'\1' * (min(span.end, length) - span.start)
    return covered


def is_hidden(span, text, covered):
    """Are nine tenths of its letters and digits covered? Of a span without any, of what is not blank."""
    own = [at for at in range(span.start, span.end) if text[at].isalnum()]
    own = own or [at for at in range(span.start, span.end) if not text[at].isspace()]
    return sum(covered[at] for at in own) >= HIDDEN * len(own)


@dataclasses.dataclass
class Counts:
    """Of one kind: how many there are, and how many of the findings are right."""

    n: int = 0
    found: int = 0
    hidden: int = 0
    predicted: int = 0
    right: int = 0  # findings that touch one of the same family
    touching: int = 0  # findings that touch any

    def __add__(self, other):
        return Counts(*map(sum, zip(dataclasses.astuple(self), dataclasses.astuple(other))))


@dataclasses.dataclass
class Verdict:
    """Of one text."""

    counts: dict
    missed: list  # neither found nor hidden
    false: list  # findings that touch nothing
    hidden: list  # of each span that is there, whether it is hidden


def judge(text, gold, predicted):
    """`gold` and `predicted`: spans. Empty spans and repetitions do not count."""
    gold = sorted({span for span in gold if span.start < span.end <= len(text)})
    predicted = sorted({span for span in predicted if span.start < min(span.end, len(text))})
    counts, missed, hidden = {}, [], []

    def of(family):
        return counts.setdefault(family, Counts())

    candidates, covered = predicted + runs(predicted, text), mask(predicted, len(text))
    for span in gold:
        is_found = any(span.same_as(other) for other in candidates)
        hidden.append(is_hidden(span, text, covered))
        of(span.family).n += 1
        of(span.family).found += is_found
        of(span.family).hidden += hidden[-1]
        if not hidden[-1]:
            missed.append(span)
    false = []
    for span in predicted:
        touched = {other.family for other in gold if span.overlap(other)}
        of(span.family).predicted += 1
        of(span.family).right += span.family in touched
        of(span.family).touching += bool(touched)
        if not touched:
            false.append(span)
    return Verdict(counts, missed, false, hidden)


def wilson(part, whole):
    """The interval of a share, after Wilson. Nothing is known of a share of nothing."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, NORMAL**2
    middle = share + square / (2 * whole)
    reach = NORMAL * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    low, high = ((middle + sign * reach) / (1 + square / whole) for sign in (-1, 1))
    # At the ends the formula is exact, and rounding is not.
    return (0.0 if part == 0 else low), (1.0 if part == whole else high)


def poisson(count):
    """The interval of a count, after Byar."""

    def bound(of, sign):
        return of * (1 - 1 / (9 * of) + sign * NORMAL / (3 * math.sqrt(of))) ** 3

    return (bound(count, -1) if count else 0.0), bound(count + 1, 1)
