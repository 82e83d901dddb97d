"""Suite 1 as docs/wire-format.md names it, on the primitives of `cryptography`."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE = b"\x01"


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def extract(salt, secret):
    return hmac256(salt or bytes(32), secret)


def expand(key, info, length):
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac256(key, block + info + bytes([n]))
        out, n = out + block, n + 1
    return out[:length]


def hkdf(salt, secret, info, length=32):
    return expand(extract(salt, secret), info, length)


def derive16(label, parts):
    body = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return sha256(b"doorknock/1 ", label.encode(), body)[:16]


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign_key(seed):
    return raw(Ed25519PrivateKey.from_private_bytes(seed).public_key())


def _signed(context, community, message):
    return b"doorknock/1 " + context.encode() + b"\x00" + SUITE + community + message


def sign(seed, context, community, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_signed(context, community, message))


def verify(key, context, community, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _signed(context, community, message))
    except InvalidSignature:
        return False
    return True


# HPKE base mode, RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
KEM = b"KEM" + struct.pack(">H", 0x20)
HPKE = b"HPKE" + struct.pack(">HHH", 0x20, 0x01, 0x03)


def _labeled_extract(suite, salt, label, secret):
    return extract(salt, b"HPKE-v1" + suite + label + secret)


def _labeled_expand(suite, key, label, info, length):
    return expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def hpke_private(seed):
    """RFC 9180's DeriveKeyPair."""
    dkp = _labeled_extract(KEM, b"", b"dkp_prk", seed)
    return X25519PrivateKey.from_private_bytes(_labeled_expand(KEM, dkp, b"sk", b"", 32))


def hpke_key(seed):
    return raw(hpke_private(seed).public_key())


def hpke_open(seed, info, aad, sealed):
    enc, ciphertext = sealed[:32], sealed[32:]
    private = hpke_private(seed)
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    prk = _labeled_extract(KEM, b"", b"eae_prk", shared)
    secret = _labeled_expand(KEM, prk, b"shared_secret", enc + raw(private.public_key()), 32)
    psk_id = _labeled_extract(HPKE, b"", b"psk_id_hash", b"")
    info = _labeled_extract(HPKE, b"", b"info_hash", info)
    context = b"\x00" + psk_id + info
    prk = _labeled_extract(HPKE, secret, b"secret", b"")
    key = _labeled_expand(HPKE, prk, b"key", context, 32)
    nonce = _labeled_expand(HPKE, prk, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)


def _quarter(s, a, b, c, d):
    for left, right, other, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[left] = (s[left] + s[right]) & 0xFFFFFFFF
        mixed = s[other] ^ s[left]
        s[other] = (mixed << turn | mixed >> (32 - turn)) & 0xFFFFFFFF


def hchacha20(key, nonce):
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            _quarter(state, a, b, c, d)
    return struct.pack("<8I", *state[:4], *state[12:])


def xchacha(key, nonce, data):
    """XChaCha20 alone, block counter from 0; the same way there and back."""
    subkey = hchacha20(key, nonce[:16])
    return Cipher(ChaCha20(subkey, bytes(8) + nonce[16:]), None).encryptor().update(data)


def xchacha_open(key, nonce, ciphertext, aad):
    """XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha)."""
    subkey = hchacha20(key, nonce[:16])
    return ChaCha20Poly1305(subkey).decrypt(bytes(4) + nonce[16:], ciphertext, aad)
