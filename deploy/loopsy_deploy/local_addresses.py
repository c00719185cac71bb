"""Where a relay of this machine listens and is reached: free ports, URLs, the names that a certificate needs."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised here, not listened on
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
# Documentation addresses (RFC 5737, RFC 3849): choosing a route to one sends nothing.
_ELSEWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def is_free(host: str, port: int) -> bool:
    """Say whether a port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def url_of(host: str, port: int, *, tls: bool) -> str:
    """Return the address of a relay, without a slash at the end."""
    return f"{'https' if tls else 'http'}://{in_url(host)}:{port}"


def in_url(host: str) -> str:
    """Return a host as it is written in a URL or before a port."""
    return f"[{host}]" if ":" in host else host


def own_url(host: str, port: int, *, tls: bool) -> str:
    """Return the address by which this machine reaches a relay that listens on `host`."""
    return url_of(_LOOPBACK.get(host, host), port, tls=tls)


def other_hosts(host: str) -> tuple[str, ...]:
    """Return the hosts by which other machines reach what listens on `host`; none if it is loopback."""
    if host in EVERY_ADDRESS:
        return tuple(address for address in this_machine() if host == "::" or ":" not in address)
    return () if is_loopback(host) else (host,)


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches the host."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def this_machine() -> list[str]:
    """Return the addresses by which this machine goes out, the IPv4 one first."""
    return list(_addresses())


def certificate_names(host: str) -> list[str]:
    """Return the names that a self-made certificate should be for: those of this machine, and where it listens."""
    hostname = socket.gethostname().lower()
    names = ["localhost", "127.0.0.1", "::1", hostname]
    if "." not in hostname:
        names.append(f"{hostname}.local")
    return [*names, *this_machine()] if host in EVERY_ADDRESS else [*names, host]


def _addresses() -> Iterator[str]:
    for family, elsewhere in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            address = str(probe.getsockname()[0])
            if not is_loopback(address) and not address.startswith("fe80:"):
                yield address
