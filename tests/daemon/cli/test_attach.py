"""Sessions in a real terminal: a pseudo-terminal around the command, another one inside the daemon."""

import os
import signal
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.cli.program import PROGRAM, Loopsy, Terminal

SETTLED = rb"[$#] (\x1b\S+)?\Z"
GO = "stty raw -echo; echo up; head -c 1 > /dev/null; "


@pytest.fixture(scope="module")
def loopsy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopsy]:
    home = Path("/tmp") / f"loopsy-attach-{os.getpid()}"
    program = Loopsy(home)
    program.run("start")
    yield program
    program.run("stop")
    for path in sorted(home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    home.rmdir()


def is_raw(terminal: Terminal) -> bool:
    return not termios.tcgetattr(terminal.process.fd)[3] & termios.ICANON


def test_a_shell_shows_what_it_prints_and_gives_its_exit_status(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "status") as terminal:
        terminal.expect(SETTLED)
        assert is_raw(terminal)
        terminal.send(b"echo $((6 * 7)) 'caf\xc3\xa9'\r")
        terminal.expect(b"\n42 caf\xc3\xa9\r\n")
        terminal.send(b"exit 7\r")
        assert terminal.end() == 7
        assert not is_raw(terminal)
    assert b"[status has ended]" in terminal.output


def test_a_session_outlives_its_terminal_and_comes_back_with_its_screen(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "lasting") as terminal:
        terminal.expect(SETTLED)
        terminal.send(b"echo first; stty -echo\r")
        terminal.expect(b"\nfirst\r\n")
        terminal.expect(SETTLED)
        terminal.send(b"x=kept\r\x01d")
        assert terminal.end() == 0
        assert not is_raw(terminal)
    with loopsy.terminal("attach", "lasting") as terminal:
        terminal.expect(b"first")
        terminal.expect(SETTLED)
        terminal.send(b"echo $x $x\r")
        terminal.expect(b"kept kept")
        terminal.send(b"exit\r")
        assert terminal.end() == 0


def test_ctrl_a_twice_is_one_and_ctrl_c_is_the_programs(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--", "sh", "-c", "stty raw -echo; echo up; cat -v") as terminal:
        terminal.expect(b"up")
        terminal.send(b"\x01\x01\x03\x1ax\x01y")
        terminal.expect(rb"\^A\^C\^Zx\^Ay")
        terminal.send(b"\x01d")
        assert terminal.end() == 0


def test_the_program_follows_the_size_of_the_window(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", columns=91, rows=31) as terminal:
        terminal.expect(SETTLED)
        terminal.send(b"stty size\r")
        terminal.expect(b"\n31 91\r\n")
        terminal.expect(SETTLED)
        terminal.process.setwinsize(17, 64)
        terminal.send(b"until [ \"$(stty size)\" = '17 64' ]; do :; done; echo follo''wed\r")
        terminal.expect(b"followed")
        terminal.send(b"exit\r")
        assert terminal.end() == 0


def test_much_output_arrives_whole_and_in_order(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--", "sh", "-c", f"{GO} echo begin; seq 1 200000; echo the end") as terminal:
        terminal.expect(b"up")
        terminal.send(b"x")
        numbers = terminal.expect(b"begin\n(.*)the end\n")[1].split()
        assert terminal.end() == 0
    assert numbers == [str(number).encode() for number in range(1, 200_001)]


def test_much_input_arrives_whole_and_in_order(loopsy: Loopsy) -> None:
    lines = b"".join(b"%063d\r" % number for number in range(4_000))
    count = "stty raw -echo; echo up; head -c 256000 | tr '\\r' '\\n' | cksum"
    with loopsy.terminal("shell", "--", "sh", "-c", count) as terminal:
        terminal.expect(b"up")
        terminal.send(lines)
        checksum = terminal.expect(rb"(\d+) 256000")
        assert terminal.end() == 0
    expected = subprocess.run(["cksum"], input=lines.replace(b"\r", b"\n"), capture_output=True, check=True)
    assert checksum[1] == expected.stdout.split()[0]


def test_queries_are_answered_once_and_by_the_daemon(loopsy: Loopsy) -> None:
    ask = "stty raw -echo; printf 'now\\033[6n'; head -c 6 | od -An -c; printf done"
    with loopsy.terminal("shell", "--", "sh", "-c", ask) as terminal:
        terminal.expect(b"now")
        terminal.expect(rb"033\s+\[\s+\d+\s+;\s+\d+\s+R")
        terminal.expect(b"done")
        assert terminal.end() == 0
    assert b"\x1b[6n" not in terminal.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_restores_the_terminal(loopsy: Loopsy, number: signal.Signals) -> None:
    with loopsy.terminal("shell", "--", "cat") as terminal:
        terminal.send(b"up\r")
        terminal.expect(b"up\r\nup")
        assert is_raw(terminal)
        terminal.process.kill(number)
        assert terminal.end() == 128 + number
        assert not is_raw(terminal)
        assert terminal.output.endswith(b"\x1b[0 q\r\n\x1b[J")


def test_programs_that_are_killed_give_the_status_of_a_shell(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--", "sh", "-c", "kill -9 $$") as terminal:
        assert terminal.end() == 128 + 9


def test_a_session_cannot_be_shown_inside_itself(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "nested") as terminal:
        terminal.expect(SETTLED)
        terminal.send(b"echo id=$LOOPSY_SESSION.\r")
        session = terminal.expect(rb"\nid=(\w+)\.")[1].decode()
        program = " ".join(f"'{part}'" for part in ["env", f"LOOPSY_HOME={loopsy.home}", *PROGRAM])
        terminal.expect(SETTLED)
        terminal.send(f"{program} attach {session}; echo status=$?.\r".encode())
        terminal.expect(rb"You are in this session already\..*\nstatus=1\.")
        terminal.send(b"exit\r")
        assert terminal.end() == 0


def test_a_session_that_is_not_there_leaves_the_terminal_alone(loopsy: Loopsy) -> None:
    with loopsy.terminal("attach", "nothing") as terminal:
        assert terminal.end() == 1
        assert b"There is no session" in terminal.output
        assert b"\x1b[" not in terminal.output


def test_when_the_daemon_goes_away_the_terminal_is_restored_and_told(home: Path) -> None:
    loopsy = Loopsy(home)
    pid = loopsy.json("start")["pid"]
    with loopsy.terminal("shell", "--", "cat") as terminal:
        terminal.send(b"up\r")
        terminal.expect(b"up\r\nup")
        os.kill(pid, signal.SIGKILL)
        assert terminal.end() == 1
        assert not is_raw(terminal)
        assert b"The daemon went away." in terminal.output


def test_two_terminals_show_the_same_session(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "shared") as first:
        first.expect(SETTLED)
        with loopsy.terminal("attach", "shared") as second:
            second.expect(SETTLED)
            second.send(b"echo to''gether\r")
            first.expect(b"together")
            second.expect(b"together")
            second.send(b"\x01d")
            assert second.end() == 0
        first.send(b"exit\r")
        assert first.end() == 0
