import json
import os
import signal
import time
from pathlib import Path

import pytest

from loopsy_daemon.cli.logs import logs, moment
from loopsy_daemon.errors import UsageError
from loopsy_daemon.lan.audit import AuditLine, AuditLog
from loopsy_daemon.paths import Paths
from tests.daemon.cli.program import Loopsy

EVIL = "\x1b]0;owned\x07"


def line(at: float, **more: str) -> AuditLine:
    return AuditLine(at=at, address="192.168.1.9", method="POST", path="/v1/execute", status=200, **more)


def test_a_person_and_a_program_see_who_asked_for_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOPSY_HOME", str(tmp_path))
    logs()
    assert capsys.readouterr().err == "Nothing like that is in the log.\n"
    log = AuditLog(Paths.of(tmp_path).audit_log)
    now = time.time()
    log.write(line(now - 7_200, name="attic", peer="aaaa", file="notes.txt"))
    log.write(line(now, name="studio", peer="bbbb", program=f"make{EVIL}"))
    log.write(AuditLine(at=now, address="10.0.0.7", method="GET", path="/", status=421))

    logs()
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[2:4] for row in rows] == [["200", "attic"], ["200", "studio"], ["421", "-"]]
    assert rows[0].endswith("POST /v1/execute notes.txt")
    assert "\x1b" not in "".join(rows)
    logs(as_json=True, since="1h")
    found = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [(row["name"], row["address"], row["status"], row["program"]) for row in found] == [
        ("studio", "192.168.1.9", 200, f"make{EVIL}"),
        (None, "10.0.0.7", 421, None),
    ]
    logs(count=1)
    assert capsys.readouterr().out.splitlines() == rows[2:]
    logs(peer="STUDIO")
    assert capsys.readouterr().out.splitlines() == rows[1:2]


def test_it_goes_on_with_what_comes_until_ctrl_c(tmp_path: Path) -> None:
    loopsy = Loopsy(tmp_path)
    log = AuditLog(Paths.of(tmp_path).audit_log)
    log.write(line(time.time(), name="studio", peer="bbbb", program="make"))
    with loopsy.terminal("logs", "--follow", "--peer", "studio", "-n", "1", columns=200) as following:
        following.expect(rb"make.*\r\n")
        log.write(line(time.time(), name="attic", peer="aaaa", program="other"))
        log.write(line(time.time(), name="studio", peer="bbbb", program="tests"))
        following.expect(rb"studio .* tests\r\n")
        os.kill(following.process.pid, signal.SIGINT)
        assert following.end() == 130
        assert b"other" not in following.output
        assert b"Traceback" not in following.output


@pytest.mark.parametrize(("text", "ago"), [("30s", 30), ("5m", 300), ("5min", 300), ("2h", 7_200), ("7d", 604_800)])
def test_ages_are_understood(text: str, ago: float) -> None:
    assert moment(text, 1e9) == 1e9 - ago


def test_times_are_understood_and_nonsense_is_refused() -> None:
    assert moment("2026-05-01T18:00+00:00", 0) == 1_777_658_400
    for text in ("", "h", "-1h", "2 hours", "2026-13-01", "99999-01-01", "0001-01-01"):
        with pytest.raises(UsageError):
            moment(text, 0)
