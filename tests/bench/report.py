"""The figures as a table, with the goal of each and a bar for how much of it is used up."""

from dataclasses import dataclass

BAR_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, its floor in the same run, and the ratio that is wanted: at most, or at least."""

    title: str
    value: str
    floor: str | None
    goal: float
    at_most: bool
    unit: str


ROWS = (
    Row("keystroke echo, median", "echo_p50_ms", "echo_floor_p50_ms", 1.5, True, "ms"),
    Row("keystroke echo, 99th percentile", "echo_p99_ms", "echo_floor_p99_ms", 3.0, True, "ms"),
    Row("bulk output, short lines", "bulk_short_mbps", "bulk_short_floor_mbps", 0.8, False, "MB/s"),
    Row("bulk output, long lines", "bulk_long_mbps", "bulk_long_floor_mbps", 0.4, False, "MB/s"),
    Row("relay messages per MB", "relay_messages_per_mb", None, 35.0, True, ""),
)


def render(results: dict[str, float]) -> str:
    """Return the table; a bar that reaches the mark `|` is at its goal."""
    lines = [f"{'figure':34}{'measured':>14}{'floor':>14}{'ratio':>8}{'goal':>9}"]
    for row in ROWS:
        value = results[row.value]
        floor = results[row.floor] if row.floor else None
        ratio = value / floor if floor else value
        sign = "≤" if row.at_most else "≥"
        measured = f"{value:.2f} {row.unit}".rstrip()
        against = f"{floor:.2f} {row.unit}".rstrip() if floor else ""
        met = ratio <= row.goal if row.at_most else ratio >= row.goal
        lines.append(
            f"{row.title:34}{measured:>14}{against:>14}{ratio:>8.2f}{sign + f' {row.goal:g}':>9}  "
            f"{_bar(ratio / row.goal)} {'reached' if met else 'missed'}"
        )
    lines.append(f"skips: {results['skips']:.0f} (a bulk row counts only with 0)")
    return "\n".join(lines)


def _bar(share: float) -> str:
    mark = BAR_WIDTH * 2 // 3
    filled = min(BAR_WIDTH, round(share * mark))
    return "".join("|" if at == mark else "█" if at < filled else " " for at in range(BAR_WIDTH))
