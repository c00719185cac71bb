"""`python -m tests.bench.lan`: files between two machines over loopback, beside a plain HTTPS copy of the same file."""

import argparse
import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.main import MEMORY_DISK
from tests.daemon.cli.program import PROGRAM
from tests.support.daemon import OWN_INTERPRETER, Daemon
from tests.support.introduction import free_port, introduce, peer_home

MIB = 1_048_576


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds, from its start to its end, and its peak of resident memory in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def peak_mib(pid: int) -> float:
    """Return the most that a process has had resident so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


async def listening(port: int) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def measure(directory: Path, size_mib: int, rounds: int) -> None:
    """Print a line for each copy, and the ratios within each round."""
    source, there, back = directory / "source", directory / "there", directory / "back"
    with source.open("wb") as file:
        for _ in range(size_mib):
            file.write(os.urandom(MIB))
    wanted = digest(source)
    studio = peer_home(directory / "studio", "studio", directory)
    laptop = peer_home(directory / "laptop", "laptop", directory)
    introduce(studio, laptop)
    plain_port = free_port()
    certificate = str(studio.paths.lan_identity)
    environment = {"LOOPSY_HOME": str(laptop.paths.home), "LOOPSY_SECRETS": "file"}
    plain = subprocess.Popen([sys.executable, "-m", "tests.bench.plain_https", "serve", str(plain_port), certificate])
    daemon = Daemon(studio.paths.home, module=OWN_INTERPRETER)
    rates: dict[str, list[float]] = {}
    try:
        await daemon.start()
        assert daemon.process
        await listening(plain_port)
        client = [sys.executable, "-m", "tests.bench.plain_https"]
        to_plain = [str(plain_port), certificate]
        copies = {
            "plain HTTPS, PUT": ([*client, "PUT", *to_plain, str(source), str(there)], there),
            "loopsy send": ([*PROGRAM, "send", "studio", str(source), "--to", str(there), "--force"], there),
            "plain HTTPS, GET": ([*client, "GET", *to_plain, str(back), str(source)], back),
            "loopsy pull": ([*PROGRAM, "pull", "studio", str(source), "--to", str(back), "--force"], back),
        }
        for _ in range(rounds):
            for name, (command, result) in copies.items():
                before_mib = peak_mib(daemon.process.pid)
                seconds, client_mib = await asyncio.to_thread(timed, command, environment)
                grown_mib = peak_mib(daemon.process.pid) - before_mib
                rate = size_mib * MIB / 1e6 / seconds
                rates.setdefault(name, []).append(rate)
                assert digest(result) == wanted
                result.unlink()
                print(f"{name:17} {rate:6.0f} MB/s  peak: client {client_mib:4.0f} MiB, daemon {grown_mib:+5.1f} MiB")
    finally:
        plain.terminate()
        plain.wait()
        await daemon.stop()
    for ours, floor in (("loopsy send", "plain HTTPS, PUT"), ("loopsy pull", "plain HTTPS, GET")):
        ratios = [mine / plain for mine, plain in zip(rates[ours], rates[floor], strict=True)]
        print(f"{ours}: {median(ratios):.2f} of plain HTTPS (of each round: {', '.join(f'{r:.2f}' for r in ratios)})")


def main() -> None:
    """Measure with a file of this size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lan", description=__doc__)
    parser.add_argument("--mib", type=int, default=1_024, help="the size of the file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--directory", type=Path, default=Path(MEMORY_DISK) if Path(MEMORY_DISK).is_dir() else None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loopsy-bench-lan-", dir=arguments.directory) as directory:
        asyncio.run(measure(Path(directory).resolve(), arguments.mib, arguments.rounds))


if __name__ == "__main__":
    main()
