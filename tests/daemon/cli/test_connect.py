"""The wizard, as two people use it at two terminals."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.cli.connect import connect
from loopsy_daemon.errors import UsageError
from tests.daemon.cli.program import Loopsy

pytestmark = pytest.mark.timeout(180)
QUESTION = rb"or Enter to wait here: "
CODE = rb"Code (\d{6})"


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[tuple[Loopsy, Loopsy]]:
    studio, laptop = Loopsy(tmp_path / "studio"), Loopsy(tmp_path / "laptop")
    yield studio, laptop
    for loopsy in (studio, laptop):
        loopsy.run("stop")


def test_two_people_are_led_to_two_paired_machines(homes: tuple[Loopsy, Loopsy]) -> None:
    studio, laptop = homes
    with studio.terminal("connect") as declining:
        declining.expect(rb"Ready: ")
        declining.expect(rb"The daemon runs")
        declining.expect(rb"announce it on its networks\? \[y/N\] ")
        declining.send(b"\r")
        declining.expect(rb"hint: .*loopsy pair ADDRESS")
        assert declining.end() == 1
    assert studio.json("lan", "status") == {"listen": "off", "active": False, "addresses": [], "discovery": True}
    for loopsy, name in ((studio, "studio"), (laptop, "laptop")):
        loopsy.run("init", "--name", name)
        loopsy.run("lan", "enable", "--loopback", "--port", "0")
    with studio.terminal("connect") as here, laptop.terminal("connect", "--permit", "transfer") as there:
        for terminal in (here, there):
            terminal.expect(rb"No other machine announces itself")
            terminal.expect(QUESTION)
        address = studio.json("lan", "status")["addresses"][0].encode()
        there.send(address + b"\r")  # too early: nobody waits
        there.expect(rb"hint: ")
        there.expect(QUESTION)
        here.send(b"\r")
        here.expect(rb"On the other machine: loopsy pair " + address)
        there.send(address + b"\r")
        code = here.expect(CODE)[1]
        assert there.expect(CODE)[1] == code
        for terminal in (here, there):
            terminal.expect(rb"\[y/N\] ")
            terminal.send(b"y\r")
        there.expect(rb"Paired with studio")
        there.expect(rb"A command ran on studio, which says that it is \w+")
        there.expect(rb"loopsy exec studio -- COMMAND")
        assert there.end() == 0
        here.expect(rb"Paired with laptop")
        here.expect(rb"could not be run on laptop: .*does not permit")
        here.expect(rb"loopsy exec laptop -- COMMAND")
        assert here.end() == 0
    assert [peer["permits"] for peer in laptop.json("peers")["peers"]] == [["transfer"]]


def test_a_script_is_told_the_commands_to_use_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPSY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n" * 10))
    with pytest.raises(UsageError, match="nobody at a terminal") as refused:
        connect()
    assert "loopsy pair ADDRESS" in str(refused.value.hint)
    assert not (tmp_path / "home").exists()
