"""The addresses of versions, deployments and secrets."""

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, result, route
from tests.support.cloudflare.scripts import Deployment, Json, Script, Version

_LISTED = 10
_AUTHOR = "ada@example.org"


def _annotations(triggered_by: str, message: str | None) -> Json:
    return {"workers/triggered_by": triggered_by, **({"workers/message": message} if message else {})}


def _version(version: Version) -> Json:
    metadata = {
        "created_on": version.created_on,
        "modified_on": version.created_on,
        "source": "wrangler",
        "author_id": "0" * 32,
        "author_email": _AUTHOR,
        "has_preview": False,
    }
    annotations = _annotations(version.triggered_by, version.message)
    return {"id": version.id, "number": version.number, "metadata": metadata, "annotations": annotations}


def _whole_version(version: Version) -> Json:
    runtime = {
        "compatibility_date": version.metadata.get("compatibility_date"),
        "compatibility_flags": version.metadata.get("compatibility_flags") or [],
        "usage_model": "standard",
        **({"migration_tag": version.migration_tag} if version.migration_tag else {}),
    }
    script = {"etag": version.etag, "handlers": ["fetch"], "last_deployed_from": "wrangler"}
    resources = {"script": script, "script_runtime": runtime, "bindings": list(version.bindings)}
    return {**_version(version), "resources": resources, "startup_time_ms": 10}


def _deployment(deployment: Deployment) -> Json:
    return {
        "id": deployment.id,
        "source": "wrangler",
        "strategy": "percentage",
        "author_email": _AUTHOR,
        "created_on": deployment.created_on,
        "annotations": _annotations(deployment.triggered_by, deployment.message),
        "versions": [{"version_id": deployment.version_id, "percentage": 100}],
    }


@route("GET", "P/scripts/{name}/versions")
async def versions(call: Call) -> Response:
    newest = list(reversed(call.account.script(call.name).versions))[:_LISTED]
    return result({"items": [_version(version) for version in newest]})


@route("POST", "P/scripts/{name}/versions")
async def add_version(call: Call) -> Response:
    return result(_whole_version(await call.account.add_version(call.name, call.form())))


@route("GET", "P/scripts/{name}/versions/{version}")
async def version(call: Call) -> Response:
    try:
        return result(_whole_version(call.account.script(call.name).version(call.names["version"])))
    except KeyError:
        raise errors.ApiError.of(404, 10222, f"Version with id {call.names['version']} not found.") from None


@route("GET", "P/scripts/{name}/deployments")
async def deployments(call: Call) -> Response:
    newest = list(reversed(call.account.script(call.name).deployments))[:_LISTED]
    return result({"deployments": [_deployment(deployment) for deployment in newest]})


@route("POST", "P/scripts/{name}/deployments")
async def deploy(call: Call) -> Response:
    script = call.account.script(call.name)
    wanted = call.json()
    if wanted.get("strategy") != "percentage":
        raise errors.unreadable("strategy must be percentage")
    chosen = wanted.get("versions") or []
    if [entry.get("percentage") for entry in chosen] != [100]:
        # Cloudflare takes a split between two versions; nothing here can run one.
        raise errors.ApiError.of(400, 10214, "The percentages of all versions must sum to 100, for one version here.")
    call.account.deploy(
        script,
        chosen[0]["version_id"],
        triggered_by="deployment",
        message=(wanted.get("annotations") or {}).get("workers/message"),
        force=call.request.query.get("force") == "true",
    )
    return result(_deployment(script.deployments[-1]))


def _listed_secrets(script: Script) -> list[Json]:
    return [{"name": name, "type": "secret_text"} for name in sorted(script.latest.secrets)]


@route("GET", "P/scripts/{name}/secrets")
async def secrets(call: Call) -> Response:
    return result(_listed_secrets(call.account.script(call.name)))


@route("PUT", "P/scripts/{name}/secrets")
async def put_secret(call: Call) -> Response:
    call.account.script(call.name)
    given = call.json()
    if given.keys() != {"name", "text", "type"} or given["type"] != "secret_text":
        raise errors.unreadable("a secret has a name, a text and the type secret_text")
    call.account.change_secrets(call.name, {given["name"]: given["text"]})
    return result({"name": given["name"], "type": "secret_text"})


@route("DELETE", "P/scripts/{name}/secrets/{secret}")
async def delete_secret(call: Call) -> Response:
    call.account.change_secrets(call.name, {call.names["secret"]: None})
    return result(None)


@route("PATCH", "P/scripts/{name}/secrets-bulk")
async def change_secrets(call: Call) -> Response:
    script = call.account.script(call.name)
    given = call.json()["secrets"]
    changes = {name: None if secret is None else str(secret["text"]) for name, secret in given.items()}
    call.account.change_secrets(call.name, changes)
    return result(_listed_secrets(script))
