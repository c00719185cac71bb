"""`loopsy mcp …`: what agents on this machine can do with it and with its peers."""

import typer

from loopsy_daemon.cli import mcp_agents, mcp_serving

app = typer.Typer(name="mcp", help="Let agents use this machine's peers.", no_args_is_help=True)
mcp_agents.register(app)
mcp_serving.register(app)
