"""The local terminal while its way to the daemon is cut, again and again."""

import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.paths import Paths
from loopsy_daemon.sessions.screen import Screen
from tests.daemon.cli.program import Loopsy
from tests.support import talker
from tests.support.unix_proxy import UnixProxy

OUTPUT_BYTES = 60_000
INPUT_BYTES = 6_000
CUTS = 12


@pytest.fixture
def near(home: Path, tmp_path: Path) -> Iterator[tuple[Loopsy, Loopsy, UnixProxy]]:
    """Give a home with a daemon, another one whose socket leads there, and that way."""
    daemon_home, near_home = home / "far", home / "near"
    far, near = Loopsy(daemon_home), Loopsy(near_home)
    far.start()
    near.run("init")
    try:
        with UnixProxy(Paths.of(near_home).socket, Paths.of(daemon_home).socket) as proxy:
            yield far, near, proxy
    finally:
        far.run("stop")


def test_nothing_is_lost_or_doubled_when_the_connection_is_cut(
    near: tuple[Loopsy, Loopsy, UnixProxy], tmp_path: Path
) -> None:
    _, loopsy, proxy = near
    heard = tmp_path / "heard"
    arguments = ["-m", "tests.support.talker", "7", str(OUTPUT_BYTES), str(INPUT_BYTES), str(heard)]
    chooser = random.Random(7)
    typed = bytes(chooser.choice(b"abcdefgh \r\t\x1b[") for _ in range(INPUT_BYTES))
    with loopsy.terminal("shell", "--", "env", f"PYTHONPATH={Path.cwd()}", sys.executable, *arguments) as terminal:
        terminal.expect(talker.READY)
        pieces = INPUT_BYTES // (2 * CUTS)
        for start in range(0, INPUT_BYTES, pieces):
            terminal.send(typed[start : start + pieces])
            if (start // pieces) % 2:
                proxy.cut()
        assert terminal.end() == 0
    assert heard.read_bytes() == typed
    expected = Screen(80, 24)
    expected.feed(talker.READY + talker.stream(7, OUTPUT_BYTES))
    shown = terminal.output.rpartition(b"\x1b[?1000l")[0]
    seen = Screen(80, 24)
    seen.feed(shown)
    assert seen.text == expected.text


def test_a_long_absence_is_told_and_what_was_typed_meanwhile_arrives(near: tuple[Loopsy, Loopsy, UnixProxy]) -> None:
    _, loopsy, proxy = near
    with loopsy.terminal("shell", "--", "sh", "-c", "stty raw -echo; echo up; cat -v") as terminal:
        terminal.expect(b"up")
        proxy.close()
        terminal.shows("The daemon is away: waiting for it. Ctrl-A d leaves.")
        terminal.send(b"kept")
        proxy.open()
        terminal.expect(b"kept")
        assert "The daemon is away" not in terminal.screen()
        proxy.close()
        terminal.send(b"unsent")
        terminal.shows("The daemon is away")
        terminal.send(b"\x01d")
        assert terminal.end() == 0
        assert b"what was typed last did not reach" in terminal.output
        proxy.open()


def test_a_session_that_is_gone_afterwards_is_told(near: tuple[Loopsy, Loopsy, UnixProxy]) -> None:
    far, loopsy, proxy = near
    with loopsy.terminal("shell", "--name", "gone", "--", "sh", "-c", "echo up; exec cat") as terminal:
        terminal.expect(b"up")
        proxy.close()
        terminal.shows("The daemon is away")
        far.run("kill", "gone")
        while far.json("list")["sessions"][0]["alive"]:
            pass
        far.run("kill", "gone")
        proxy.open()
        assert terminal.end() == 1
        assert b"The session ended while the daemon was away." in terminal.output


def test_a_session_goes_on_where_it_was_after_the_daemon_was_killed(home: Path) -> None:
    loopsy = Loopsy(home)
    pid = loopsy.start()
    try:
        with loopsy.terminal("shell", "--", "sh", "-c", "stty raw -echo; echo up; cat") as terminal:
            terminal.expect(b"up")
            terminal.send(b"before ")
            terminal.expect(b"before ")
            os.kill(pid, signal.SIGKILL)
            terminal.shows("The daemon is away")
            terminal.send(b"between ")
            loopsy.start()
            terminal.send(b"after")
            terminal.shows("before between after")
            assert "The daemon is away" not in terminal.screen()
            terminal.send(b"\x01d")
            assert terminal.end() == 0
    finally:
        loopsy.run("stop", "--yes")
