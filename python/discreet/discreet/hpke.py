"""HPKE (RFC 9180): base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305,
one message a context.
"""

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEM = b'KEM' + struct.pack('>H', 0x0020)
SUITE = b'HPKE' + struct.pack('>HHH', 0x0020, 0x0001, 0x0003)


class NotForThisKey(Exception):
    """The key is not valid, or the sealed bytes were changed or belong to another key."""


def seal(to: bytes, info: bytes, aad: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """Seals for the X25519 public key `to`. Returns enc and ciphertext with tag."""
    ephemeral = X25519PrivateKey.generate()
    enc = ephemeral.public_key().public_bytes_raw()
    key, nonce = _schedule(_shared(ephemeral, to, enc, to), info)
    return enc, ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def open_sealed(me: X25519PrivateKey, enc: bytes, info: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """Opens with the X25519 private key `me`."""
    key, nonce = _schedule(_shared(me, enc, enc, me.public_key().public_bytes_raw()), info)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        raise NotForThisKey from None


def _shared(private: X25519PrivateKey, public: bytes, enc: bytes, to: bytes) -> bytes:
    try:
        agreed = private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:  # all zero
        raise NotForThisKey from None
    extracted = _extract(KEM, b'', b'eae_prk', agreed)
    return _expand(KEM, extracted, b'shared_secret', enc + to, 32)


def _schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    context = b'\0' + _extract(SUITE, b'', b'psk_id_hash', b'') + _extract(SUITE, b'', b'info_hash', info)
    secret = _extract(SUITE, shared, b'secret', b'')
    return _expand(SUITE, secret, b'key', context, 32), _expand(SUITE, secret, b'base_nonce', context, 12)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(b'HPKE-v1' + suite + label + material)
    return mac.finalize()


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labeled = struct.pack('>H', length) + b'HPKE-v1' + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labeled).derive(key)
