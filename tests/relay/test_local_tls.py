"""A relay on this machine that does TLS itself: which certificate, kept and renewed, and which one is refused."""

import asyncio
import signal
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from loopsy_deploy.errors import CertificateProblem
from loopsy_deploy.local_certificate import (
    RENEW_DAYS,
    VALID_DAYS,
    Certificate,
    ensure_self_made,
    fingerprint_of,
    read_certificate,
    take_own,
)
from loopsy_deploy.local_settings import LocalSettings
from loopsy_deploy.local_state import LocalState
from loopsy_deploy.run_local import run_local
from tests.support.relay import running_relay

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ("localhost", "127.0.0.1")


def own_files(directory: Path, name: str = "own", *, until: datetime = NOW + timedelta(days=90)) -> tuple[Path, Path]:
    """Write a certificate and its key as another program would; return the files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = directory / f"{name}.crt", directory / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return files


def trusting(certificate: Certificate) -> ssl.SSLContext:
    """Return what a phone that has been told to trust the certificate does: names and dates are checked, too."""
    return ssl.create_default_context(cafile=str(certificate.file))


def served_fingerprint(port: int) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=15) as plain,
        context.wrap_socket(plain) as secured,
    ):
        der = secured.getpeercert(binary_form=True)
    assert der is not None
    return fingerprint_of(der)


def test_a_certificate_is_made_once_for_every_name_and_as_long_as_browsers_accept(tmp_path: Path) -> None:
    made, is_new = ensure_self_made(tmp_path / "tls", ["relay.lan", "192.0.2.7", "::1"], NOW)
    assert is_new
    assert made.names == ("relay.lan", "192.0.2.7", "::1")
    assert timedelta(days=VALID_DAYS - 1) < made.expires_at - NOW < timedelta(days=VALID_DAYS)
    assert len(made.fingerprint.split(":")) == 32
    assert ensure_self_made(tmp_path / "tls", ["::1", "relay.lan"], NOW + timedelta(days=1)) == (made, False)
    assert read_certificate(tmp_path / "tls") == made
    key = tmp_path / "tls" / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    parsed = x509.load_pem_x509_certificate(made.file.read_bytes())
    assert isinstance(parsed.public_key(), ec.EllipticCurvePublicKey)
    assert parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


@pytest.mark.parametrize(
    ("days", "names"), [(VALID_DAYS - RENEW_DAYS, NAMES), (VALID_DAYS + 9, NAMES), (1, ("relay.lan",))]
)
def test_a_renewal_keeps_the_key_and_the_names(tmp_path: Path, days: int, names: tuple[str, ...]) -> None:
    former, _ = ensure_self_made(tmp_path / "tls", NAMES, NOW)
    key = (tmp_path / "tls" / "key.pem").read_bytes()
    renewed, is_new = ensure_self_made(tmp_path / "tls", names, NOW + timedelta(days=days))
    assert is_new
    assert (tmp_path / "tls" / "key.pem").read_bytes() == key
    assert {*renewed.names} == {*names, *NAMES}
    assert renewed.fingerprint != former.fingerprint
    assert renewed.expires_at > former.expires_at


def test_a_certificate_without_its_key_is_made_anew(tmp_path: Path) -> None:
    former, _ = ensure_self_made(tmp_path / "tls", NAMES, NOW)
    (tmp_path / "tls" / "key.pem").unlink()
    again, is_new = ensure_self_made(tmp_path / "tls", NAMES, NOW)
    assert is_new
    assert again.fingerprint != former.fingerprint


def test_the_owners_certificate_is_copied_with_a_key_that_only_we_read(tmp_path: Path) -> None:
    files = own_files(tmp_path)
    taken = take_own(tmp_path / "tls", *files, NOW)
    assert taken.names == ("localhost",)
    assert taken.file.read_bytes() == files[0].read_bytes()
    key = tmp_path / "tls" / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    written = key.stat().st_mtime_ns
    assert take_own(tmp_path / "tls", *files, NOW) == taken
    assert key.stat().st_mtime_ns == written, "what is the same is not written again"


def test_a_certificate_that_cannot_work_is_refused_in_words(tmp_path: Path) -> None:
    certificate, key = own_files(tmp_path)
    _, other_key = own_files(tmp_path, "other")
    expired, its_key = own_files(tmp_path, "expired", until=NOW - timedelta(seconds=1))
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("nonsense", encoding="utf-8")
    for pair, now, words in (
        ((certificate, other_key), NOW, "is not the key of"),
        ((expired, its_key), NOW, "expired on 2026-02-28"),
        ((certificate, key), NOW - timedelta(days=2), "is not valid before"),
        ((certificate, locked), NOW, "is locked with a passphrase"),
        ((certificate, nonsense), NOW, "is no private key"),
        ((certificate, certificate), NOW, "is no private key"),
        ((nonsense, key), NOW, "is no certificate"),
        ((tmp_path / "missing", key), NOW, "cannot be read: No such file"),
    ):
        with pytest.raises(CertificateProblem, match=words) as problem:
            take_own(tmp_path / "tls", *pair, now)
        assert problem.value.hint
        assert not (tmp_path / "tls").exists()


async def test_a_phone_that_trusts_the_certificate_pairs_and_a_restart_keeps_state_and_certificate(
    tmp_path: Path,
) -> None:
    certificate, _ = ensure_self_made(tmp_path / "tls", NAMES, datetime.now(UTC))
    async with running_relay(tmp_path / "state", certificate=certificate, trusted=trusting(certificate)) as relay:
        url = relay.url
        assert url.startswith("https://127.0.0.1:")
        assert await asyncio.to_thread(served_fingerprint, relay.local.port) == certificate.fingerprint
        _, phone, device_link, phone_link = await relay.connected_phone()
        await phone_link.send(b"hello")
        assert await device_link.receive() == b"\0\0\0\1hello"
        arguments = Path(f"/proc/{relay.local.pid}/cmdline").read_text(encoding="utf-8")
        environment = Path(f"/proc/{relay.local.pid}/environ").read_text(encoding="utf-8")
        assert "PRIVATE KEY" not in arguments + environment
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{url}/health", trust_env=False)
        await phone_link.close()
        await device_link.close()
    again, is_new = ensure_self_made(tmp_path / "tls", NAMES, datetime.now(UTC))
    assert not is_new
    async with running_relay(tmp_path / "state", certificate=again, trusted=trusting(again)) as relay:
        assert relay.url == url
        link = await relay.phone_link(phone)
        assert (await link.receive_control())["type"] == "device.down"
        await link.close()
        assert "PRIVATE KEY" not in relay.local.log_path.read_text(encoding="utf-8")


async def test_its_pages_may_use_it_and_no_other_origin(tmp_path: Path) -> None:
    certificate, _ = ensure_self_made(tmp_path / "tls", NAMES, datetime.now(UTC))
    async with running_relay(tmp_path / "state", certificate=certificate, trusted=trusting(certificate)) as relay:
        for origin, status in ((relay.url, 401), (relay.url.replace("https", "http"), 403)):
            answer = await relay.request("POST", "/v1/pair", headers={"origin": origin})
            assert answer.status_code == status


async def test_a_certificate_that_its_owner_renews_is_served_without_a_restart_by_hand(tmp_path: Path) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    state, (certificate, key) = tmp_path / "state", own_files(tmp_path, until=until)
    settings = LocalSettings(tls="own", certificate=str(certificate), key=str(key))
    running = asyncio.create_task(run_local(state, settings, certificate_check_seconds=0.02))

    async def served() -> str:
        """Return the fingerprint once the relay serves."""
        async with asyncio.timeout(60):
            while (run := LocalState(state).serving()) is None or run.port is None:
                assert not running.done(), running.exception()
                await asyncio.sleep(0.02)
        with suppress(OSError):  # it may be starting anew just now
            return await asyncio.to_thread(served_fingerprint, run.port)
        return ""

    first = await served()
    new_certificate, new_key = own_files(tmp_path, "new", until=until)
    new_key.replace(key)  # for a moment the two do not fit: what is served goes on
    await asyncio.sleep(0.1)
    assert await served() == first
    new_certificate.replace(certificate)
    renewed = read_certificate_of(certificate)
    async with asyncio.timeout(60):
        while await served() != renewed:
            await asyncio.sleep(0.05)
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(running, 60)
    assert not LocalState(state).is_in_use


def read_certificate_of(file: Path) -> str:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return fingerprint_of(certificate.public_bytes(serialization.Encoding.DER))
