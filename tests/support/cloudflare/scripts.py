"""What an account keeps of a Worker: versions, deployments, classes of Durable Objects, settings."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def now() -> str:
    """Return the time as Cloudflare writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the script."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: its content is found by its hash."""

    hash: str
    size: int
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files of a version by path, and how they are served."""

    files: Mapping[str, Asset]
    config: Json


@dataclass(frozen=True, slots=True)
class Version:
    """What was uploaded once; it never changes."""

    number: int
    main_module: str
    modules: Mapping[str, Module]
    bindings: tuple[Json, ...]  # without the text of secrets
    secrets: Mapping[str, str] = field(repr=False)
    assets: Assets | None
    metadata: Json
    triggered_by: str
    message: str | None = None
    migration_tag: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_on: str = field(default_factory=now)

    @property
    def etag(self) -> str:
        """A digest of the modules."""
        digest = hashlib.sha256()
        for name in sorted(self.modules):
            digest.update(name.encode() + b"\0" + self.modules[name].content + b"\0")
        return digest.hexdigest()

    def binding(self, name: str) -> Json | None:
        """Return the binding with this name."""
        return next((binding for binding in self.bindings if binding["name"] == name), None)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Which version serves everybody from some moment on."""

    version_id: str
    triggered_by: str
    message: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_on: str = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A class whose objects exist."""

    id: str
    class_name: str
    uses_sqlite: bool


@dataclass(slots=True)
class Script:
    """A Worker of the account; newest versions and deployments come last."""

    name: str
    tag: str = field(default_factory=lambda: uuid.uuid4().hex)
    created_on: str = field(default_factory=now)
    versions: list[Version] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    migration_tag: str | None = None
    workers_dev: bool = False
    previews: bool = False
    settings: Json = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)  # hostname → zone id

    @property
    def latest(self) -> Version:
        """The version that was uploaded last."""
        return self.versions[-1]

    @property
    def deployed(self) -> Version:
        """The version that serves."""
        return self.version(self.deployments[-1].version_id)

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of the version that serves, by name."""
        return dict(self.deployed.secrets)

    @property
    def bindings(self) -> dict[str, Json]:
        """The bindings of the version that serves, by name."""
        return {str(binding["name"]): binding for binding in self.deployed.bindings}

    @property
    def modules(self) -> dict[str, bytes]:
        """The files of the version that serves, by name."""
        return {module.name: module.content for module in self.deployed.modules.values()}

    @property
    def assets(self) -> dict[str, str]:
        """The static files of the version that serves: the hash by path."""
        assets = self.deployed.assets
        return {path: asset.hash for path, asset in assets.files.items()} if assets else {}

    @property
    def metadata(self) -> Json:
        """What the upload of the version that serves said."""
        return self.deployed.metadata

    def version(self, version_id: str) -> Version:
        """Return a version that exists; raises KeyError."""
        for version in self.versions:
            if version.id == version_id:
                return version
        raise KeyError(version_id)
