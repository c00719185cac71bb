"""Addresses of peers as people and files write them: `host`, `host:port`, `[v6]:port`."""

import ipaddress
import re
from typing import Final

from loopsy_daemon.errors import UsageError

DEFAULT_PORT: Final = 19_532
_NAME: Final = re.compile(r"^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$")
_PORTED: Final = re.compile(r"^(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?$")


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of what a person typed. Raises UsageError."""
    if is_ip(text):
        return text, DEFAULT_PORT
    match = _PORTED.match(text)
    if match:
        host = match["v6"] or match["host"]
        port = int(match["port"] or DEFAULT_PORT)
        is_host = (is_ip(host) and (":" in host) == bool(match["v6"])) or (not match["v6"] and _NAME.match(host))
        if is_host and 1 <= port <= 65_535:
            return host, port
    raise UsageError(f"{text!r} is no address of a machine.", "give a name or an address: loopsy pair 192.168.1.20")


def format_address(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_ip(text: str) -> bool:
    """Tell whether the text is an IPv4 or IPv6 address; one of a link may carry its zone (`%eth0`)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
