"""Tools about shared values: small texts by key that a machine keeps for others and for itself."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from loopsy_daemon.exchange import context_requests as requests
from loopsy_daemon.mcp.arguments import OwnerPeer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.mcp.telling import tell
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.machines import Machines

Key = Annotated[str, Field(description="Letters, digits and ._:/@+-, e.g. build/status.")]
Ttl = Annotated[float | None, Field(gt=0, description="Forget it after so long.")]
IfVersion = Annotated[
    int | None, Field(ge=0, description="Only if this is the entry's version now; 0: only if there is none.")
]


def context_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_context_set(
        key: Key,
        value: Annotated[str, Field(description="Any text; JSON if it is to be structured.")],
        ttl_seconds: Ttl = None,
        if_version: IfVersion = None,
        peer: OwnerPeer = None,
    ) -> requests.Entry:
        """Set a shared value, on this machine or on a peer."""
        wanted = requests.SetEntry(key=key, value=value, ttl_seconds=ttl_seconds, if_version=if_version)
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.SET, wanted)

    async def loopsy_context_get(key: Key, peer: OwnerPeer = None) -> requests.Entry:
        """Read a shared value, with its version, author and time."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.GET, requests.GetEntry(key=key))

    async def loopsy_context_list(
        prefix: Annotated[str, Field(description="Only keys that begin so.")] = "",
        after: Annotated[str, Field(description="`next` of the call before, for the rest.")] = "",
        peer: OwnerPeer = None,
    ) -> requests.EntryPage:
        """List shared values without their texts, by key."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.LIST, requests.ListEntries(prefix=prefix, after=after))

    async def loopsy_context_delete(key: Key, if_version: IfVersion = None, peer: OwnerPeer = None) -> requests.Entry:
        """Delete a shared value."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.DELETE, requests.DeleteEntry(key=key, if_version=if_version))

    async def loopsy_broadcast_context(
        context: Context[Any, Any],
        key: Key,
        value: Annotated[str, Field(description="Any text.")],
        ttl_seconds: Ttl = None,
    ) -> requests.BroadcastResult:
        """Set a shared value on this machine and on every peer, and tell for each whether it has it now."""
        wanted = requests.Broadcast(key=key, value=value, ttl_seconds=ttl_seconds)
        async with exchange_on(machines, None) as exchange:
            result = await exchange.ask(requests.BROADCAST, wanted)
        for machine in result.machines:
            if machine.outcome != "ok":
                why = f": {machine.reason}" if machine.reason else "."
                await tell(context, "warning", "values", f"{machine.name} does not have {key} ({machine.outcome}){why}")
        return result

    return [
        tool("Set a shared value", loopsy_context_set, destroys=True, repeatable=True),
        tool("Read a shared value", loopsy_context_get, reads=True),
        tool("List shared values", loopsy_context_list, reads=True),
        tool("Delete a shared value", loopsy_context_delete, destroys=True),
        tool("Set a value on all machines", loopsy_broadcast_context, destroys=True, repeatable=True),
    ]
