"""`make bench`: measure from outside, print a table and a chart, write one flat JSON object."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.bench.bulk import measure_bulk
from tests.bench.echo import measure_echo
from tests.bench.report import render
from tests.bench.rig import rig_in


async def measure() -> dict[str, float]:
    """Return every figure by its key."""
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="loopsy-bench-") as directory:
        async with rig_in(Path(directory)) as rig:
            for row in (measure_echo, measure_bulk):
                print(f"{row.__name__}…", file=sys.stderr, flush=True)
                results |= await row(rig)
    return {name: round(value, 3) for name, value in results.items()}


def main() -> int:
    """Measure, print, write the figures to the file of `--json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.main", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures go")
    path: Path = parser.parse_args().json
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # what the daemon runs on
        results = runner.run(measure())
    print(render(results))
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
