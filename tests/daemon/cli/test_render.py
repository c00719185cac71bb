import json
import time

import pytest

from loopsy_daemon.cli import results
from loopsy_daemon.cli.peer_results import FileRow, RemoteListing
from loopsy_daemon.cli.render import show
from loopsy_daemon.cli.text import ago, printable


def session(**changes: object) -> results.SessionRow:
    values: dict[str, object] = {
        "id": "s1", "name": "tests", "agent": "shell", "title": "make test", "cwd": "/", "alive": True, "code": None,
        "signal": None, "clients": 2, "created_at": 0.0, "active_at": time.time(), "preview": "",
    }  # fmt: skip
    return results.SessionRow(**(values | changes))  # type: ignore[arg-type]


def test_json_is_one_line_with_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    show(results.SessionList(sessions=(session(title="日本"),)), as_json=True)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["sessions"][0] | {"active_at": 0} == {
        "id": "s1", "name": "tests", "agent": "shell", "title": "日本", "cwd": "/", "alive": True, "code": None,
        "signal": None, "clients": 2, "created_at": 0.0, "active_at": 0, "preview": "",
    }  # fmt: skip


def test_the_table_of_sessions_is_whole_and_plain_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    ended = session(id="s2", name="x" * 64, alive=False, code=2, title="y" * 200)
    killed = session(id="s3", alive=False, signal="KILL")
    show(results.SessionList(sessions=(session(), ended, killed)), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ID", "NAME", "AGENT", "STATE", "CLIENTS", "IDLE", "TITLE"]
    assert lines[1].split() == ["s1", "tests", "shell", "running", "2", "0", "s", "make", "test"]
    assert "exit 2" in lines[2]
    assert "x" * 64 in lines[2]
    assert "y" * 200 in lines[2]
    assert "ended by KILL" in lines[3]
    assert "\x1b" not in "".join(lines)


def test_names_from_elsewhere_cannot_steer_the_terminal_or_use_markup(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b]0;pwned\x07[red]\u202e\n"
    phone = results.PhoneRow("p1", evil, 0.0, None, online=True)
    for result in (
        results.SessionList(sessions=(session(name=evil, title=evil),)),
        results.PhoneList(phones=(phone,)),
        results.PairEnded("paired", "p1", evil),
        results.PhoneRevoked(evil),
        results.SessionEnded("s1", evil, was_alive=True),
    ):
        show(result, as_json=False)
        out = capsys.readouterr().out
        assert "[red]" in out
        assert all(character.isprintable() or character == "\n" for character in out)


def test_status_tells_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    show(results.StatusResult(running=False, home="/h", name="studio", version="1"), as_json=False)
    out = capsys.readouterr().out
    assert "loopsy start" in out
    assert "loopsy relay configure URL" in out


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_600, "1 h"), (200_000, "2 d")]
)
def test_ages_have_their_largest_unit(seconds: float, text: str) -> None:
    assert ago(1_000_000 - seconds, now=1_000_000) == text


def test_printable_text_is_left_alone() -> None:
    assert printable("naïve 日本 ✓") == "naïve 日本 ✓"


def test_files_of_a_peer_are_a_table_and_their_names_steer_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        FileRow("a\x1b[2J", "file", 2_048, time.time(), 0o640),
        FileRow("b", "directory", 4_096, time.time(), 0o755),
        FileRow("c", "link", 7, time.time(), 0o777),
    )
    show(RemoteListing("studio", "/home/ada", rows, is_whole=False), as_json=False)
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    assert [(line[0], line[1]) for line in lines[1:4]] == [
        ("-rw-r-----", "2.0"),
        ("drwxr-xr-x", "-"),
        ("lrwxrwxrwx", "-"),
    ]
    assert "\x1b" not in out
    assert out.splitlines()[4].startswith("… and more")
