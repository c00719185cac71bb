"""What `loopsy mcp` reports, and its text for people."""

import sys
from dataclasses import dataclass

from loopsy_daemon.cli.tables import Cell, print_table


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent: what was found or done, where its configuration is, and what went wrong."""

    agent: str
    label: str
    installed: bool
    state: str
    place: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AgentRows:
    """Agents on this machine."""

    agents: tuple[AgentRow, ...]


def show_agents(result: AgentRows) -> None:
    """Print the result to stdout, and what went wrong to stderr."""
    rows = [
        (
            Cell(row.label),
            Cell(row.state if row.installed else "not installed"),
            Cell(row.place, may_shrink=True),
        )
        for row in result.agents
    ]
    print_table(("AGENT", "STATE", "CONFIGURATION"), rows)
    for row in result.agents:
        if row.problem:
            print(f"{row.label}: {row.problem}", file=sys.stderr)
