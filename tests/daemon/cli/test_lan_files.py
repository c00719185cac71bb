"""Files to another machine and from it, as a person sends and fetches them."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.daemon.cli.program import PROGRAM, Loopsy
from tests.support.introduction import introduce, peer_home

pytestmark = pytest.mark.timeout(180)
CONTENT = os.urandom(300_000)
MIB = 1_048_576
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Both:
    studio: Loopsy
    laptop: Loopsy
    here: Path
    there: Path


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    tmp_path = tmp_path_factory.mktemp("files")
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    introduce(peer_home(tmp_path / "studio", "studio", there), peer_home(tmp_path / "laptop", "laptop", here))
    studio = Loopsy(tmp_path / "studio")
    studio.start()
    yield Both(studio, Loopsy(tmp_path / "laptop"), here, there)
    studio.run("stop")


def test_files_are_sent_listed_and_fetched_and_nothing_is_overwritten_unasked(both: Both) -> None:
    laptop, here, there = both.laptop, both.here, both.there
    (here / "a.bin").write_bytes(CONTENT)
    (here / "b.txt").write_text("b")
    sent = laptop.run("send", "studio", str(here / "a.bin"), str(here / "b.txt"), "--to", str(there))
    assert sent.stdout.splitlines() == [f"{there.resolve()}/a.bin  293.0 KiB", f"{there.resolve()}/b.txt  1 B"]
    assert sent.stderr == ""
    listed = laptop.json("ls", "studio", str(there))
    assert [(entry["name"], entry["type"], entry["size_bytes"]) for entry in listed["entries"]] == [
        ("a.bin", "file", len(CONTENT)),
        ("b.txt", "file", 1),
    ]
    assert listed["is_whole"] is True
    (there / "b.txt").write_text("changed there")
    refused = laptop.run("send", "studio", str(here / "b.txt"), "--to", str(there), status=255)
    assert "there already" in refused.stderr
    assert "--force" in refused.stderr
    fetched = laptop.json("pull", "studio", str(there / "a.bin"), str(there / "b.txt"), "--to", str(here), "--force")
    assert [(file["path"], file["sha256"]) for file in fetched["files"]] == [
        (str(here / "a.bin"), hashlib.sha256(CONTENT).hexdigest()),
        (str(here / "b.txt"), hashlib.sha256(b"changed there").hexdigest()),
    ]
    assert (here / "b.txt").read_text() == "changed there"


def test_a_directory_is_sent_and_fetched_and_what_is_left_out_is_said(both: Both) -> None:
    source = both.here / "project"
    (source / "empty").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "link").symlink_to("a.txt")
    sent = both.laptop.run("send", "studio", str(source), "--to", str(both.there))
    place = f"{both.there.resolve()}/project"
    assert sent.stdout.splitlines() == [f"{place}/  1 file, 1 B", "left out: link  It is a link."]
    assert (both.there / "project" / "empty").is_dir()
    (both.there / "project" / os.fsdecode(b"\xff")).write_text("whose name nobody can say")
    fetched = both.laptop.json("pull", "studio", place, "--to", str(both.here), status=1)
    [directory] = fetched["directories"]
    assert (directory["path"], directory["files"], directory["unchanged"]) == (str(source), [], 1)
    assert [one["is_failure"] for one in directory["left_out"]] == [True]


def test_ctrl_c_leaves_what_the_same_command_goes_on_with(both: Both) -> None:
    large = both.here / "large"
    large.touch()
    os.truncate(large, 8 << 30)  # of zeros, which take no room here
    with both.laptop.terminal("send", "studio", str(large), "--to", str(both.there), columns=100) as sending:
        sending.expect(rb"[1-9][0-9.]*/8\.6 GB|[1-9][0-9.]*/8\.0 GiB")
        sending.send(b"\x03")
        sending.expect(rb"Interrupted after [0-9.]+ .iB of 8.0 GiB")
        assert sending.end() == 130
        assert b"Traceback" not in sending.output
    [part] = both.there.glob(".*.part")
    assert 0 < part.stat().st_size < 8 << 30
    part.unlink()


def test_the_shell_completes_the_names_of_peers(both: Both) -> None:
    environment = {"_LOOPSY_COMPLETE": "complete_bash", "COMP_WORDS": "loopsy send st", "COMP_CWORD": "2"}
    shell = Loopsy(both.laptop.home, environment)
    assert shell.run(status=0).stdout.split() == ["studio"]


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the memory of another process")
def test_256_mib_come_through_the_death_of_the_daemon_and_back_in_little_memory(both: Both) -> None:
    source, there, back = both.here / "source", both.there / "copy", both.here / "back"
    with source.open("wb") as file:
        for _ in range(256):
            file.write(os.urandom(MIB))
    wanted = sha256_of(source)
    command = [*PROGRAM, "send", "studio", str(source), "--to", str(there)]
    with subprocess.Popen(command, env=both.laptop.environment, stderr=subprocess.DEVNULL) as sending:
        wait_for_part(both.there, 64 * MIB)
        os.kill(both.studio.json("status")["pid"], signal.SIGKILL)
        start_again(both.studio)
        sending.wait(DEADLINE_SECONDS)  # it may have gone on by itself, if the daemon was back soon
    if not there.exists():
        both.laptop.run("send", "studio", str(source), "--to", str(there))
    assert sha256_of(there) == wanted
    assert peak_mib(both.studio.json("status")["pid"]) < 200
    fetching = subprocess.Popen(
        [*PROGRAM, "pull", "studio", str(there), "--to", str(back)],
        env=both.laptop.environment,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(fetching.pid, 0)
    fetching.returncode = os.waitstatus_to_exitcode(status)
    assert fetching.returncode == 0
    assert sha256_of(back) == wanted
    assert usage.ru_maxrss / 1024 < 200
    assert peak_mib(both.studio.json("status")["pid"]) < 200
    assert list(both.there.glob(".*.part")) == list(both.here.glob(".*.part")) == []


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wait_for_part(directory: Path, size_bytes: int) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not any(part.stat().st_size >= size_bytes for part in directory.glob(".*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def start_again(studio: Loopsy) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while subprocess.run([*PROGRAM, "start"], env=studio.environment, capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline


def peak_mib(pid: int) -> float:
    """Return the most that a process has had resident, as far as Linux tells."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
