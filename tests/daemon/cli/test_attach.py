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


@pytest.fixture(scope="module")
def loopsy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopsy]:
    home = Path("/tmp") / f"loopsy-attach-{os.getpid()}"
    program = Loopsy(home)
    program.start()
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
    assert b"[status has ended; " in terminal.output


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


def test_after_much_output_the_screen_is_right_and_nothing_is_lost(loopsy: Loopsy) -> None:
    print_much = (
        "stty -icanon -echo; echo up; head -c 1 > /dev/null; seq 1 200000; printf 'the end'; head -c 1 > /dev/null"
    )
    with loopsy.terminal("shell", "--name", "much", "--", "sh", "-c", print_much) as terminal:
        terminal.expect(b"up")
        terminal.send(b"x")
        terminal.shows("the end")
        last = [str(number) for number in range(200_000 - 22, 200_001)]
        assert terminal.screen().split() == [*last, "the", "end"]
        terminal.send(b"x")
        assert terminal.end() == 0
    kept = loopsy.json("output", "much")["lines"]
    assert kept[-2:] == ["200000", "the end"]
    assert kept[1:-1] == [str(number) for number in range(int(kept[1]), 200_001)]


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
        assert terminal.output.endswith(b"\x1b[?1049l\x1b[23;0t")


def test_programs_that_are_killed_give_the_status_of_a_shell(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--", "sh", "-c", "kill -9 $$") as terminal:
        assert terminal.end() == 128 + 9


def test_a_session_in_a_session_is_refused_unless_it_is_meant(loopsy: Loopsy) -> None:
    other = loopsy.json("shell", "--detached", "--name", "inner", "--", "cat")["id"]
    with loopsy.terminal("shell", "--name", "nested") as terminal:
        terminal.expect(SETTLED)
        program = " ".join(f"'{part}'" for part in PROGRAM)

        def answer(*arguments: str) -> bytes:
            terminal.send(f"clear; {program} {' '.join(arguments)}; echo status=$?.\r".encode())
            found = terminal.expect(rb"\x1b\[2J(.*)\nstatus=(\d+)\.")
            terminal.expect(SETTLED)
            return found[2] + found[1]

        for arguments in (["attach", other], ["shell"]):
            assert answer(*arguments).startswith(b"2")
            assert "This terminal is a Loopsy session already." in terminal.screen()
        assert answer("attach", "nested", "--force").startswith(b"1")
        assert "You are in this session already." in terminal.screen()
        terminal.send(f"{program} attach {other} --force --prefix C-b\r".encode())
        terminal.send(b"deep\r")
        terminal.expect(b"deep\r\ndeep")
        terminal.send(b"\x02d")
        terminal.expect(b"left inner")
        terminal.expect(SETTLED)
        terminal.send(b"exit\r")
        assert terminal.end() == 0
    loopsy.run("kill", other)


def test_a_session_that_is_not_there_leaves_the_terminal_alone(loopsy: Loopsy) -> None:
    with loopsy.terminal("attach", "nothing") as terminal:
        assert terminal.end() == 1
        assert b"There is no session" in terminal.output
        assert b"\x1b[" not in terminal.output


def test_when_the_daemon_goes_away_the_terminal_is_restored_and_told(home: Path) -> None:
    loopsy = Loopsy(home)
    (home / "config.yaml").write_text("attach:\n  wait_seconds: 0.2\n")
    pid = loopsy.start()
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


def test_the_persons_own_screen_and_title_are_back_at_the_end(loopsy: Loopsy) -> None:
    with loopsy.terminal(
        "shell", "--", "sh", "-c", "printf '\\033]2;theirs\\007\\033[?1000h\\033[?2004hup'; cat"
    ) as terminal:
        before = b"my own line\r\n"
        terminal.output = before
        terminal.expect(b"up")
        assert "my own line" not in terminal.screen()
        terminal.send(b"\x04")
        assert terminal.end() == 0
    assert terminal.screen().splitlines()[0] == "my own line"
    assert terminal.output.startswith(before + b"\x1b[22;0t\x1b[?1049h")
    left = terminal.output.rpartition(b"up")[2]
    assert left.index(b"\x1b[?1000l") < left.index(b"\x1b[?1049l") < left.index(b"\x1b[23;0t")
    assert b"\x1b[?2004l" in left


def test_a_full_screen_program_gives_the_shell_back_as_it_was(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell") as terminal:
        terminal.expect(SETTLED)
        terminal.send(b"echo be''fore; printf '\\033[?1049h\\033[Hedi''tor'; read line; printf '\\033[?1049l'\r")
        terminal.shows("editor")
        assert "before" not in terminal.screen()
        terminal.send(b"\r")
        terminal.shows("before")
        assert "editor" not in terminal.screen()
        terminal.send(b"exit\r")
        assert terminal.end() == 0


def test_a_terminal_of_another_size_shows_what_fits(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "sizes", columns=60, rows=12) as small:
        small.expect(SETTLED)
        with loopsy.terminal("attach", "sizes", columns=90, rows=30) as large:
            large.send(b"echo lar''ge; seq 101 125; stty size\r")
            large.shows("30 90")
            small.shows("30 90")
            assert "large" in large.screen()
            assert "large" not in small.screen()
            small.send(b"printf '%070d\\n' 5; stty size\r")
            small.shows("12 60")
            large.shows("12 60")
            large.shows("60 x 12, the size of another client")
            large.send(b"\x01d")
            assert large.end() == 0
        small.send(b"exit\r")
        assert small.end() == 0


def test_a_stopped_command_gives_the_terminal_back_and_draws_the_screen_anew(loopsy: Loopsy) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with Terminal(shell, {**loopsy.environment, "PS1": "outer> "}, 80, 24) as terminal:
        terminal.expect(b"outer> ")
        program = " ".join(f"'{part}'" for part in PROGRAM)
        terminal.send(f"{program} shell --name stopped -- sh -c 'echo $((6 * 7)); cat'\r".encode())
        terminal.shows("42")
        command = os.tcgetpgrp(terminal.process.fd)
        assert is_raw(terminal)
        os.killpg(command, signal.SIGTSTP)
        terminal.expect(rb"\x1b\[\?1049l.*Stopped.*outer> ")
        assert "outer> " in terminal.screen()
        terminal.send(b"fg\r")
        terminal.expect(rb"\x1b\[\?1049h")
        terminal.shows("42")
        assert "outer> " not in terminal.screen()
        terminal.send(b"again\r")
        terminal.expect(b"again\r\nagain")
        terminal.send(b"\x01d")
        terminal.expect(b"left stopped.*outer> ")
        terminal.send(b"exit\r")
        assert terminal.end() == 0
    loopsy.run("kill", "stopped")


def test_without_a_prefix_every_key_is_the_programs(loopsy: Loopsy) -> None:
    with loopsy.terminal(
        "shell", "--prefix", "none", "--", "sh", "-c", "stty raw -echo; echo up; head -c 3 | cat -v"
    ) as terminal:
        terminal.expect(b"up")
        terminal.send(b"\x01d.")
        terminal.expect(rb"\^Ad\.")
        assert terminal.end() == 0


def test_a_session_that_is_killed_leaves_the_terminal_as_it_was(loopsy: Loopsy) -> None:
    with loopsy.terminal("shell", "--name", "victim", "--", "sh", "-c", "printf '\\033[?1049hup'; cat") as terminal:
        terminal.expect(b"up")
        loopsy.run("kill", "victim")
        assert terminal.end() == 128 + signal.SIGHUP
        assert not is_raw(terminal)
    assert b"[victim has ended; what it printed: loopsy output " in terminal.output
