"""Texts that a person can give to an agent, and the names of machines that belong into them."""

from typing import Annotated, Any, Final

from mcp.server.mcpserver import MCPServer
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)
from pydantic import Field

from loopsy_daemon.lan.session_api import LOCAL
from loopsy_daemon.service.machines import Machines

_MAX_COMPLETIONS: Final = 100
HELP: Final = """\
You can use other machines through Loopsy's tools.

1. loopsy_list_peers says which machines are paired, which are online, and what is permitted there.
2. loopsy_execute runs a command that ends by itself, and returns its output and exit code.
3. loopsy_session_start starts a program that goes on: a build, a server, a shell, a coding agent. Follow it with \
loopsy_session_output (next_offset, until is_over), look at it with loopsy_session_screen, type with \
loopsy_session_input, end it with loopsy_session_stop.
4. loopsy_transfer_file copies a file to a machine or from it; loopsy_list_remote_files lists a directory.
5. loopsy_context_set and loopsy_context_get share small texts; loopsy_broadcast_context sets one everywhere.
6. loopsy_send_message and loopsy_check_inbox talk with agents on other machines; acknowledge what you have dealt \
with: loopsy_ack_message.
7. loopsy_task_add and loopsy_task_claim spread work over whoever is free.

`local` is the machine that you run on, where a session tool wants a machine. Do not start on a peer what deletes or \
publishes unless you were asked to."""


def add_prompts(server: MCPServer[Any]) -> None:
    """Offer them."""

    @server.prompt(title="How to use Loopsy")
    def loopsy_help() -> str:
        """What an agent can do with other machines, and in which order."""
        return HELP

    @server.prompt(title="Spread a task over machines")
    def loopsy_coordinate(
        task: Annotated[str, Field(description="What is to be done.")],
        peers: Annotated[str, Field(description="The machines, by name; all that are online if empty.")] = "",
    ) -> str:
        """Have a task done on other machines, and collect what comes of it."""
        where = f"these machines: {peers}" if peers else "the machines that loopsy_list_peers shows as online"
        return (
            f"Have this done on {where}:\n\n{task}\n\n"
            "First see what each machine may be used for. Divide the work so that the parts do not wait for each "
            "other; start each part with loopsy_execute, or with loopsy_session_start if it takes long or asks "
            "questions. Follow them to their ends, fetch what they made, stop what you started, and report for each "
            "machine what was done, what failed and why."
        )


def add_completion(server: MCPServer[Any], machines: Machines) -> None:
    """Complete the names of machines, in prompts and in addresses of resources."""

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]  # the SDK does not annotate it
    async def complete(
        reference: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        del reference, context
        names = [peer.name for peer in machines.peers.all()]
        if argument.name == "machine":
            names.append(LOCAL)
        elif argument.name != "peers":
            names = []
        found = [name for name in names if name.casefold().startswith(argument.value.casefold())]
        return Completion(values=found[:_MAX_COMPLETIONS], total=len(found), has_more=len(found) > _MAX_COMPLETIONS)
