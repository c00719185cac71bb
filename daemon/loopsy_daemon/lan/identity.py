"""What this machine is to its peers: a P-256 key with a self-signed certificate, and the id that follows from it."""

import datetime
import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.wire.identifiers import encode_base32

NODE_ID_BYTES: Final = 16
# Peers pin the certificate itself: its dates protect nobody, and a clock that is wrong must cost nobody a peer.
_NOT_BEFORE: Final = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_NOT_AFTER: Final = datetime.datetime(2120, 1, 1, tzinfo=datetime.UTC)
_COMMON_NAME: Final = "Loopsy"


@dataclass(frozen=True, slots=True)
class Identity:
    """A machine's certificate (DER), its id, and the file with both certificate and private key."""

    certificate: bytes
    node_id: str
    path: Path


def load_or_create(path: Path) -> Identity:
    """Return the identity kept in this file (0600); the first call makes it. Raises LoopsyError if it is damaged."""
    files.private_directory(path.parent)
    with files.locked(path):
        pem = files.read_private(path)
        if pem is None:
            pem = _generate()
            files.write_atomically(path, pem)
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = serialization.load_pem_private_key(pem, password=None)
    except ValueError:  # no cause: it could quote the content
        key = None
    if key is None or key.public_key() != certificate.public_key():
        raise LoopsyError(f"{path} is damaged.", f"restore it, or pair every peer anew: mv {path} {path}.old")
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Identity(der, node_id_of(der), path)


def node_id_of(certificate: bytes) -> str:
    """Return the id that follows from a certificate's public key: 26 characters, nobody else can have it.

    Raises ValueError if it is no certificate (DER) with a P-256 key.
    """
    try:
        with warnings.catch_warnings():  # what RFC 5280 does not allow is no certificate of ours
            warnings.simplefilter("error", CryptographyDeprecationWarning)
            key = x509.load_der_x509_certificate(certificate).public_key()
    except (x509.InvalidVersion, UnsupportedAlgorithm, CryptographyDeprecationWarning) as error:
        raise ValueError("not a certificate") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")  # noqa: TRY004 - the value of a certificate, not a type of ours
    public = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encode_base32(hashlib.sha256(public).digest()[:NODE_ID_BYTES])


def fingerprint(certificate: bytes) -> bytes:
    """Return the SHA-256 of a certificate (DER)."""
    return hashlib.sha256(certificate).digest()


def as_pem(certificate: bytes) -> str:
    """Return a certificate (DER) as PEM text."""
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM).decode("ascii")


def _generate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _COMMON_NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
