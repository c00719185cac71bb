"""What Linux says of a process: memory and descriptors."""

from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """One process now. `shared_out_mb` counts memory that several processes map by shares (PSS)."""

    resident_mb: float
    shared_out_mb: float
    anonymous_mb: float
    """Neither files nor memory that is shared: what a leak would make greater."""
    descriptors: int


def figures_of(pid: int) -> ProcessFigures:
    """Return the figures of a process that runs."""
    fields = dict(line.split(":", 1) for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:])

    def megabytes(name: str) -> float:
        return int(fields[name].split()[0]) / 1024

    return ProcessFigures(
        resident_mb=megabytes("Rss"),
        shared_out_mb=megabytes("Pss"),
        anonymous_mb=megabytes("Anonymous"),
        descriptors=sum(1 for _ in (_PROC / str(pid) / "fd").iterdir()),
    )


def processes_with_argument(argument: str) -> list[int]:
    """Return the ids of the processes that were started with exactly this argument."""
    found = []
    for directory in _PROC.iterdir():
        if directory.name.isdecimal():
            try:
                command_line = (directory / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
            if argument.encode() in command_line.split(b"\0"):
                found.append(int(directory.name))
    return sorted(found)
