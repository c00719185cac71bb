import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from loopsy_daemon.errors import LoopsyError, UnsafeFile
from loopsy_daemon.lan import identity


def test_an_identity_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "lan" / "identity.pem"
    made = identity.load_or_create(path)
    assert identity.load_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert made.node_id == identity.node_id_of(made.certificate)
    assert identity.load_or_create(tmp_path / "other" / "identity.pem").node_id != made.node_id


def test_the_certificate_vouches_for_nothing_but_itself(tmp_path: Path) -> None:
    certificate = x509.load_der_x509_certificate(identity.load_or_create(tmp_path / "lan" / "i.pem").certificate)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    # peers pin it: it must not end while they do, nor depend on a clock
    assert certificate.not_valid_after_utc > datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    assert certificate.not_valid_before_utc < datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)


def test_a_damaged_identity_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "lan" / "identity.pem"
    identity.load_or_create(path)
    for content in (b"", path.read_bytes()[:200], b"-----BEGIN PRIVATE KEY-----"):
        path.write_bytes(content)
        with pytest.raises(LoopsyError, match="damaged"):
            identity.load_or_create(path)
        assert path.read_bytes() == content


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lan" / "identity.pem"
    identity.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(UnsafeFile):
        identity.load_or_create(path)
