"""What the API says of the user, the accounts, the zones and the workers.dev subdomain."""

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, pages, result, route
from tests.support.cloudflare.scripts import Json


def _account(call: Call) -> Json:
    return {"id": call.account.id, "name": call.account.name, "type": "standard", "settings": {}}


def _accounts(call: Call) -> list[Json]:
    return [_account(call), *({"id": key, "name": name} for key, name in call.account.others.items())]


@route("GET", "/user", "User Details")
async def user(call: Call) -> Response:
    return result({"id": "0" * 32, "email": "ada@example.org", "suspended": False})


@route("GET", "/user/tokens/verify", "")
async def verify_token(call: Call) -> Response:
    return result({"id": "1" * 32, "status": "active"})


@route("GET", "/accounts", "Account Settings")
async def accounts(call: Call) -> Response:
    return pages(_accounts(call))


@route("GET", "/memberships", "Memberships")
async def memberships(call: Call) -> Response:
    listed = [_account(call), *({"id": key, "name": name} for key, name in call.account.others.items())]
    return pages(
        [{"id": f"m{a['id']}", "status": "accepted", "roles": ["Administrator"], "account": a} for a in listed]
    )


@route("GET", "/zones", "Zone")
async def zones(call: Call) -> Response:
    name = call.request.query.get("name")
    found = [
        {"id": zone_id, "name": zone, "status": "active", "account": _account(call)}
        for zone, zone_id in call.account.zones.items()
        if name in {None, zone}
    ]
    return pages(found)


@route("GET", "P/subdomain")
async def subdomain(call: Call) -> Response:
    if call.account.subdomain is None:
        raise errors.no_subdomain_yet()
    return result({"subdomain": call.account.subdomain})


@route("PUT", "P/subdomain")
async def register_subdomain(call: Call) -> Response:
    call.account.subdomain = str(call.json()["subdomain"])
    return result({"subdomain": call.account.subdomain})


@route("GET", "P/subdomains/{subdomain}")
async def subdomain_is_free(call: Call) -> Response:
    # Cloudflare says with an error that a name is free.
    raise errors.ApiError.of(404, 10032, "workers.api.error.subdomain_not_found")


@route("GET", "/accounts/{account}/storage/kv/namespaces")
async def kv_namespaces(call: Call) -> Response:
    return pages([])
