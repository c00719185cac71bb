"""What a Cloudflare account has of a relay now, asked through the API; nothing is changed."""

from typing import Any, Final

from loopsy_deploy.cloudflare_api import CloudflareApi, NotFound
from loopsy_deploy.wanted import Observed

_PLAIN: Final = "plain_text"
_SECRET: Final = "secret_text"


def observe(api: CloudflareApi, account_id: str, name: str, domain: str | None) -> Observed:
    """Return what there is of the relay `name`. Raises CloudflareError."""
    workers = f"/accounts/{account_id}/workers"
    subdomain = read_subdomain(api, account_id)
    owners = _domain_owners(api, workers)
    owner = owners.get(domain or "")
    zone_found = domain is None or owner is not None or find_zone(api, account_id, domain) is not None
    try:
        service = api.get(f"find {name}", f"{workers}/services/{name}")
    except NotFound:
        return Observed(False, subdomain, domain_owner=owner, zone_found=zone_found)
    settings = api.get(f"read the settings of {name}", f"{workers}/scripts/{name}/settings")
    bindings: list[dict[str, Any]] = settings.get("bindings") or []
    published = api.get(f"read the address of {name}", f"{workers}/scripts/{name}/subdomain")
    return Observed(
        exists=True,
        subdomain=subdomain,
        variables={binding["name"]: binding.get("text", "") for binding in bindings if binding["type"] == _PLAIN},
        secret_names=frozenset(binding["name"] for binding in bindings if binding["type"] == _SECRET),
        domains=frozenset(hostname for hostname, service_name in owners.items() if service_name == name),
        workers_dev=bool(published.get("enabled")),
        migration_tag=_migration_tag(service),
        domain_owner=owner if owner != name else None,
        zone_found=zone_found,
    )


def read_subdomain(api: CloudflareApi, account_id: str) -> str | None:
    """Return the account's name at workers.dev, or None if it never chose one."""
    try:
        answer = api.get("read the workers.dev subdomain", f"/accounts/{account_id}/workers/subdomain")
    except NotFound:
        return None
    return answer.get("subdomain") or None


def _migration_tag(service: dict[str, Any]) -> str | None:
    script = (service.get("default_environment") or {}).get("script") or {}
    tag = script.get("migration_tag")
    return tag if isinstance(tag, str) else None


def _domain_owners(api: CloudflareApi, workers: str) -> dict[str, str]:
    """Return the script of every custom domain of the account, by host name."""
    found = api.get_all("list the custom domains", f"{workers}/domains")
    return {str(entry["hostname"]): str(entry["service"]) for entry in found}


def find_zone(api: CloudflareApi, account_id: str, domain: str) -> str | None:
    """Return the id of the account's zone that the domain is in, or None. Raises CloudflareError."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        candidate = ".".join(labels[start:])
        zones = api.get("look for the zone", "/zones", {"name": candidate, "account.id": account_id})
        if zones:
            return str(zones[0]["id"])
    return None
