"""Where a session's program starts and what it finds, when the daemon was started from some other place."""

from pathlib import Path

from tests.daemon.cli.program import Loopsy

LEFT_BEHIND = {
    "CLAUDECODE": "1",
    "PAGER": "cat",
    "TMUX": "/tmp/tmux-0/default,1,0",
    "SSH_TTY": "/dev/pts/9",
    "VIRTUAL_ENV": "/srv/app/.venv",
    "MAKEFLAGS": "-j8",
    "LC_ALL": "",
    "LANG": "",
    "LC_CTYPE": "",
}


def test_a_program_starts_where_and_as_a_person_expects(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "a place"
    place.mkdir()
    loopsy = Loopsy(home, {**LEFT_BEHIND, "EDITOR": "vi", "SHELL": "/bin/bash", "HOME": str(tmp_path)})
    loopsy.run("start")
    try:
        show = "pwd; stty size; env | sort; echo complete; exec sleep 600"
        loopsy.run("shell", "--detached", "--name", "env", "--cwd", str(place), "--", "sh", "-c", show)
        session = loopsy.json("list")["sessions"][0]["id"]
        while (lines := loopsy.json("output", "env")["lines"])[-1:] != ["complete"]:
            pass
        found = dict(line.partition("=")[::2] for line in lines[2:-1])
        assert lines[:2] == [str(place), "24 80"]
        assert sorted((LEFT_BEHIND.keys() - {"LC_ALL", "LC_CTYPE", "LANG"}) & found.keys()) == []
        expected = {
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_CTYPE": "C.UTF-8", "EDITOR": "vi",
            "PWD": str(place), "LOOPSY_SESSION": session, "LOOPSY_HOME": str(home),
        }  # fmt: skip
        assert expected.items() <= found.items()
        (tmp_path / ".bash_profile").write_text("PS1='ready> '\n")
        with loopsy.terminal("shell", "--name", "login") as terminal:
            terminal.expect(rb"ready> ")
            terminal.send(b"shopt -q login_shell && echo is-lo''gin; exit\r")
            terminal.expect(b"is-login")
            assert terminal.end() == 0
    finally:
        loopsy.run("stop", "--yes")
