"""An uploaded script: from a form to a version, or to what Cloudflare answers when it will not have it."""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.support.cloudflare import errors
from tests.support.cloudflare.multipart import Part
from tests.support.cloudflare.scripts import Json, Module, Version

MODULE_TYPES: Final = {
    "application/javascript+module": "esModule",
    "text/plain": "text",
    "application/octet-stream": "data",
    "application/wasm": "wasm",
    "application/json": "json",
}
METADATA_KEYS: Final = {
    "main_module", "bindings", "compatibility_date", "compatibility_flags", "migrations", "assets", "keep_assets",
    "keep_bindings", "observability", "annotations", "logpush", "code_update_strategy", "package_dependencies",
    "tail_consumers", "limits", "placement",
}  # fmt: skip
BINDING_KEYS: Final = {
    "plain_text": {"text"},
    "json": {"json"},
    "secret_text": {"text"},
    "durable_object_namespace": {"class_name"},
    "ratelimit": {"namespace_id", "simple"},
    "assets": set[str](),
    "inherit": set[str](),
}
MAX_SECRET_BYTES: Final = 5_120
MAX_SCRIPT_BYTES: Final = 3 * 1_048_576  # compressed, on the free plan


@dataclass(frozen=True, slots=True)
class Upload:
    """What a form said, checked as far as it can be without the account."""

    metadata: Json
    main_module: str
    modules: Mapping[str, Module]
    bindings: tuple[Json, ...]
    secrets: Mapping[str, str] = field(repr=False)
    message: str | None

    @property
    def class_names(self) -> list[str]:
        """The classes that bindings name."""
        return [b["class_name"] for b in self.bindings if b["type"] == "durable_object_namespace"]


def read_upload(parts: Mapping[str, Part], former: Version | None) -> Upload:
    """Return the upload of a form; `former` is the version from which bindings are inherited and kept."""
    metadata = _metadata(parts)
    modules = _modules(parts)
    main_module = metadata.get("main_module")
    if main_module not in modules:
        raise errors.invalid(f"No such module: the main module {main_module!r} was not uploaded.")
    if modules[main_module].content_type != "application/javascript+module":
        raise errors.invalid("The main module must be an ES module.")
    if not isinstance(metadata.get("bindings"), list):
        raise errors.unreadable("metadata.bindings must be a list")
    bindings, secrets = _bindings(metadata["bindings"], metadata.get("keep_bindings", []), former)
    _check_compatibility_date(metadata, bindings)
    annotations = metadata.get("annotations") or {}
    without_secrets = {**metadata, "bindings": [_without_secret(binding) for binding in metadata["bindings"]]}
    return Upload(without_secrets, main_module, modules, bindings, secrets, annotations.get("workers/message"))


def _metadata(parts: Mapping[str, Part]) -> Json:
    if "metadata" not in parts:
        raise errors.unreadable("metadata part is missing")
    try:
        metadata = json.loads(parts["metadata"].content)
    except ValueError:
        raise errors.unreadable("metadata is not JSON") from None
    if not isinstance(metadata, dict):
        raise errors.unreadable("metadata must be an object")
    if unknown := metadata.keys() - METADATA_KEYS:
        raise errors.unreadable(f"unknown field in metadata: {', '.join(sorted(unknown))}")
    return metadata


def _modules(parts: Mapping[str, Part]) -> dict[str, Module]:
    modules = {}
    for part in parts.values():
        if part.name == "metadata" or part.content_type == "application/source-map":
            continue
        if part.content_type not in MODULE_TYPES:
            raise errors.invalid(f"Module {part.name} has the unknown type {part.content_type}.")
        modules[part.name] = Module(part.name, part.content_type, part.content)
    if sum(len(gzip.compress(module.content, 1)) for module in modules.values()) > MAX_SCRIPT_BYTES:
        raise errors.too_large(MAX_SCRIPT_BYTES)
    return modules


def _bindings(
    given: Sequence[object], kept_types: Sequence[str], former: Version | None
) -> tuple[tuple[Json, ...], dict[str, str]]:
    bindings: dict[str, Json] = {}
    secrets: dict[str, str] = {}
    missing = []
    for binding in given:
        name = _check_binding(binding)
        assert isinstance(binding, dict)
        if name in bindings:
            raise errors.invalid(f"binding {name} is defined twice")
        inherited = former.binding(binding.get("old_name", name)) if former else None
        if binding["type"] != "inherit":
            bindings[name] = _without_secret(binding)
            if binding["type"] == "secret_text":
                secrets[name] = binding["text"]
        elif inherited is None:
            missing.append(name)
        else:
            bindings[name] = {**inherited, "name": name}
            if former and inherited["type"] == "secret_text":
                secrets[name] = former.secrets[inherited["name"]]
    if missing:
        raise errors.nothing_to_inherit(missing)
    for binding in former.bindings if former else ():
        if binding["type"] in kept_types and binding["name"] not in bindings:
            bindings[binding["name"]] = binding
            if former and binding["type"] == "secret_text":
                secrets[binding["name"]] = former.secrets[binding["name"]]
    return tuple(bindings.values()), secrets


def _check_binding(binding: object) -> str:
    """Return the name of a binding that Cloudflare knows and that can be run here."""
    if not isinstance(binding, dict) or not isinstance(name := binding.get("name"), str):
        raise errors.ApiError.of(400, 10052, "Every binding must have a name.")
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name):
        raise errors.invalid(f"binding name {name!r} is no JavaScript identifier")
    kind = binding.get("type")
    keys = BINDING_KEYS.get(str(kind))
    if keys is None:
        raise errors.invalid(f"binding {name} has the unknown type {kind}")
    optional = {"old_name", "version_id"} if kind == "inherit" else set()
    given = binding.keys() - {"name", "type"}
    if not keys <= given or not given <= keys | optional:
        raise errors.invalid(f"binding {name} of type {kind} must have: {', '.join(sorted(keys)) or 'nothing more'}")
    if kind == "secret_text" and len(binding["text"].encode()) > MAX_SECRET_BYTES:
        raise errors.ApiError.of(400, 10054, f"The secret {name} exceeds the limit of 5 KB.")
    if kind == "ratelimit":
        _check_rate_limit(name, binding)
    return name


def _check_rate_limit(name: str, binding: Json) -> None:
    simple = binding["simple"]
    if not isinstance(simple, dict) or simple.keys() != {"limit", "period"} or simple["period"] not in {10, 60}:
        raise errors.invalid(f"binding {name} of type ratelimit must have a limit and a period of 10 or 60 seconds")
    if not isinstance(simple["limit"], int) or simple["limit"] < 1 or not str(binding["namespace_id"]).isdigit():
        raise errors.invalid(f"binding {name} of type ratelimit must have a positive limit and a numeric namespace_id")


def _check_compatibility_date(metadata: Json, bindings: Sequence[Json]) -> None:
    date = metadata.get("compatibility_date")
    if date is None:
        # Cloudflare takes its oldest runtime then; for more than an empty draft that is a mistake of ours.
        if bindings:
            raise errors.invalid("compatibility_date is missing")
        return
    try:
        is_future = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC) > datetime.now(UTC)
    except (TypeError, ValueError):
        raise errors.invalid(f"Invalid compatibility date: {date!r}") from None
    if is_future:
        raise errors.invalid(f'Can\'t set compatibility date in the future: "{date}"')


def _without_secret(binding: Json) -> Json:
    if binding.get("type") == "secret_text":
        return {key: value for key, value in binding.items() if key != "text"}
    return dict(binding)
