"""`loopsy-deploy-relay local …`: the relay of this machine as a service, from the program as a person runs it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from loopsy_deploy import local_service
from loopsy_deploy.local_certificate import ensure_self_made
from loopsy_deploy.local_log import added_text, cap_log, former_log, last_lines
from loopsy_deploy.local_state import LocalState, Run
from loopsy_deploy.run_local import addresses, how_to_register
from tests.support.local_program import DEADLINE_SECONDS, LocalProgram


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        # One that has ended stays a zombie until whoever started it looks.
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_it_starts_once_stops_and_keeps_its_address(service: LocalProgram) -> None:
    assert service.json("status", status=1)["running"] is False
    first = service.json("start")
    assert (first["health"], first["autostart"]) == ("ok", False)
    again = service("start", "--json")
    assert again.stderr == "It runs already.\n"
    assert json.loads(again.stdout)["pid"] == first["pid"] == service.json("status")["pid"]
    relay_pid = LocalState(service.state).last_run().pid
    assert relay_pid is not None
    assert first["url"] in service("logs").stdout
    assert service.json("stop") == {"ran": True}
    until(lambda: not is_alive(first["pid"]) and not is_alive(relay_pid))
    assert service.json("stop") == {"ran": False}
    assert service.json("start")["url"] == first["url"]


@pytest.mark.slow
@pytest.mark.thorough
def test_settings_stay_until_they_are_given_again(service: LocalProgram) -> None:
    started = service.json("start", "--tls", "--tls-name", "Relay.LAN", "--open-registration")
    assert started["url"].startswith("https://127.0.0.1:")
    assert "relay.lan" in started["certificate"]["names"]
    refused = service("start", "--no-tls", status=1)
    assert refused.stderr.startswith("The relay runs with other settings.\nhint: loopsy-deploy-relay local stop")
    service("stop")
    again = service.json("start")
    assert (again["url"], again["certificate"]) == (started["url"], started["certificate"])
    shown = service("status").stdout
    assert f"certificate  SHA-256 {started['certificate']['fingerprint']}\n" in shown
    service("stop")
    plain = service.json("start", "--no-tls")
    assert (plain["url"], plain["health"]) == (started["url"].replace("https", "http"), "ok")


def test_what_cannot_be_started_is_said_in_a_sentence_and_a_hint(service: LocalProgram) -> None:
    for arguments, status, words in (
        (["--certificate", "/nowhere"], 2, "A certificate and its key belong together."),
        (["--tls", "--behind-proxy"], 2, "Behind a proxy it is the proxy that does TLS."),
        (["--certificate", "/nowhere", "--key", "/nowhere"], 1, "/nowhere cannot be read: No such file or directory."),
        (["--no-tls", "--host", "192.0.2.250"], 1, ""),
    ):
        ended = service("start", *arguments, status=status)
        assert ended.stderr.startswith(words)
        assert "\nhint: " in ended.stderr
    assert service.json("status", status=1)["running"] is False


def test_a_relay_that_was_killed_is_started_anew_and_one_that_hangs_is_ended(
    service: LocalProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = service.json("start")
    os.kill(first["pid"], signal.SIGKILL)
    until(lambda: not is_alive(first["pid"]))
    assert service.json("status", status=1)["running"] is False
    orphan = LocalState(service.state).last_run().pid
    second = service.json("start")
    assert second["url"] == first["url"]
    assert orphan is not None
    assert not is_alive(orphan)
    served = LocalState(service.state).last_run().pid
    assert served is not None
    os.kill(second["pid"], signal.SIGSTOP)
    monkeypatch.setattr(local_service, "STOP_DEADLINE_SECONDS", 0.2)
    assert local_service.stop(service.state)
    until(lambda: not is_alive(second["pid"]) and not is_alive(served))


def test_what_a_killed_owner_left_is_not_taken_for_the_relay_that_just_begins(tmp_path: Path) -> None:
    state = LocalState(tmp_path)
    state.lock()  # as one that begins, which has not replaced what it found yet
    with subprocess.Popen(["true"]) as owner:
        until(lambda: not is_alive(owner.pid))  # it has ended, and nobody has asked about it yet
        run = Run(port=1, pid=1, owner=owner.pid, url="http://127.0.0.1:1", host="127.0.0.1")
        (tmp_path / "run.json").write_bytes(msgspec.json.encode(run))
        assert state.is_in_use
        assert state.serving() is None
    state.unlock()


def test_in_the_foreground_it_prints_its_address_and_ends_with_a_signal(service: LocalProgram) -> None:
    command = service.command("--local", "--host", "0.0.0.0", "--allowed-origin", "https://relay.example.org")
    with subprocess.Popen(
        command, env=service.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        assert service.json("start")["url"] == url, "it runs already"
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_SECONDS) == 0
        assert process.stderr is not None
        assert b"Without TLS a browser on another machine refuses its cryptography: add --tls." in process.stderr.read()
    settings = json.loads((service.state / "settings.json").read_text(encoding="utf-8"))
    assert settings["allowed_origins"] == ["https://relay.example.org"]


def test_the_log_is_capped_while_it_is_written_to(tmp_path: Path) -> None:
    log = tmp_path / "relay.log"
    assert last_lines(log, 5) == []
    with log.open("ab", buffering=0) as writer:
        writer.write(b"first\n" + b"x" * 100 + b"\nlast\n")
        cap_log(log, 1_000)
        assert not former_log(log).exists()
        cap_log(log, 50)
        assert log.stat().st_size == 0
        assert former_log(log).read_bytes().endswith(b"x\nlast\n")
        assert former_log(log).stat().st_size == 50
        writer.write(b"after\n")
        assert log.read_bytes() == b"after\n"
        assert last_lines(log, 2) == ["last", "after"]
        assert last_lines(log, 0) == []

        def write(_seconds: float) -> None:
            cap_log(log, 1)
            writer.write(b"more\n")

        assert next(added_text(log, write)) == "more\n"


def test_phones_are_led_to_an_address_that_they_reach_and_that_the_certificate_names(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made, _ = ensure_self_made(tmp_path, ["relay.lan"], now)
    vouched = replace(made, names=("*.example.org", "relay.example.org"), is_self_signed=False)
    assert addresses("127.0.0.1", 1, [], None) == ["http://127.0.0.1:1"]
    assert addresses("192.0.2.9", 1, [], None) == ["http://192.0.2.9:1"]
    assert addresses("::1", 1, ["relay.lan"], made) == ["https://[::1]:1"]
    assert addresses("192.0.2.9", 1, ["relay.lan"], made) == ["https://relay.lan:1", "https://192.0.2.9:1"]
    assert addresses("2001:db8::9", 1, [], vouched) == ["https://relay.example.org:1", "https://[2001:db8::9]:1"]
    plain = addresses("0.0.0.0", 1, [], None)
    assert plain[0] == "http://127.0.0.1:1"
    assert addresses("0.0.0.0", 1, [], made)[-1] == "https://127.0.0.1:1"
    assert how_to_register(tmp_path, "u", made).endswith(f" --certificate {made.file}")
    assert how_to_register(tmp_path, "u", vouched).endswith(" --invite-file -")
