"""The certificate with which a relay of this machine does TLS: made here and renewed, or the owner's, checked."""

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
    PrivateKeyTypes,
    PublicKeyTypes,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from loopsy_daemon import files
from loopsy_daemon.errors import UsageError
from loopsy_deploy.errors import CertificateProblem

VALID_DAYS: Final = 397
"""The longest that browsers accept."""
RENEW_DAYS: Final = 30
MAX_NAMES: Final = 64
"""A machine that has been in many networks forgets the first of them."""
_CLOCK_TOLERANCE: Final = timedelta(hours=1)
_MAKE_ANEW: Final = "let one be made: --tls"
_PEM: Final = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key in `directory`, as workerd is given them."""

    directory: Path
    fingerprint: str
    """SHA-256 of the certificate as browsers show it: upper-case pairs with colons."""
    expires_at: datetime
    names: tuple[str, ...]
    is_self_signed: bool
    """Whether nobody vouches for it, so that each client must be told to trust it."""

    @property
    def file(self) -> Path:
        """The certificate, with its chain if it has one."""
        return self.directory / "certificate.pem"


def ensure_self_made(directory: Path, names: Iterable[str], now: datetime) -> tuple[Certificate, bool]:
    """Return the self-made certificate, and whether it was made just now.

    It is made anew, with the same key, when it expires within 30 days or lacks one of the names; its former names stay.
    """
    wanted = tuple(dict.fromkeys(names))
    files.private_directory(directory)
    key = _own_key(directory / "key.pem")
    former = _former(directory, key)
    if former is not None and now < former.expires_at - timedelta(days=RENEW_DAYS) and {*wanted} <= {*former.names}:
        return former, False
    kept = former.names if former else ()
    made = _self_signed(key, tuple(dict.fromkeys([*wanted, *kept]))[:MAX_NAMES], now)
    files.write_atomically(directory / "certificate.pem", made.public_bytes(_PEM))
    return _described(directory, made), True


def take_own(directory: Path, certificate_file: Path, key_file: Path, now: datetime) -> Certificate:
    """Check the owner's certificate and key, copy them into `directory` and return them. Raises CertificateProblem."""
    chain_pem, key_pem = _read(certificate_file), _read(key_file)
    certificate = _chain(certificate_file, chain_pem)[0]
    key = _key(key_file, key_pem)
    if _public_bytes(key.public_key()) != _public_bytes(certificate.public_key()):
        raise CertificateProblem(
            f"{key_file} is not the key of {certificate_file}.", "give the key that the certificate was made with"
        )
    if now >= certificate.not_valid_after_utc:
        raise CertificateProblem(
            f"{certificate_file} expired on {certificate.not_valid_after_utc:%Y-%m-%d}.", f"renew it, or {_MAKE_ANEW}"
        )
    if now < certificate.not_valid_before_utc:
        raise CertificateProblem(
            f"{certificate_file} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC.",
            "check this machine's clock",
        )
    files.private_directory(directory)
    plain = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for name, data in (("key.pem", plain), ("certificate.pem", chain_pem)):
        if files.read_private(directory / name) != data:
            files.write_atomically(directory / name, data)
    return _described(directory, certificate)


def read_certificate(directory: Path) -> Certificate | None:
    """Return what `directory` holds, or None if that is nothing."""
    data = files.read_private(directory / "certificate.pem")
    return None if data is None else _described(directory, _chain(directory / "certificate.pem", data)[0])


def fingerprint_of(der: bytes) -> str:
    """Return the SHA-256 of a certificate (its DER bytes) as browsers show it."""
    return hashlib.sha256(der).digest().hex(":").upper()


def _described(directory: Path, certificate: x509.Certificate) -> Certificate:
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Certificate(
        directory,
        fingerprint_of(der),
        certificate.not_valid_after_utc,
        _names_of(certificate),
        is_self_signed=certificate.issuer == certificate.subject,
    )


def _former(directory: Path, key: ec.EllipticCurvePrivateKey) -> Certificate | None:
    data = files.read_private(directory / "certificate.pem")
    if data is None:
        return None
    certificate = _chain(directory / "certificate.pem", data)[0]
    is_ours = _public_bytes(certificate.public_key()) == _public_bytes(key.public_key())
    return _described(directory, certificate) if is_ours else None


def _own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    data = files.read_private(path)
    if data is None:
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        files.write_atomically(path, pem)
        return made
    key = _key(path, data)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateProblem(f"{path} is not the key that was made here.", f"make a new one: rm {path}")
    return key


def _self_signed(key: ec.EllipticCurvePrivateKey, names: tuple[str, ...], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Loopsy relay")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_TOLERANCE)
        .not_valid_after(now - _CLOCK_TOLERANCE + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError:
        raise UsageError(f"{name} is no name for a certificate.", "write it in ASCII: xn--…") from None


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = found.get_values_for_type(x509.DNSName)
    return (*hosts, *(str(address) for address in found.get_values_for_type(x509.IPAddress)))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateProblem(f"{path} cannot be read: {error.strerror}.", f"ls -l {path}") from None


def _chain(path: Path, data: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise CertificateProblem(
            f"{path} is no certificate in PEM format.", f"give the file with BEGIN CERTIFICATE, or {_MAKE_ANEW}"
        ) from None


def _key(path: Path, data: bytes) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(data, None)
    except TypeError:
        raise CertificateProblem(
            f"{path} is locked with a passphrase.", f"write it without one: openssl pkey -in {path} -out key.pem"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateProblem(
            f"{path} is no private key in PEM format.", "give the file with BEGIN PRIVATE KEY"
        ) from None


def _public_bytes(key: PublicKeyTypes | CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
