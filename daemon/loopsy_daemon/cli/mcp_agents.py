"""`loopsy mcp add|remove|status`: which agents on this machine start the MCP server."""

from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopsy_daemon.mcp.agents import Agent, Entry

_STATES = {
    "yes": "starts it",
    "no": "does not know it",
    "another command": "starts it with another command",
    "unknown": "its configuration cannot be read",
}
AgentsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[AGENT]…", help="claude, codex, gemini, opencode; else all.", show_default=False),
]
AllOption = Annotated[bool, typer.Option("--all", help="All that are installed; so it is if none is named.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `loopsy mcp`."""
    app.command()(add)
    app.command()(remove)
    app.command()(status)


def add(agents: AgentsArgument = None, every: AllOption = False, as_json: JsonOption = False) -> int:
    """Have agents start the MCP server, in all projects of this user.

    Claude Code is told by its own command; of the others' files one copy of before is kept.
    """

    def change(agent: "Agent", entry: "Entry") -> str:
        return "added" if agent.add(entry) else "had it already"

    return _change(agents or [], change, every=every, as_json=as_json)


def remove(agents: AgentsArgument = None, every: AllOption = False, as_json: JsonOption = False) -> int:
    """Have agents start the MCP server no more."""

    def change(agent: "Agent", entry: "Entry") -> str:
        del entry
        return "removed" if agent.remove() else "did not have it"

    return _change(agents or [], change, every=every, as_json=as_json)


def status(as_json: JsonOption = False) -> None:
    """Tell which agents start the MCP server."""
    import os

    from loopsy_daemon.cli.mcp_results import AgentRow, AgentRows
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.mcp.agents import all_agents, own_entry

    entry = own_entry(os.environ)
    rows = tuple(
        AgentRow(agent.id, agent.label, agent.is_installed(), _STATES[agent.knows(entry)], agent.place)
        for agent in all_agents()
    )
    show(AgentRows(rows), as_json=as_json)


def _change(names: list[str], change: "Callable[[Agent, Entry], str]", *, every: bool, as_json: bool) -> int:
    """Change each; one that cannot be changed keeps nobody from the others."""
    import os

    from loopsy_daemon.cli.mcp_results import AgentRow, AgentRows
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.errors import LoopsyError
    from loopsy_daemon.mcp.agents import all_agents, chosen_agents, own_entry

    if every and names:
        raise UsageError("--all names all agents.", "loopsy mcp add --all")
    entry = own_entry(os.environ)
    rows: list[AgentRow] = []
    for agent in chosen_agents(all_agents(), names):
        try:
            rows.append(AgentRow(agent.id, agent.label, agent.is_installed(), change(agent, entry), agent.place))
        except LoopsyError as error:
            problem = f"{error.message} → {error.hint}" if error.hint else error.message
            rows.append(AgentRow(agent.id, agent.label, agent.is_installed(), "failed", agent.place, problem))
    show(AgentRows(tuple(rows)), as_json=as_json)
    return 1 if any(row.problem for row in rows) else 0
