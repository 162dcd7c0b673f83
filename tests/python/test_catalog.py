"""The catalogue's signature, by the specification."""

import pytest

from conftest import VECTORS, changed, hexed
from discreet import catalog
from discreet.envelope import Refused

KNOWN = VECTORS['catalogs']
SENDERS = [hexed(KNOWN['sender'])]


@pytest.mark.parametrize('vector', KNOWN['catalogs'])
def test_a_catalogue_is_the_guards_or_refused(vector, robot, parties):
    signed = hexed(vector['signed'])
    catalog.verify(signed, robot, vector['domain'], SENDERS)
    for at, other in changed(signed):
        if at == 3 and other[3] < 4:
            continue  # for the middleware, which may count its filling there
        with pytest.raises(Refused):
            catalog.verify(other, robot, vector['domain'], SENDERS)
    for message, of, domain, senders in (
        (hexed(vector['unsigned']), robot, vector['domain'], SENDERS),
        (signed, parties['night'].public, vector['domain'], SENDERS),
        (signed, robot, vector['domain'] + 1, SENDERS),
        (signed, robot, vector['domain'], []),
        (signed, robot, vector['domain'], [robot.sign]),
    ):
        with pytest.raises(Refused):
            catalog.verify(message, of, domain, senders)
