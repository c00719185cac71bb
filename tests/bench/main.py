"""`make bench`: measure from outside, print a table and a chart, write one flat JSON object."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import uvloop

from tests.bench.attach import measure_attach
from tests.bench.bulk import measure_bulk
from tests.bench.cost import measure_cost
from tests.bench.ctrl_c import measure_ctrl_c
from tests.bench.echo import measure_echo
from tests.bench.files import measure_files
from tests.bench.memory import measure_memory
from tests.bench.report import render
from tests.bench.resume import measure_resume
from tests.bench.rig import rig_in
from tests.bench.scale import measure_scale
from tests.bench.shaped import measure_shaped
from tests.bench.start import measure_start

MEMORY_DISK: Final = "/dev/shm"
"""The relay writes a small database for each device: the disk is not what is measured."""
ROWS: Final = (
    measure_echo,
    measure_bulk,
    measure_ctrl_c,
    measure_attach,
    measure_resume,
    measure_memory,
    measure_scale,
    measure_cost,
    measure_start,
    measure_shaped,
    measure_files,
)


async def measure(wanted: list[str]) -> dict[str, float]:
    """Return the figures of these rows (none: all) by their keys."""
    results: dict[str, float] = {}
    in_memory = MEMORY_DISK if Path(MEMORY_DISK).is_dir() else None
    with tempfile.TemporaryDirectory(prefix="loopsy-bench-", dir=in_memory) as directory:
        async with rig_in(Path(directory)) as rig:
            for row in ROWS:
                name = row.__name__.removeprefix("measure_")
                if not wanted or name in wanted:
                    print(f"{name}…", end=" ", file=sys.stderr, flush=True)
                    started = time.monotonic()
                    results |= await row(rig)
                    await rig.end_sessions()
                    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return {name: round(value, 3) for name, value in results.items()}


def main() -> int:
    """Measure, print, write the figures to the file of `--json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.main", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures go")
    parser.add_argument("rows", nargs="*", help="which rows (default: all), such as `echo memory`")
    arguments = parser.parse_args()
    path: Path = arguments.json
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # what the daemon runs on
        results = runner.run(measure(arguments.rows))
    print(render(results))
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
