"""The addresses of custom domains."""

from typing import Any

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, pages, result, route
from tests.support.cloudflare.scripts import Json, Script

_ORIGIN_KEYS = {"hostname", "zone_id", "zone_name", "enabled", "previews_enabled"}


def _record(script: Script, hostname: str, zone_id: str) -> Json:
    return {
        "id": f"{zone_id[:8]}-{hostname}",
        "hostname": hostname,
        "zone_id": zone_id,
        "zone_name": ".".join(hostname.split(".")[-2:]),
        "service": script.name,
        "environment": "production",
        "enabled": True,
        "previews_enabled": False,
    }


def _wanted(call: Call, origins: Any) -> dict[str, str]:
    """Return the zone ids of the hostnames that a request names."""
    wanted = {}
    for origin in origins:
        if unknown := origin.keys() - _ORIGIN_KEYS:
            raise errors.unreadable(f"unknown field in origins: {', '.join(sorted(unknown))}")
        wanted[origin["hostname"]] = call.account.zone_of(origin["hostname"])
    return wanted


def _all_records(call: Call) -> list[Json]:
    return [
        _record(script, hostname, zone_id)
        for script in call.account.scripts.values()
        for hostname, zone_id in script.domains.items()
    ]


@route("POST", "P/scripts/{name}/domains/changeset")
async def changeset(call: Call) -> Response:
    script = call.account.script(call.name)
    wanted = _wanted(call, call.json())
    present = {record["hostname"]: record for record in _all_records(call)}
    changes: dict[str, list[Json]] = {"added": [], "removed": [], "updated": [], "conflicting": []}
    for hostname, zone_id in wanted.items():
        record = _record(script, hostname, zone_id)
        if hostname in call.account.taken_hostnames:
            changes["conflicting"].append(record)
        elif hostname in present:
            changes["updated"].append({**record, "modified": present[hostname]["service"] != script.name})
        else:
            changes["added"].append(record)
    changes["removed"] = [_record(script, h, z) for h, z in script.domains.items() if h not in wanted]
    return result(changes)


@route("PUT", "P/scripts/{name}/domains/records")
async def put_records(call: Call) -> Response:
    script = call.account.script(call.name)
    body = call.json()
    wanted = _wanted(call, body["origins"])
    for hostname in wanted:
        if hostname in call.account.taken_hostnames and not body.get("override_existing_dns_record"):
            raise errors.hostname_taken(hostname)
        owner = next((s for s in call.account.scripts.values() if s is not script and hostname in s.domains), None)
        if owner is not None:
            if not body.get("override_existing_origin"):
                raise errors.ApiError.of(409, 100116, f"Hostname '{hostname}' is used by another Worker.")
            del owner.domains[hostname]
    call.account.taken_hostnames -= wanted.keys()
    script.domains = wanted
    return result([_record(script, hostname, zone_id) for hostname, zone_id in wanted.items()])


@route("GET", "P/domains")
@route("GET", "P/domains/records")
async def records(call: Call) -> Response:
    service, hostname = call.request.query.get("service"), call.request.query.get("hostname")
    found = [r for r in _all_records(call) if service in {None, r["service"]} and hostname in {None, r["hostname"]}]
    return pages(found)


@route("GET", "P/domains/records/{record}")
async def record(call: Call) -> Response:
    for found in _all_records(call):
        if found["id"] == call.names["record"]:
            return result(found)
    raise errors.ApiError.of(404, 100114, "Domain not found.")


@route("DELETE", "P/domains/{record}")
@route("DELETE", "P/domains/records/{record}")
async def delete_record(call: Call) -> Response:
    for script in call.account.scripts.values():
        for hostname, zone_id in list(script.domains.items()):
            if _record(script, hostname, zone_id)["id"] == call.names["record"]:
                del script.domains[hostname]
                return result(None)
    raise errors.ApiError.of(404, 100114, "Domain not found.")


@route("GET", "/zones/{zone}/workers/routes", "Workers Routes")
async def zone_routes(call: Call) -> Response:
    return pages([])


@route("GET", "P/scripts/{name}/routes", "Workers Routes")
async def script_routes(call: Call) -> Response:
    return pages([])
