"""Machines that announce themselves on the network (DNS-SD, `_loopsy._tcp`), and this one's announcement."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import ifaddr
from zeroconf import Error, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from loopsy_daemon.lan.addresses import format_address

SERVICE_TYPE: Final = "_loopsy._tcp.local."
RESOLVE_MILLISECONDS: Final = 3_000
# How often this machine looks whether its own addresses are other ones now.
INTERFACES_SECONDS: Final = 5.0
# Anybody can announce as many as they like; so many are told to a client in one message.
MAX_MACHINES: Final = 48
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a machine says of itself; nobody vouches for it until its certificate does."""

    node_id: str
    name: str
    version: str
    platform: str
    capabilities: tuple[str, ...]
    port: int
    addresses: tuple[str, ...] = ()
    """`host:port`, of others."""


class Discovery:
    """Announces this machine and follows the others; `changed` is called after each change."""

    def __init__(self, own: Announcement, changed: Callable[[], None]) -> None:
        self._own = own
        self._changed = changed
        self._found: dict[str, Announcement] = {}
        self._node_of: dict[str, str] = {}
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._resolving: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    def others(self) -> dict[str, Announcement]:
        """Return who is announced now, by node id."""
        return dict(self._found)

    def start(self) -> None:
        """Begin; without a network, begin when there is one."""
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Say goodbye."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._leave()

    async def _watch(self) -> None:
        """Announce on the addresses that this machine has; when they change, begin anew."""
        announced: tuple[str, ...] = ()
        while True:
            addresses = own_addresses()
            if addresses != announced:
                await self._leave()
                announced = addresses if await self._join(addresses) else ()
            await asyncio.sleep(INTERFACES_SECONDS)

    async def _join(self, addresses: tuple[str, ...]) -> bool:
        if not addresses:
            return True
        own = self._own
        instance = f"{own.name[:40].replace('.', '-')} {own.node_id[:8]}.{SERVICE_TYPE}"
        info = AsyncServiceInfo(
            SERVICE_TYPE,
            instance,
            port=own.port,
            properties={
                "id": own.node_id,
                "name": own.name,
                "version": own.version,
                "platform": own.platform,
                "capabilities": ",".join(own.capabilities),
            },
            server=f"loopsy-{own.node_id}.local.",
            parsed_addresses=list(addresses),
        )
        try:
            self._zeroconf = AsyncZeroconf(interfaces=list(addresses), ip_version=_versions(addresses))
            await self._zeroconf.async_register_service(info, allow_name_change=True)
            self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._service_changed])
        except (OSError, Error) as error:
            _log.warning("no discovery for now: %r", error)
            await self._leave()
            return False
        return True

    async def _leave(self) -> None:
        for task in list(self._resolving):
            task.cancel()
        await asyncio.gather(*self._resolving, return_exceptions=True)
        browser, self._browser = self._browser, None
        zeroconf, self._zeroconf = self._zeroconf, None
        if browser:
            await browser.async_cancel()
        if zeroconf:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()
        if self._found:
            self._found, self._node_of = {}, {}
            self._changed()

    def _service_changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            node_id = self._node_of.pop(name, None)
            if node_id and self._found.pop(node_id, None):
                self._changed()
            return
        if len(self._resolving) >= MAX_MACHINES or self._is_one_too_many(name):
            return
        task = asyncio.get_running_loop().create_task(self._resolve(zeroconf, service_type, name))
        self._resolving.add(task)
        task.add_done_callback(self._resolving.discard)

    async def _resolve(self, zeroconf: Zeroconf, service_type: str, name: str) -> None:
        info = AsyncServiceInfo(service_type, name)
        if not await info.async_request(zeroconf, RESOLVE_MILLISECONDS):
            return
        found = announcement_of(info)
        if found and found.node_id != self._own.node_id and not self._is_one_too_many(name):
            self._keep(name, found)

    def _keep(self, name: str, found: Announcement) -> None:
        former = self._node_of.get(name)
        if former is not None and former != found.node_id:
            self._found.pop(former, None)
        self._node_of[name] = found.node_id
        if self._found.get(found.node_id) != found:
            self._found[found.node_id] = found
            self._changed()

    def _is_one_too_many(self, name: str) -> bool:
        return name not in self._node_of and len(self._node_of) >= MAX_MACHINES


def announcement_of(info: AsyncServiceInfo) -> Announcement | None:
    """Return what a service says, or None if it is no machine of ours; everything in it is untrusted text."""
    texts = {name: value for name, value in info.decoded_properties.items() if value}
    node_id, port = texts.get("id"), info.port
    if not node_id or not port or len(node_id) > 64:
        return None
    return Announcement(
        node_id=node_id,
        name=(texts.get("name") or node_id)[:64],
        version=(texts.get("version") or "")[:32],
        platform=(texts.get("platform") or "")[:32],
        capabilities=tuple((texts.get("capabilities") or "").split(",")[:16]),
        port=port,
        addresses=tuple(
            format_address(address, port)
            for address in info.parsed_addresses(IPVersion.All)
            if not ip_address(address).is_link_local  # useless without its zone
        )[:8],
    )


def own_addresses() -> tuple[str, ...]:
    """Return this machine's addresses on its networks, IPv4 first; not loopback, nothing that needs a zone."""
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            address = ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
            if not address.is_loopback and not address.is_link_local:
                found.append(str(address))
    return tuple(sorted(found, key=lambda text: (":" in text, text)))


def _versions(addresses: tuple[str, ...]) -> IPVersion:
    has_v6 = any(":" in address for address in addresses)
    if not has_v6:
        return IPVersion.V4Only
    return IPVersion.All if any(":" not in address for address in addresses) else IPVersion.V6Only
