"""One account: its Workers, zones and workers.dev subdomain, and the rules by which versions are made and deployed."""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from tests.support.cloudflare import errors
from tests.support.cloudflare.analytics import AnalyticsRow
from tests.support.cloudflare.assets import AssetStore
from tests.support.cloudflare.migrations import migrate
from tests.support.cloudflare.multipart import Part
from tests.support.cloudflare.scripts import Deployment, Json, Namespace, Script, Version
from tests.support.cloudflare.uploads import read_upload

_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
ALL_PERMISSIONS: Final = frozenset(
    {
        "User Details",
        "Memberships",
        "Account Settings",
        "Workers Scripts",
        "Workers Tail",
        "Workers Routes",
        "Zone",
        "Account Analytics",
    }
)


@dataclass(slots=True)
class Account:
    """What belongs to whoever owns the API token."""

    id: str
    store: AssetStore
    exported_names: Callable[[Version], Awaitable[list[str]]]
    name: str = "Ada's account"
    others: dict[str, str] = field(default_factory=dict)  # further accounts that the token sees: id → name
    subdomain: str | None = "ada"
    permissions: set[str] = field(default_factory=lambda: set(ALL_PERMISSIONS))
    scripts: dict[str, Script] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)  # name → id
    taken_hostnames: set[str] = field(default_factory=set)  # with DNS records of their own
    analytics: list[AnalyticsRow] = field(default_factory=list)  # what has been measured, besides nothing
    stored_objects: Callable[[Script], list[str]] = lambda _: []  # ids of a Worker's objects that store something
    _uploading: asyncio.Lock = field(default_factory=asyncio.Lock)  # each upload sees what the one before it left

    def script(self, name: str) -> Script:
        """Return a Worker that exists."""
        if name not in self.scripts:
            raise errors.script_missing()
        return self.scripts[name]

    def add_zone(self, name: str) -> str:
        """Add a domain to the account; return its id."""
        return self.zones.setdefault(name, uuid.uuid4().hex)

    def zone_of(self, hostname: str) -> str:
        """Return the id of the zone to which a hostname belongs."""
        labels = hostname.split(".")
        for start in range(len(labels) - 1):
            if zone_id := self.zones.get(".".join(labels[start:])):
                return zone_id
        raise errors.zone_missing(hostname)

    def published_at(self, hostname: str) -> Script | None:
        """Return the Worker that serves a hostname: by its name at workers.dev, or by a custom domain."""
        for script in self.scripts.values():
            at_workers_dev = script.workers_dev and hostname == f"{script.name}.{self.subdomain}.workers.dev"
            if script.deployments and (at_workers_dev or hostname in script.domains):
                return script
        return None

    def certificate_names(self) -> list[str]:
        """Return the names for which the account has certificates."""
        names = [f"*.{self.subdomain}.workers.dev"] if self.subdomain else []
        return [*names, *(name for zone in self.zones for name in (zone, f"*.{zone}")), "localhost"]

    async def put_script(self, name: str, parts: dict[str, Part]) -> Script:
        """Upload a script and deploy it at once, migrations included."""
        if not _NAME.fullmatch(name):
            raise errors.bad_name()
        async with self._uploading:
            script = self.scripts.get(name) or Script(name)
            version, namespaces, tag = await self._version(script, parts, may_migrate=True)
            self.scripts[name] = script
            script.namespaces, script.migration_tag = namespaces, tag
            self._deploy(script, version, "deployment")
        return script

    async def add_version(self, name: str, parts: dict[str, Part]) -> Version:
        """Upload a version that nobody sees before it is deployed."""
        async with self._uploading:
            script = self.script(name)
            version, _, _ = await self._version(script, parts, may_migrate=False)
            script.versions.append(version)
        return version

    async def _version(
        self, script: Script, parts: dict[str, Part], *, may_migrate: bool
    ) -> tuple[Version, dict[str, Namespace], str | None]:
        upload = read_upload(parts, script.latest if script.versions else None)
        migrations = upload.metadata.get("migrations")
        if migrations is not None and not may_migrate:
            raise errors.migration_in_version()
        assets = None
        if upload.metadata.get("assets") is not None:
            assets = self.store.complete(script.name, upload.metadata["assets"])
        elif any(binding["type"] == "assets" for binding in upload.bindings):
            raise errors.invalid("Cannot bind assets: the version has none.")
        version = Version(
            number=len(script.versions) + 1,
            main_module=upload.main_module,
            modules=upload.modules,
            bindings=upload.bindings,
            secrets=upload.secrets,
            assets=assets,
            metadata={key: value for key, value in upload.metadata.items() if key != "assets"},
            triggered_by="upload",
            message=upload.message,
        )
        exported = await self.exported_names(version)
        if "default" not in exported and not upload.class_names:
            raise errors.no_handlers()
        namespaces, tag = migrate(script.namespaces, script.migration_tag, migrations, exported)
        for class_name in upload.class_names:
            if class_name not in namespaces:
                raise errors.binding_without_namespace(class_name)
        return replace(version, migration_tag=tag), namespaces, tag

    def deploy(self, script: Script, version_id: str, *, triggered_by: str, message: str | None, force: bool) -> None:
        """Let an uploaded version serve."""
        try:
            version = script.version(version_id)
        except KeyError:
            raise errors.ApiError.of(404, 10222, f"Version with id {version_id} not found.") from None
        if script.deployments and version.number < script.deployed.number:
            triggered_by = "rollback"
            present = script.latest.secrets
            names = {*present, *version.secrets}
            changed = sorted(name for name in names if present.get(name) != version.secrets.get(name))
            if changed and not force:
                raise errors.secrets_changed(changed)
            if version.migration_tag != script.migration_tag:
                raise errors.ApiError.of(
                    400, 10210, "Cannot deploy a version from before the latest Durable Object migration."
                )
        script.deployments.append(Deployment(version.id, triggered_by, message))

    def change_secrets(self, name: str, changes: dict[str, str | None]) -> None:
        """Put secrets, or delete those without a text: a new version that is deployed at once."""
        script = self.script(name)
        latest = script.latest
        if script.deployed.id != latest.id:
            raise errors.ApiError.of(
                400, 10215, "Secret edit failed. The latest version of your Worker isn't currently deployed."
            )
        bindings: dict[str, Json] = {str(binding["name"]): binding for binding in latest.bindings}
        secrets = dict(latest.secrets)
        for secret, text in changes.items():
            former = bindings.get(secret)
            if former is not None and former["type"] != "secret_text":
                raise errors.ApiError.of(400, 10053, f"Binding name '{secret}' already in use.")
            if text is None:
                if former is None:
                    raise errors.ApiError.of(404, 10056, "Binding not found.")
                del bindings[secret], secrets[secret]
            else:
                bindings[secret] = {"name": secret, "type": "secret_text"}
                secrets[secret] = text
        fresh = Version(
            number=latest.number + 1,
            main_module=latest.main_module,
            modules=latest.modules,
            bindings=tuple(bindings.values()),
            secrets=secrets,
            assets=latest.assets,
            metadata=latest.metadata,
            triggered_by="secret",
            migration_tag=latest.migration_tag,
        )
        self._deploy(script, fresh, "secret")

    def _deploy(self, script: Script, version: Version, triggered_by: str) -> None:
        script.versions.append(version)
        script.deployments.append(Deployment(version.id, triggered_by, version.message))
