"""What sessions have printed, exported as text by a real command from a real daemon."""

import subprocess
from collections.abc import Iterator

import pytest

from loopsy_daemon.cli.styled_text import bare, standing_alone
from tests.daemon.cli.program import PROGRAM, Loopsy

HELD = "exec sleep 600"


@pytest.fixture(scope="module")
def loopsy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopsy]:
    program = Loopsy(tmp_path_factory.mktemp("output"))
    program.start()
    yield program
    program.run("stop")


def opened(loopsy: Loopsy, name: str, script: str, end: str) -> str:
    """Start a script in a session and wait until the last line of its output is `end`."""
    session: str = loopsy.json("shell", "--detached", "--name", name, "--", "sh", "-c", script)["id"]
    for _ in range(200):
        if loopsy.json("output", name, "--lines", "1")["lines"] == [end]:
            return session
    pytest.fail(f"{name} has not printed {end!r}")


def test_all_of_it_is_exported_with_wrapped_lines_joined(loopsy: Loopsy) -> None:
    opened(loopsy, "long", f"seq 1 5000; printf '%0200d\\n' 7; printf 'end  '; {HELD}", "end")
    lines = loopsy.run("output", "long").stdout.split("\n")
    assert lines == [*map(str, range(1, 5_001)), "7".zfill(200), "end", ""]
    assert loopsy.run("output", "long", "-n", "2").stdout == f"{'7'.zfill(200)}\nend\n"
    assert loopsy.run("output", "long", "-n", "0").stdout == ""


def test_lines_are_found_by_a_regular_expression_on_what_is_seen(loopsy: Loopsy) -> None:
    opened(loopsy, "found", f"printf '\\033[31mfirst wa\\033[0mrn\\nother\\nlast warn\\n~'; {HELD}", "~")
    assert loopsy.run("output", "found", "--grep", "wa?rn$").stdout == "first warn\nlast warn\n"
    assert loopsy.run("output", "found", "--grep", "warn", "-n", "1").stdout == "last warn\n"
    styled = loopsy.run("output", "found", "--ansi", "--grep", "warn").stdout.splitlines()
    assert [bare(line) for line in styled] == ["first warn", "last warn"]
    assert "\x1b[" in styled[0]
    assert loopsy.run("output", "found", "--grep", "nothing", status=1).stdout == ""


def test_a_session_that_has_ended_can_be_read(loopsy: Loopsy) -> None:
    session = opened(loopsy, "ended", "echo bye", "bye")
    answer = loopsy.json("output", session)
    assert (answer["id"], answer["name"], answer["lines"]) == (session, "ended", ["bye"])


def test_whoever_reads_only_the_beginning_is_not_told_off(loopsy: Loopsy) -> None:
    opened(loopsy, "piped", f"seq 1 9000; {HELD}", "9000")
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1', "sh", *PROGRAM, "output", "piped"],
        env=loopsy.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_program_goes_on_after_its_output_was_read(loopsy: Loopsy) -> None:
    opened(loopsy, "going", "while :; do seq 1 100000 > /dev/null; echo tick; done", "tick")
    before = len(loopsy.json("output", "going")["lines"])
    for _ in range(50):
        if len(loopsy.json("output", "going")["lines"]) > before:
            break
    else:
        pytest.fail("the program has stopped")
    loopsy.run("kill", "going")


def test_wrong_patterns_and_sessions_are_told(loopsy: Loopsy) -> None:
    assert loopsy.run("output", "x", "--grep", "(", status=2).stderr.startswith("'(' is not a regular expression: ")
    assert loopsy.run("output", "nobody", status=1).stderr.startswith("There is no session `nobody`.")


def test_a_line_stands_alone_with_the_pen_that_it_began_with() -> None:
    lines = ["\x1b[1;31mred", "still\x1b[0m plain", "plain", "\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\"]
    alone = list(standing_alone(lines))
    assert alone == [
        "\x1b[1;31mred\x1b[0m",
        "\x1b[1;31mstill\x1b[0m plain",
        "plain",
        "\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\",
    ]
    assert [bare(line) for line in alone] == ["red", "still plain", "plain", "link"]
