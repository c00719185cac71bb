"""A relay on this machine: its state directory, port, secrets, and how it starts and ends."""

import asyncio
import json
import os
import signal
import socket
from pathlib import Path

import pytest

from loopsy_deploy import errors
from loopsy_deploy.local import RELAY_DIRECTORY, LocalRelay
from loopsy_deploy.workerd import find_workerd
from tests.support.relay import NO_ASSETS, running_relay


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def relay_in(directory: Path, port: int = 0) -> LocalRelay:
    return LocalRelay(directory, assets_directory=NO_ASSETS, port=port)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_secrets_and_port_are_kept_between_runs(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        url, secret = relay.url, relay.local.registration_secret
        device = await relay.register()
    async with running_relay(tmp_path / "state") as relay:
        assert (relay.url, relay.local.registration_secret) == (url, secret)
        assert await relay.phones(device) == []


async def test_what_is_kept_is_for_the_owner_alone(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        assert mode(tmp_path / "state") == 0o700
        assert mode(tmp_path / "state" / "secrets.json") == 0o600
        assert mode(relay.local.log_path) == 0o600
        kept = json.loads((tmp_path / "state" / "secrets.json").read_text(encoding="utf-8"))
        assert len({len(value) for value in kept.values()} | {43}) == 1
        assert len(set(kept.values())) == 3


async def test_secrets_are_in_no_argument_and_no_log(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        await relay.register()
        arguments = Path(f"/proc/{relay.local.pid}/cmdline").read_text(encoding="utf-8")
        kept = json.loads((tmp_path / "state" / "secrets.json").read_text(encoding="utf-8"))
        log = relay.local.log_path.read_text(encoding="utf-8")
        for secret in kept.values():
            assert secret not in arguments
            assert secret not in log


async def test_nothing_of_our_environment_reaches_workerd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING_PRIVATE", "x")
    async with running_relay(tmp_path / "state") as relay:
        assert b"SOMETHING_PRIVATE" not in Path(f"/proc/{relay.local.pid}/environ").read_bytes()


async def test_a_taken_port_of_the_last_run_is_no_obstacle(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "first") as relay:
        port = int(relay.url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        async with running_relay(tmp_path / "first") as relay:
            assert relay.url != f"http://127.0.0.1:{port}"


async def test_a_port_that_was_asked_for_must_be_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.PortInUse, match=str(port)):
            await relay_in(tmp_path / "state", port).start()
    async with running_relay(tmp_path / "state", port=port) as relay:
        assert relay.url == f"http://127.0.0.1:{port}"


async def test_two_relays_do_not_share_a_state_directory(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        with pytest.raises(errors.StateInUse, match="Another relay uses"):
            await relay_in(tmp_path / "state").start()
        assert (await relay.request("GET", "/health")).status_code == 200
        async with running_relay(tmp_path / "other") as other:
            assert other.url != relay.url


async def test_a_relay_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        watching = asyncio.create_task(relay.local.watch())
        await asyncio.sleep(0)
        os.kill(relay.local.pid, signal.SIGKILL)
        with pytest.raises(errors.RelayCrashed):
            await watching
        assert not relay.local.is_running


async def test_stopping_is_no_crash(tmp_path: Path) -> None:
    relay = relay_in(tmp_path / "state")
    await relay.start()
    watching = asyncio.create_task(relay.watch())
    await asyncio.sleep(0)
    await relay.stop()
    await watching
    await relay.stop()  # once more does nothing


async def test_stopping_does_not_wait_for_open_sockets(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state") as relay:
        device = await relay.register()
        link = await relay.device_link(device)
        await link.receive_control()
        port = int(relay.url.rsplit(":", 1)[1])
        async with asyncio.timeout(8):
            await relay.local.stop()
        assert not listens(port)


async def test_a_relay_whose_owner_was_killed_is_replaced(tmp_path: Path) -> None:
    abandoned = relay_in(tmp_path / "state")
    await abandoned.start()
    port, pid = int(abandoned.url.rsplit(":", 1)[1]), abandoned.pid
    abandoned._state.unlock()  # what the operating system does when the owner dies
    async with running_relay(tmp_path / "state") as relay:
        assert relay.local.pid != pid
        with pytest.raises(errors.RelayCrashed):
            await abandoned.watch()
        assert relay.url == f"http://127.0.0.1:{port}"


async def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "state"):
        pass
    secrets = tmp_path / "state" / "secrets.json"
    for damaged in ("", "{}", "[]", '{"pair_token": "x"}'):
        secrets.write_text(damaged, encoding="utf-8")
        with pytest.raises(errors.LocalRelayError, match="damaged"):
            await relay_in(tmp_path / "state").start()
        assert secrets.read_text(encoding="utf-8") == damaged


async def test_a_bundle_that_was_not_built_is_named(tmp_path: Path) -> None:
    relay = LocalRelay(tmp_path / "state", assets_directory=NO_ASSETS, bundle=tmp_path)
    with pytest.raises(errors.BundleMissing) as missing:
        await relay.start()
    assert missing.value.hint == "make build"


async def test_a_bundle_that_is_broken_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "relay.capnp").write_text("nonsense", encoding="utf-8")
    relay = LocalRelay(tmp_path / "state", assets_directory=NO_ASSETS, bundle=tmp_path)
    with pytest.raises(errors.RelayCrashed) as crashed:
        await relay.start()
    assert crashed.value.hint is not None
    assert (tmp_path / "state" / "relay.log").read_text(encoding="utf-8")
    assert not relay.is_running


def test_workerd_is_found_or_named_as_missing(tmp_path: Path) -> None:
    assert os.access(find_workerd(RELAY_DIRECTORY, {}), os.X_OK)
    assert find_workerd(tmp_path, {"LOOPSY_WORKERD": "/bin/sh"}) == Path("/bin/sh")
    with pytest.raises(errors.WorkerdMissing, match="not a program"):
        find_workerd(tmp_path, {"LOOPSY_WORKERD": str(tmp_path / "nothing")})
