"""The addresses of a Worker itself: upload, content, settings, workers.dev, deletion."""

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.multipart import Part, build_form
from tests.support.cloudflare.routing import Call, pages, result, route
from tests.support.cloudflare.scripts import Json, Script

_SETTINGS = {"observability", "logpush", "tail_consumers", "tags"}


def _described(script: Script) -> Json:
    described = {
        "id": script.name,
        "tag": script.tag,
        "tags": script.settings.get("tags"),
        "etag": script.deployed.etag,
        "created_on": script.created_on,
        "modified_on": script.deployed.created_on,
        "last_deployed_from": "wrangler",
        "handlers": ["fetch"],
        "compatibility_date": script.metadata.get("compatibility_date"),
        "has_assets": script.deployed.assets is not None,
        "has_modules": True,
        "usage_model": "standard",
    }
    return {**described, **({"migration_tag": script.migration_tag} if script.migration_tag else {})}


@route("GET", "P/services/{name}")
async def service(call: Call) -> Response:
    script = call.account.scripts.get(call.name)
    if script is None:
        raise errors.service_missing()
    environment = {"environment": "production", "created_on": script.created_on, "script": _described(script)}
    return result({"id": script.name, "created_on": script.created_on, "default_environment": environment})


@route("DELETE", "P/services/{name}")
async def delete_service(call: Call) -> Response:
    if call.name not in call.account.scripts:
        raise errors.service_missing()
    del call.account.scripts[call.name]
    return result(None)


@route("GET", "P/scripts")
async def scripts(call: Call) -> Response:
    return pages([_described(script) for script in call.account.scripts.values()])


@route("PUT", "P/scripts/{name}")
async def put_script(call: Call) -> Response:
    script = await call.account.put_script(call.name, call.form())
    return result({**_described(script), "deployment_id": script.latest.id.replace("-", ""), "startup_time_ms": 10})


@route("DELETE", "P/scripts/{name}")
async def delete_script(call: Call) -> Response:
    call.account.script(call.name)
    del call.account.scripts[call.name]
    return result(None)


@route("GET", "P/workers/{name}")
async def worker(call: Call) -> Response:
    script = call.account.script(call.name)
    domain = {"enabled": script.workers_dev, "previews_enabled": script.previews}
    return result({"id": script.tag, "name": script.name, "created_on": script.created_on, "subdomain": domain})


@route("GET", "P/scripts/{name}")
@route("GET", "P/scripts/{name}/content/v2")
async def content(call: Call) -> Response:
    """Return the modules that serve; Cloudflare has no address from which assets could be had."""
    version = call.account.script(call.name).deployed
    names = [version.main_module, *(name for name in version.modules if name != version.main_module)]
    modules = [version.modules[name] for name in names]
    content_type, body = build_form(Part(module.name, module.content_type, module.content) for module in modules)
    headers = {"content-type": content_type, "cf-entrypoint": version.main_module, "etag": version.etag}
    return Response(200, body, headers)


@route("GET", "P/scripts/{name}/settings")
async def settings(call: Call) -> Response:
    script = call.account.script(call.name)
    kept = {key: script.metadata.get(key) for key in ("compatibility_date", "compatibility_flags", "observability")}
    return result({**kept, **script.settings, "bindings": _listed_bindings(script), "usage_model": "standard"})


@route("GET", "P/scripts/{name}/bindings")
async def bindings(call: Call) -> Response:
    return result(_listed_bindings(call.account.script(call.name)))


def _listed_bindings(script: Script) -> list[Json]:
    listed = []
    for binding in script.deployed.bindings:
        namespace = script.namespaces.get(binding.get("class_name", ""))
        listed.append({**binding, "namespace_id": namespace.id} if namespace else binding)
    return listed


@route("GET", "P/scripts/{name}/script-settings")
async def script_settings(call: Call) -> Response:
    return result(call.account.script(call.name).settings)


@route("PATCH", "P/scripts/{name}/script-settings")
async def change_script_settings(call: Call) -> Response:
    script = call.account.script(call.name)
    changes = call.json()
    if unknown := changes.keys() - _SETTINGS:
        raise errors.unreadable(f"unknown setting: {', '.join(sorted(unknown))}")
    script.settings.update(changes)
    return result(script.settings)


@route("GET", "P/scripts/{name}/subdomain")
async def workers_dev(call: Call) -> Response:
    script = call.account.script(call.name)
    return result({"enabled": script.workers_dev, "previews_enabled": script.previews})


@route("POST", "P/scripts/{name}/subdomain")
async def set_workers_dev(call: Call) -> Response:
    script = call.account.script(call.name)
    wanted = call.json()
    if wanted.get("enabled") and call.account.subdomain is None:
        raise errors.subdomain_required()
    script.workers_dev = bool(wanted.get("enabled"))
    script.previews = bool(wanted.get("previews_enabled", script.previews))
    return result({"enabled": script.workers_dev, "previews_enabled": script.previews})


@route("GET", "P/scripts/{name}/schedules")
async def schedules(call: Call) -> Response:
    call.account.script(call.name)
    return result({"schedules": []})


@route("GET", "P/scripts/{name}/references")
async def references(call: Call) -> Response:
    call.account.script(call.name)
    return result({"services": {"incoming": [], "outgoing": [], "pages_function": False}, "durable_objects": []})


@route("GET", "P/tails/by-consumer/{name}")
async def tail_producers(call: Call) -> Response:
    return result([])
