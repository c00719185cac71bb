"""Serve an earlier version again, with the bindings and secrets that it had."""

from loopsy_daemon.errors import LoopsyError, UsageError
from loopsy_deploy.cloudflare_api import CloudflareApi
from loopsy_deploy.errors import CloudflareUnavailable
from loopsy_deploy.results import RolledBack


def roll_back(api: CloudflareApi, account_id: str, name: str, version_id: str | None) -> RolledBack:
    """Deploy the version, or without one the version that served before. Raises CloudflareError, LoopsyError.

    Cloudflare refuses to go back over changed secrets, and so do we: the machine here no longer has the former ones.
    """
    path = f"/accounts/{account_id}/workers/scripts/{name}/deployments"
    served = _served_versions(api, name, path)
    if version_id is None:
        version_id = next((version for version in served if version != served[0]), None)
        if version_id is None:
            raise LoopsyError(f"{name} has had no other version.", "loopsy-deploy-relay status")
    elif version_id == served[0]:
        raise UsageError(f"{name} serves that version already.", "loopsy-deploy-relay status")
    body = {
        "strategy": "percentage",
        "versions": [{"version_id": version_id, "percentage": 100}],
        "annotations": {"workers/message": "rolled back by loopsy-deploy-relay"},
    }
    api.post(f"roll {name} back", path, body)
    return RolledBack(name, version_id, served[0])


def _served_versions(api: CloudflareApi, name: str, path: str) -> list[str]:
    """Return the versions that have served, the present one first."""
    found = api.get(f"list the deployments of {name}", path) or {}
    served = [
        str(max(deployment["versions"], key=lambda version: version["percentage"])["version_id"])
        for deployment in found.get("deployments") or []
        if deployment.get("versions")
    ]
    if not served:
        raise CloudflareUnavailable(f"Cloudflare names no deployment of {name}.", "run this again")
    return served
