"""The workerd configuration of a deployed version: its modules, assets and bindings behind an edge (pure)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.support.cloudflare.certificates import KeyPair
from tests.support.cloudflare.scripts import Json, Script, Version
from tests.support.cloudflare.uploads import MODULE_TYPES

# Of our own Workers around the uploaded one; any date that the binary knows will do.
OWN_COMPATIBILITY_DATE: Final = "2026-10-01"
OLDEST_COMPATIBILITY_DATE: Final = "2021-11-02"


@dataclass(frozen=True, slots=True)
class WorkerConfiguration:
    """What workerd is started with: its configuration, the files it embeds, the variables that hold secrets."""

    text: str
    files: dict[str, bytes]
    environment: dict[str, str]


def configure(script: Script, *, https_port: int, key_pair: KeyPair, live_logs_address: str) -> WorkerConfiguration:
    """Return how the deployed version runs. The disks `files` and `objects` are named on the command line."""
    version, namespaces = script.deployed, list(script.namespaces.values())
    files = {"edge.key": key_pair.private_key, "edge.crt": key_pair.certificate}
    environment: dict[str, str] = {}
    modules = _modules(version, files)
    bindings = [
        _binding(number, binding, version.secrets, environment) for number, binding in enumerate(version.bindings)
    ]
    manifest = {}
    if version.assets:
        manifest = {path: {"hash": a.hash, "content_type": a.content_type} for path, a in version.assets.files.items()}
    files["assets_manifest.json"] = json.dumps(manifest).encode()
    files["assets_config.json"] = json.dumps(version.assets.config if version.assets else None).encode()
    compatibility = _compatibility(version)
    classes = ", ".join(
        f"(className = {_text(n.class_name)}, uniqueKey = {_text(n.id)}, enableSql = {str(n.uses_sqlite).lower()})"
        for n in namespaces
    )
    text = f"""\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "worker", worker = .worker),
    (name = "assets", worker = .assets),
    (name = "tail", worker = .tail),
    (name = "live-logs", external = (address = {_text(live_logs_address)}, http = ())),
    (name = "files", disk = (writable = false)),
    (name = "objects", disk = (writable = true)),
    (name = "internet", network = (allow = ["public"])),
  ],
  sockets = [
    # The last one is what the starter waits for before it stops listening to reports.
    (name = "https", address = "127.0.0.1:{https_port}", service = "edge", https = (
      options = (), tlsOptions = (keypair = (privateKey = embed "edge.key", certificateChain = embed "edge.crt")),
    )),
    (name = "http", http = (), service = "edge"),
  ],
  extensions = [ (modules = [ (name = "edge:rate-limit", esModule = embed "rate_limit.mjs", internal = true) ]) ],
);

const edge :Workerd.Worker = (
  modules = [
    (name = "edge.mjs", esModule = embed "edge.mjs"),
    (name = "assets_config.json", json = embed "assets_config.json"),
  ],
  compatibilityDate = "{OWN_COMPATIBILITY_DATE}",
  bindings = [ (name = "WORKER", service = "worker"), (name = "ASSETS", service = "assets") ],
);

const worker :Workerd.Worker = (
  modules = [ {", ".join(modules)} ],
  {compatibility},
  durableObjectNamespaces = [ {classes} ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [ {", ".join(bindings)} ],
  tails = [ "tail" ],
);

const tail :Workerd.Worker = (
  modules = [ (name = "tail.mjs", esModule = embed "tail.mjs") ],
  compatibilityDate = "{OWN_COMPATIBILITY_DATE}",
  bindings = [ (name = "LIVE_LOGS", service = "live-logs"), (name = "SCRIPT", text = {_text(script.name)}) ],
);

const assets :Workerd.Worker = (
  modules = [
    (name = "asset_server.mjs", esModule = embed "asset_server.mjs"),
    (name = "assets_config.json", json = embed "assets_config.json"),
    (name = "assets_manifest.json", json = embed "assets_manifest.json"),
  ],
  compatibilityDate = "{OWN_COMPATIBILITY_DATE}",
  bindings = [ (name = "FILES", service = "files") ],
);
"""
    return WorkerConfiguration(text, files, environment)


def configure_probe(version: Version) -> WorkerConfiguration:
    """Return how a Worker runs that imports an upload and answers with the names it exports."""
    files: dict[str, bytes] = {}
    listed = ", ".join(_modules(version, files))
    text = f"""\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "probe", worker = .probe) ],
  sockets = [ (name = "http", http = (), service = "probe") ],
);

const probe :Workerd.Worker = (
  modules = [ (name = "stand-in-probe.mjs", esModule = embed "probe.mjs"), {listed} ],
  {_compatibility(version)},
);
"""
    return WorkerConfiguration(text, files, {})


def _compatibility(version: Version) -> str:
    date = version.metadata.get("compatibility_date") or OLDEST_COMPATIBILITY_DATE
    flags = ", ".join(_text(flag) for flag in version.metadata.get("compatibility_flags") or [])
    return f"compatibilityDate = {_text(date)}, compatibilityFlags = [ {flags} ]"


def _modules(version: Version, files: dict[str, bytes]) -> list[str]:
    """Return the modules, the main one first, and add their contents to the files."""
    names = [version.main_module, *(name for name in version.modules if name != version.main_module)]
    listed = []
    for number, name in enumerate(names):
        module = version.modules[name]
        files[f"module-{number}"] = module.content
        listed.append(f'(name = {_text(name)}, {MODULE_TYPES[module.content_type]} = embed "module-{number}")')
    return listed


def _binding(number: int, binding: Json, secrets: Mapping[str, str], environment: dict[str, str]) -> str:
    name = _text(binding["name"])
    match binding["type"]:
        case "secret_text":
            # Through the environment: a secret is in no file.
            environment[f"SECRET_{number}"] = secrets[binding["name"]]
            return f'(name = {name}, fromEnvironment = "SECRET_{number}")'
        case "plain_text":
            return f"(name = {name}, text = {_text(binding['text'])})"
        case "json":
            return f"(name = {name}, json = {_text(json.dumps(binding['json']))})"
        case "durable_object_namespace":
            return f"(name = {name}, durableObjectNamespace = {_text(binding['class_name'])})"
        case "assets":
            return f'(name = {name}, service = "assets")'
        case "ratelimit":
            simple = _text(json.dumps(binding["simple"]))
            inner = f'(name = "simple", text = {simple})'
            return f'(name = {name}, wrapped = (moduleName = "edge:rate-limit", innerBindings = [ {inner} ]))'
    raise AssertionError(binding["type"])


def _text(value: str) -> str:
    """Return a string of Cap'n Proto's text format."""
    return json.dumps(value, ensure_ascii=False)
