"""The figures as a table, with the goal of each and a bar for how much of it is used up."""

from dataclasses import dataclass

from tests.bench.shaped import PATHS

BAR_WIDTH = 30
FULL_SHARE = 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and what is wanted of it, at most or at least: of its ratio to the floor, where there is one."""

    title: str
    value: str
    goal: float
    unit: str = ""
    floor: str | None = None
    at_most: bool = True


ROWS = (
    Row("keystroke echo, median", "echo_p50_ms", 1.5, "ms", "echo_floor_p50_ms"),
    Row("keystroke echo, 99th percentile", "echo_p99_ms", 3.0, "ms", "echo_floor_p99_ms"),
    Row("bulk output, short lines", "bulk_short_mbps", 0.8, "MB/s", "bulk_short_floor_mbps", at_most=False),
    Row("bulk output, long lines", "bulk_long_mbps", 0.4, "MB/s", "bulk_long_floor_mbps", at_most=False),
    Row("relay messages per MB", "relay_messages_per_mb", 35),
    Row("bulk output, skips", "skips", 0),
    Row("Ctrl-C under a flood", "ctrl_c_fast_ms", 50, "ms"),
    Row("the same, phone parses 1 MB/s", "ctrl_c_slow_ms", 400, "ms"),
    Row("and what still arrives there", "ctrl_c_slow_tail_bytes", 262_144, "B"),
    Row("attach, cold, 10,000 lines", "attach_ms", 60, "ms"),
    Row("cuts in the middle of work", "resume_cuts", 200, at_most=False),
    Row("bytes lost by them", "resume_lost_bytes", 0, "B"),
    Row("bytes repeated by them", "resume_repeated_bytes", 0, "B"),
    Row("daemon, idle", "daemon_idle_mb", 60, "MB"),
    Row("a session with 10,000 lines", "session_mb", 12, "MB"),
    Row("growth in a flood nobody reads", "flood_growth_mb", 2, "MB"),
    Row("echo, 100 sessions, 20 phones, p99", "scale_echo_p99_ms", 50, "ms"),
    Row("echo beside 1,000 idle devices", "scale_echo_beside_idle_p50_ms", 1.3, "ms", "scale_echo_alone_p50_ms"),
    Row("a file from the phone", "files_up_mbps", 20, "MB/s", at_most=False),
    Row("echo beside it, 99th percentile", "files_echo_up_p99_ms", 150, "ms"),
    Row("a file to the phone", "files_down_mbps", 20, "MB/s", at_most=False),
    Row("echo beside it, 99th percentile", "files_echo_down_p99_ms", 150, "ms"),
    Row("echo beside an upload at 1 Mbit/s", "files_1mbit_echo_up_p50_ms", 200, "ms"),
    Row("8 hours a day, of the free plan", "relay_free_plan_share", 0.5),
    Row("loopsy --help", "help_ms", 1.3, "ms", "help_floor_ms"),
    Row("make up until a phone can pair", "up_ready_s", 3, "s"),
)
SHAPED_COLUMNS = (
    ("echo", "echo_p50_ms"),
    ("worst echo", "echo_worst_ms"),
    ("Ctrl-C in a flood", "ctrl_c_ms"),
    ("resume", "resume_ms"),
)


def render(results: dict[str, float]) -> str:
    """Return the tables; a bar that reaches the mark `|` is at its goal. Rows that were not measured are left out."""
    lines = [f"{'figure':36}{'measured':>14}{'floor':>14}{'ratio':>7}{'goal':>10}"]
    lines += [_line(row, results) for row in ROWS if row.value in results]
    paths = [name for name in PATHS if f"shaped_{name}_resume_ms" in results]
    if paths:
        lines += ["", f"{'path, in ms':36}" + "".join(f"{title:>19}" for title, _ in SHAPED_COLUMNS)]
        lines += [
            f"{name:36}" + "".join(f"{results[f'shaped_{name}_{key}']:19.0f}" for _, key in SHAPED_COLUMNS)
            for name in paths
        ]
    return "\n".join(lines)


def _line(row: Row, results: dict[str, float]) -> str:
    value = results[row.value]
    floor = results[row.floor] if row.floor else None
    against = f"{floor:.2f} {row.unit}" if floor else ""
    judged = value / floor if floor else value
    ratio = f"{judged:.2f}" if floor else ""
    met = judged <= row.goal if row.at_most else judged >= row.goal
    goal = f"{'≤' if row.at_most else '≥'} {row.goal:,g}"
    measured = f"{value:,.2f} {row.unit}".rstrip()
    share = judged / row.goal if row.goal else FULL_SHARE * (judged > 0)
    return (
        f"{row.title:36}{measured:>14}{against:>14}{ratio:>7}{goal:>10}  {_bar(share)} {'reached' if met else 'missed'}"
    )


def _bar(share: float) -> str:
    mark = BAR_WIDTH * 2 // 3
    filled = min(BAR_WIDTH, round(share * mark))
    return "".join("|" if at == mark else "█" if at < filled else " " for at in range(BAR_WIDTH))
