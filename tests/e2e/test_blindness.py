"""The relay sees ciphertext only: a marker that is typed and printed is nowhere on its wires or in its storage."""

import base64
import dataclasses
from pathlib import Path

import msgspec

from tests.support.daemon import running_daemon
from tests.support.phone import Phone
from tests.support.proxy import Proxy, proxy_to
from tests.support.relay import RelayUnderTest

TYPED = b"MARKER-typed-7f3a"
PRINTED = b"MARKER-printed-91c2"
NAME = b"MARKER-name-55aa"
LABEL = b"MARKER-label-0d0d"


async def crossed(proxies: list[Proxy]) -> bytes:
    """Return everything that crossed, once all connections are closed."""
    return b"\n".join(piece for proxy in proxies for piece in proxy.recorded)


def forms(marker: bytes) -> list[bytes]:
    """Return how a marker could stand in plain sight."""

    return [
        marker,
        marker.hex().encode(),
        base64.b64encode(marker).rstrip(b"=")[:-2],
        marker.decode().encode("utf-16-le"),
    ]


async def test_nothing_typed_or_printed_crosses_the_relay(relay: RelayUnderTest, home: Path) -> None:
    device = await relay.register()
    async with proxy_to(relay.url) as daemons_way, proxy_to(relay.url) as phones_way:
        daemons_way.recording = phones_way.recording = True
        async with running_daemon(home, daemons_way.url, device.device_id, device.device_secret) as daemon:
            machine = await daemon.pair_phone("a phone")
            machine = dataclasses.replace(machine, relay_url=phones_way.url, label=LABEL.decode())
            async with Phone.connected(machine) as phone:
                session = await phone.open(name=NAME.decode())
                stream = await phone.attach(session)
                half = len(PRINTED) // 2
                command = b"printf '%s%s\\n' " + PRINTED[:half] + b" " + PRINTED[half:]
                await phone.type(stream, command + b" # " + TYPED + b"\r")
                await phone.wait_output(stream, PRINTED)
                assert TYPED in stream.received + stream.snapshot
                assert any(info.name == NAME.decode() for info in [*phone.sessions, stream.info])
            secrets = msgspec.json.decode(daemon.paths.secrets.read_bytes(), type=dict[str, str])
    wires = await crossed([daemons_way, phones_way])
    assert b"loopsy.v1" in wires, "the recording shows what crosses in the clear"
    assert machine.phone_id.encode() in wires
    assert len(wires) > 4_000
    stored = b"".join(path.read_bytes() for path in relay.local.objects_directory.rglob("*") if path.is_file())
    assert machine.phone_id.encode() in stored, "the storage was looked into"
    log = relay.local.log_path.read_bytes()
    for marker in (TYPED, PRINTED, NAME, LABEL):
        for form in forms(marker):
            assert form not in wires, f"{form!r} crossed the relay"
            assert form not in stored, f"{form!r} is stored"
            assert form not in log
    for place in (stored, log):
        assert secrets["device-secret"].encode() not in place, "secrets are stored as digests"
        assert machine.phone_secret.encode() not in place
    assert secrets["device-key"].encode() not in wires + stored + log
