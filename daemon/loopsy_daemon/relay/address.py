"""A relay's address: whether it is this machine, and where its WebSockets are."""

from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Tell whether a relay's URL names this machine, which no proxy of the environment stands before."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def link_url(relay_url: str, device_id: str) -> str:
    """Return the URL of the device's WebSocket."""
    return f"ws{relay_url.removeprefix('http').rstrip('/')}/v1/devices/{device_id}/link"
