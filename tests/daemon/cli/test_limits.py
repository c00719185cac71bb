"""What the configuration says about sessions, and what a daemon makes of it."""

import time
from pathlib import Path

from tests.daemon.cli.program import DEADLINE_SECONDS, Loopsy


def test_a_session_that_idles_too_long_is_ended_and_a_busy_one_is_not(home: Path) -> None:
    (home / "config.yaml").write_text("sessions:\n  end_idle_hours: 0.0002\n")
    loopsy = Loopsy(home)
    loopsy.start()
    try:
        loopsy.run("shell", "--detached", "--name", "busy", "--", "sh", "-c", "while :; do echo x; sleep 0.05; done")
        loopsy.run("shell", "--detached", "--name", "idle", "--", "sleep", "600")
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (sessions := {row["name"]: row for row in loopsy.json("list")["sessions"]})["idle"]["alive"]:
            assert time.monotonic() < deadline
        assert sessions["idle"]["signal"] == "HUP"
        assert sessions["busy"]["alive"]
        assert "session.idle" in (home / "logs" / "daemon.log").read_text()
    finally:
        loopsy.run("stop", "--yes")


def test_no_more_sessions_than_the_limit(home: Path) -> None:
    (home / "config.yaml").write_text("sessions:\n  limit: 1\n  scrollback_lines: 100\n")
    loopsy = Loopsy(home)
    loopsy.start()
    try:
        loopsy.run("shell", "--detached", "--name", "only", "--", "sh", "-c", "seq 1 20000; exec cat")
        refused = loopsy.run("shell", "--detached", "--", "cat", status=1)
        assert refused.stderr == "The limit of 1 running sessions is reached.\nhint: End one with `loopsy kill`.\n"
        while (lines := loopsy.json("output", "only")["lines"])[-1:] != ["20000"]:
            pass
        assert 100 <= len(lines) < 20_000
    finally:
        loopsy.run("stop", "--yes")
