"""What the account used of Workers' free plan today, and the relay's part: its devices, connections and requests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from loopsy_deploy.cloudflare_api import CloudflareApi
from loopsy_deploy.errors import CloudflareError

CLASS_NAME: Final = "DeviceRelay"
MESSAGES_PER_REQUEST: Final = 20
"""So many incoming WebSocket messages count as one request to an object."""
_MAX_ROWS: Final = 10_000
_MAX_OBJECTS: Final = 1_000

# What the free plan allows on a day (the last one: at any time), for the whole account.
REQUESTS: Final = 100_000
OBJECT_REQUESTS: Final = 100_000
OBJECT_GIGABYTE_SECONDS: Final = 13_000
ROWS_READ: Final = 5_000_000
ROWS_WRITTEN: Final = 100_000
STORED_BYTES: Final = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of one allowance is used."""

    what: str
    used: float
    allowed: float


@dataclass(frozen=True, slots=True)
class Usage:
    """The use of one day (UTC). `connections` is the most WebSockets that one object had at once, if that is known."""

    day: str
    relay_requests: int
    connections: int | None
    allowances: tuple[Allowance, ...]


def count_devices(api: CloudflareApi, account_id: str, namespace: str) -> int:
    """Return how many devices are registered: the objects that store something. Raises CloudflareError."""
    path = f"/accounts/{account_id}/workers/durable_objects/namespaces/{namespace}/objects"
    objects = api.get("count the devices", path, {"limit": str(_MAX_OBJECTS)}) or []
    return sum(bool(found.get("hasStoredData")) for found in objects)


def find_namespace(api: CloudflareApi, account_id: str, name: str) -> str | None:
    """Return the id of the relay's objects together. Raises CloudflareError."""
    path = f"/accounts/{account_id}/workers/durable_objects/namespaces"
    for namespace in api.get_all("list the Durable Objects", path):
        if namespace.get("script") == name and namespace.get("class") == CLASS_NAME:
            return str(namespace["id"])
    return None


def read_usage(api: CloudflareApi, account_id: str, name: str, namespace: str | None, day: date | None = None) -> Usage:
    """Return today's use. Raises CloudflareError, PermissionMissing where the token may not read analytics."""
    today = (day or datetime.now(UTC).date()).isoformat()
    try:
        return _read(api, account_id, name, namespace, today)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CloudflareError("Cloudflare's analytics answered in another form.", "pip install -U loopsy") from None


def _read(api: CloudflareApi, account_id: str, name: str, namespace: str | None, today: str) -> Usage:
    found = _ask(api, account_id, _usage_fields(name, today))
    requests = _sum(found, "invocations", "requests")
    messages = _sum(found, "objects", "inboundWebsocketMsgCount")
    stored = sum(float(row["max"]["storedBytes"]) for row in found["stored"])
    return Usage(
        day=today,
        relay_requests=round(_sum(found, "relay", "requests")),
        connections=_most_connections(api, account_id, namespace, today) if namespace else None,
        allowances=(
            Allowance("requests", _sum(found, "workers", "requests"), REQUESTS),
            Allowance("object requests", requests + messages / MESSAGES_PER_REQUEST, OBJECT_REQUESTS),
            Allowance("object GB-s", _sum(found, "objects", "duration"), OBJECT_GIGABYTE_SECONDS),
            Allowance("rows read", _sum(found, "objects", "rowsRead"), ROWS_READ),
            Allowance("rows written", _sum(found, "objects", "rowsWritten"), ROWS_WRITTEN),
            Allowance("stored bytes", stored, STORED_BYTES),
        ),
    )


def _usage_fields(name: str, day: str) -> str:
    today = f'limit: {_MAX_ROWS}, filter: {{date_geq: "{day}"'
    return f"""
      workers: workersInvocationsAdaptive({today}}}) {{ sum {{ requests }} }}
      relay: workersInvocationsAdaptive({today}, scriptName: "{name}"}}) {{ sum {{ requests }} }}
      invocations: durableObjectsInvocationsAdaptiveGroups({today}}}) {{ sum {{ requests }} }}
      objects: durableObjectsPeriodicGroups({today}}}) {{
        sum {{ duration inboundWebsocketMsgCount rowsRead rowsWritten }}
      }}
      stored: durableObjectsSqlStorageGroups({today}}}) {{ max {{ storedBytes }} dimensions {{ namespaceId }} }}"""


def _most_connections(api: CloudflareApi, account_id: str, namespace: str, day: str) -> int | None:
    fields = f"""
      open: durableObjectsPeriodicGroups(
        limit: {_MAX_ROWS}, filter: {{date_geq: "{day}", namespaceId: "{namespace}"}}
      ) {{ max {{ activeWebsocketConnections }} }}"""
    try:
        rows = _ask(api, account_id, fields)["open"]
    except CloudflareError:
        return None  # a figure beside the others, which are there
    return max((int(row["max"]["activeWebsocketConnections"]) for row in rows), default=None)


def _ask(api: CloudflareApi, account_id: str, fields: str) -> dict[str, list[dict[str, Any]]]:
    query = f'query {{ viewer {{ accounts(filter: {{accountTag: "{account_id}"}}) {{{fields}\n}} }} }}'
    (account,) = api.ask_analytics(query)["viewer"]["accounts"]
    return dict(account)


def _sum(found: dict[str, list[dict[str, Any]]], alias: str, field: str) -> float:
    return sum(float(row["sum"][field]) for row in found[alias])
