"""Identity files."""

import base64
import os

import pytest

from discreet import Identity, PublicIdentity
from discreet.identity import PRIVATE, PROOF, PUBLIC, NoIdentity


def public_file(identity):
    public = identity.public
    receive, sign = (base64.b64encode(key).decode() for key in (public.receive, public.sign))
    stated = f'{PUBLIC}\nname: {public.name}\nreceive: {receive}\nsign: {sign}\n'
    return stated + f'proof: {base64.b64encode(identity.sign(PROOF + stated.encode())).decode()}\n'


def private_file(path, mode=0o600, passphrase='four words of dice'):
    pyrage = pytest.importorskip('pyrage')
    secrets = [base64.b64encode(bytes([byte]) * 32).decode() for byte in (1, 2)]
    text = f'{PRIVATE}\nname: desk\nreceive: {secrets[0]}\nsign: {secrets[1]}\n'
    path.write_bytes(pyrage.passphrase.encrypt(text.encode(), passphrase))
    path.chmod(mode)
    return path


@pytest.fixture
def desk():
    return Identity('desk', b'\1' * 32, b'\2' * 32)


def test_a_public_file_says_what_the_identity_is(desk, tmp_path):
    path = tmp_path / 'desk.pub'
    path.write_text(public_file(desk))
    assert PublicIdentity.open(path) == desk.public


def test_a_public_file_that_was_changed_is_refused(desk):
    text = public_file(desk)
    other = Identity('desk', b'\3' * 32, b'\4' * 32)
    mixed = text.split('\n')[:3] + public_file(other).split('\n')[3:]
    for bad in ('', text[:-5], text.replace('desk', 'dusk'), text + 'more\n', '\n'.join(mixed), text.upper()):
        with pytest.raises(NoIdentity):
            PublicIdentity.read(bad)


def test_a_private_file_opens_with_its_passphrase(desk, tmp_path):
    path = private_file(tmp_path / 'desk.key')
    assert Identity.open(path, 'four words of dice').public == desk.public
    with pytest.raises(NoIdentity):
        Identity.open(path, 'another')


def test_a_private_file_that_others_can_get_at_is_refused(tmp_path):
    path = private_file(tmp_path / 'desk.key', mode=0o640)
    with pytest.raises(NoIdentity, match='chmod 600'):
        Identity.open(path, 'four words of dice')
    path.chmod(0o600)
    os.symlink(path, tmp_path / 'link.key')
    with pytest.raises(OSError):
        Identity.open(tmp_path / 'link.key', 'four words of dice')


def test_an_identity_does_not_show_its_keys(desk):
    assert repr(desk) == "Identity('desk')"
