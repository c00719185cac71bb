"""Three machines in network namespaces of their own: real addresses, real multicast, real daemons and commands."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.network_machine import DEADLINE_SECONDS, NetworkMachine, ip, until

CODE = rb"Code (\d{6})"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("lan")]

Network = tuple[NetworkMachine, NetworkMachine, NetworkMachine]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Give studio, laptop and attic at 10.77.0.1 to 3, on one switch."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and `ip` of iproute2")
    directory = tmp_path_factory.mktemp("lan")
    machines = (
        NetworkMachine(directory, "studio"),
        NetworkMachine(directory, "laptop"),
        NetworkMachine(directory, "attic"),
    )
    switch = f"loopsy-{os.getpid()}-switch"
    made: list[str] = []
    try:
        try:
            for namespace in (switch, *(machine.namespace for machine in machines)):
                ip("netns", "add", namespace)
                made.append(namespace)
            ip("-n", switch, "link", "add", "bridge0", "type", "bridge")
            ip("-n", switch, "link", "set", "bridge0", "up")
            for machine in machines:
                ends = ("lan0", "netns", machine.namespace, "type", "veth", "peer", "name", machine.name)
                ip("-n", switch, "link", "add", *ends)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
        for number, machine in enumerate(machines, start=1):
            ip("-n", switch, "link", "set", machine.name, "master", "bridge0", "up")
            ip("-n", machine.namespace, "link", "set", "lo", "up")
            ip("-n", machine.namespace, "link", "set", "lan0", "up")
            ip("-n", machine.namespace, "address", "add", f"10.77.0.{number}/24", "dev", "lan0")
            ip("-n", machine.namespace, "address", "add", f"fd77::{number}/64", "dev", "lan0", "nodad")
        for machine in machines:
            machine.run("init", "--secrets-file", "--name", machine.name)
            machine.run("lan", "enable")
            machine.start()
        yield machines
    finally:
        for machine in machines:
            if machine.namespace in made and machine.home.exists():
                machine.tried("stop")
        for namespace in made:
            ip("netns", "delete", namespace)


def pair(waiting: NetworkMachine, joining: NetworkMachine, other: str) -> None:
    with waiting.terminal("pair") as here:
        here.expect(rb"On the other machine: loopsy pair")
        with joining.terminal("pair", other) as there:
            code = here.expect(CODE)[1]
            assert there.expect(CODE)[1] == code
            here.expect(rb"\[y/N\]")
            there.expect(rb"\[y/N\]")
            there.send(b"y\r")
            here.send(b"y\r")
            there.expect(f"Paired with {waiting.name}".encode())
            assert there.end() == 0
        here.expect(f"Paired with {joining.name}".encode())
        assert here.end() == 0


@pytest.mark.thorough
def test_machines_find_each_other_pair_and_use_each_other(network: Network) -> None:
    studio, laptop, attic = network
    for one in network:
        until(lambda one=one: one.machines() == {other.name for other in network if other is not one})  # type: ignore[misc]
    pair(studio, laptop, "studio")
    connect(attic, laptop)
    until(lambda: laptop.state("studio") == laptop.state("attic") == "online")
    until(lambda: studio.state("laptop") == attic.state("laptop") == "online")
    for here, there in ((laptop, studio), (studio, laptop), (attic, laptop)):
        run_commands(here, there)
        move_files(here, there)
        share_and_tell(here, there)
        start_sessions(here, there)

    # Ctrl-C ends the whole command there
    with laptop.terminal("exec", "studio", "--", "sh", "-c", "echo $$; sleep 600 & wait") as running:
        pid = int(running.expect(rb"(\d+)\r\n")[1])
        os.killpg(pid, 0)
        running.send(b"\x03")
        assert running.end() == 130
    until(lambda: not is_group_alive(pid))

    # another address, announced
    studio.move_to("10.77.0.9")
    until(lambda: str(laptop.peer("studio")["address"]).startswith("10.77.0.9:"))
    assert laptop.run("exec", "studio", "--", "echo", "moved").stdout == "moved\n"

    # asleep, and back: a message waits for it
    studio.run("stop")
    until(lambda: laptop.state("studio") == "offline")
    laptop.run("message", "send", "studio", "good morning")
    studio.start()
    until(lambda: laptop.state("studio") == "online")
    assert "good morning" in studio.run("message", "wait", "--timeout", str(DEADLINE_SECONDS)).stdout

    # who was not paired gets nothing, and each request was noted with who made it
    assert "No peer is called" in studio.run("exec", "attic", "--", "true", status=2).stderr
    assert attic.stranger_asks(address_of(studio)) == [401, 401, 401, 421]
    audited = [json.loads(line) for line in studio.run("logs", "--json", "-n", "100000").stdout.splitlines()]
    assert {line["name"] for line in audited if line["path"] == "/v1/execute" and line["status"] == 200} == {"laptop"}
    refused = [line for line in audited if line["address"] == "10.77.0.3"]
    assert [(line["peer"], line["status"]) for line in refused] == [(None, 401), (None, 401), (None, 401), (None, 421)]


def connect(waiting: NetworkMachine, joining: NetworkMachine) -> None:
    """Pair as the wizard leads two people, one of whom chooses the other one's number."""
    with waiting.terminal("connect") as here, joining.terminal("connect") as there:
        here.expect(rb"Enter to wait here: ")
        here.send(b"\r")
        here.expect(rb"On the other machine: loopsy pair")
        number = there.expect(rb"(\d+)  " + waiting.name.encode())[1]
        there.expect(rb"Enter to wait here: ")
        there.send(number + b"\r")
        code = there.expect(CODE)[1]
        assert here.expect(CODE)[1] == code
        for terminal in (there, here):
            terminal.expect(rb"\[y/N\]")
            terminal.send(b"y\r")
        for terminal, other in ((there, waiting), (here, joining)):
            terminal.expect(f"A command ran on {other.name}, which says that it is Linux".encode())
            assert terminal.end() == 0


def run_commands(here: NetworkMachine, there: NetworkMachine) -> None:
    done = here.run("exec", there.name, "--", "sh", "-c", "echo out; echo err >&2; echo $HOME; exit 7", status=7)
    assert done.stdout.splitlines() == ["out", there.environment["HOME"]]
    assert done.stderr == "err\n"


def move_files(here: NetworkMachine, there: NetworkMachine) -> None:
    content = os.urandom(3_000_000)
    file = Path(here.environment["HOME"]) / f"from-{here.name}"
    file.write_bytes(content)
    here.run("send", there.name, str(file))
    assert (Path(there.environment["HOME"]) / file.name).read_bytes() == content
    assert file.name in here.run("ls", there.name).stdout
    here.run("pull", there.name, file.name, "--to", f"{file}-back")
    assert Path(f"{file}-back").read_bytes() == content


def share_and_tell(here: NetworkMachine, there: NetworkMachine) -> None:
    here.run("context", "set", "greeting", f"from {here.name}", "--peer", there.name)
    assert there.run("context", "get", "greeting").stdout == f"from {here.name}\n"
    here.run("message", "send", there.name, f"hello from {here.name}")
    received = there.run("message", "wait", "--timeout", str(DEADLINE_SECONDS))
    assert f"hello from {here.name}" in received.stdout
    here.run("task", "add", "look into it", f"task of {here.name}", "--peer", there.name)
    assert there.run("task", "claim").stdout == f"task of {here.name}\n"


def start_sessions(here: NetworkMachine, there: NetworkMachine) -> None:
    here.run("session", "start", there.name, "worker", "--", "sh", "-c", "echo $((40 + 2)); sleep 600")
    until(lambda: "42" in here.run("session", "output", there.name, "worker").stdout)
    assert "worker" in there.run("list").stdout
    here.run("session", "remove", there.name, "worker")


@pytest.mark.thorough
def test_a_machine_at_the_address_of_a_peer_is_not_the_peer(network: Network) -> None:
    studio, laptop, attic = network
    paired(laptop, studio)
    studio.run("stop")
    studio.move_to("10.77.0.20")
    attic.move_to(str(laptop.peer("studio")["address"]).rpartition(":")[0])
    try:
        ip("-n", laptop.namespace, "neighbour", "flush", "all")
        until(lambda: laptop.state("studio") == "impostor")
        refused = laptop.run("exec", "studio", "--", "true", status=255)
        assert "its certificate is another one" in refused.stderr
    finally:
        attic.move_to("10.77.0.3")
        studio.start()
    until(lambda: laptop.state("studio") == "online")


@pytest.mark.thorough
def test_somebody_between_two_machines_that_pair_shows_in_the_codes(network: Network) -> None:
    studio, laptop, attic = network
    for machine in (studio, laptop, attic):
        for peer in machine.json("peers")["peers"]:
            machine.run("peers", "remove", peer["name"])
    # the attic answers as if it were the studio, and asks the studio as if it were the laptop
    with studio.terminal("pair") as at_studio, attic.terminal("pair") as to_laptop:
        at_studio.expect(rb"On the other machine: loopsy pair")
        to_laptop.expect(rb"On the other machine: loopsy pair")
        with attic.terminal("pair", address_of(studio)) as to_studio, laptop.terminal("pair", "10.77.0.3") as at_laptop:
            seen_at_studio, seen_at_laptop = at_studio.expect(CODE)[1], at_laptop.expect(CODE)[1]
            assert seen_at_studio != seen_at_laptop
            for terminal in (to_studio, to_laptop):  # says yes, of course
                terminal.expect(rb"\[y/N\]")
                terminal.send(b"y\r")
            for terminal in (at_studio, at_laptop):
                terminal.expect(rb"\[y/N\]")
                terminal.send(b"n\r")
                assert terminal.end() != 0
    assert [machine.json("peers")["peers"] for machine in (studio, laptop, attic)] == [[], [], []]


def paired(laptop: NetworkMachine, studio: NetworkMachine) -> None:
    """Pair, unless an earlier test has."""
    if not laptop.json("peers")["peers"]:
        pair(studio, laptop, address_of(studio))
    until(lambda: laptop.state("studio") == "online")


def address_of(machine: NetworkMachine) -> str:
    addresses: list[str] = machine.json("lan", "status")["addresses"]
    return next(address for address in addresses if address.startswith("10.77."))


def is_group_alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True
