"""What the API tells of Durable Objects: the namespaces of the account, and the objects that exist in one."""

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, pages, result, route


@route("GET", "P/durable_objects/namespaces")
async def namespaces(call: Call) -> Response:
    return pages(
        [
            {
                "id": namespace.id,
                "name": f"{script.name}_{namespace.class_name}",
                "script": script.name,
                "class": namespace.class_name,
                "use_sqlite": namespace.uses_sqlite,
            }
            for script in call.account.scripts.values()
            for namespace in script.namespaces.values()
        ]
    )


@route("GET", "P/durable_objects/namespaces/{namespace}/objects")
async def objects(call: Call) -> Response:
    for script in call.account.scripts.values():
        if call.names["namespace"] in {namespace.id for namespace in script.namespaces.values()}:
            limit = int(call.request.query.get("limit", "1000"))
            found = call.account.stored_objects(script)[:limit]
            listed = [{"id": object_id, "hasStoredData": True} for object_id in found]
            return result(listed, result_info={"count": len(listed), "cursor": ""})
    raise errors.ApiError.of(404, 10066, "workers.api.error.durable_object_namespace_not_found")
