"""The rules of the house: who may import whom, what stays pure, how large a module is, what no file may contain."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_tree import (
    ROOMS,
    ROOT,
    files_below,
    imports_of,
    is_below,
    parse,
    product_modules,
    source_files,
)

MAX_LINES = 300
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "base"}
PURE_STANDARD_LIBRARY = {
    "abc", "base64", "binascii", "bisect", "collections", "collections.abc", "contextlib", "dataclasses", "enum",
    "functools", "hashlib", "heapq", "hmac", "itertools", "math", "operator", "re", "string", "struct", "types",
    "typing",
}  # fmt: skip

OUTER_ROOMS = ("loopsy_daemon.relay", "loopsy_daemon.service", "loopsy_daemon.mcp", "loopsy_daemon.cli")
# importer (module prefix) → what it may never import (module prefixes)
FORBIDDEN = {
    "loopsy_daemon": ("loopsy_deploy", "loopsy_infra"),
    "loopsy_daemon.keeper": ("loopsy_daemon.sessions", "loopsy_daemon.wire", "loopsy_daemon.errors"),
    **dict.fromkeys(
        (f"loopsy_daemon.{room}" for room in ("dashboard", "lan", "recording", "sessions", "transfer")), OUTER_ROOMS
    ),
    "loopsy_daemon.exchange": (*OUTER_ROOMS, "loopsy_daemon.lan"),
    "loopsy_daemon.relay": ("loopsy_daemon.service", "loopsy_daemon.mcp", "loopsy_daemon.cli"),
    "loopsy_daemon.service": ("loopsy_daemon.mcp", "loopsy_daemon.cli"),
    "loopsy_daemon.mcp": ("loopsy_daemon.cli",),
    "loopsy_infra": ("loopsy_daemon", "loopsy_deploy"),
}
OWNED_BY_ROOMS = [
    f"loopsy_daemon.{room}"
    for room in (
        "cli",
        "dashboard",
        "exchange",
        "keeper",
        "lan",
        "mcp",
        "recording",
        "relay",
        "service",
        "sessions",
        "transfer",
    )
]
# part → where it may be imported: one module each, since it has no types or may go one day
SOLE_IMPORTERS = {
    "pyghostty": "loopsy_daemon.sessions",
    "keyring": "loopsy_daemon.keys",
    "ruamel": "loopsy_daemon.config",
    "qrcode": "loopsy_daemon.cli.qr",
    "uvicorn": (  # for pages on loopback, for peers over TLS, for agents on loopback
        "loopsy_daemon.dashboard.server",
        "loopsy_daemon.lan.punctual_http",
        "loopsy_daemon.lan.server",
        "loopsy_daemon.mcp.serving",
    ),
    "zeroconf": "loopsy_daemon.lan.discovery",
}
NOT_FOR_HELP = {
    "asyncio", "cryptography", "httpx", "keyring", "mcp", "msgspec", "pydantic", "pyghostty", "qrcode", "ruamel",
    "uvloop", "websockets",
}  # fmt: skip


@pytest.mark.parametrize("importer", sorted(FORBIDDEN))
def test_imports_point_inward(importer: str) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, path in product_modules().items()
        if is_below(module, importer)
        for imported in sorted(imports_of(path))
        if any(is_below(imported, forbidden) for forbidden in FORBIDDEN[importer])
    ]
    assert wrong == []


def test_what_all_rooms_use_imports_no_room() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, path in product_modules().items()
        if re.fullmatch(r"loopsy_daemon\.\w+", module) and module not in (*OWNED_BY_ROOMS, "loopsy_daemon.wire")
        for imported in sorted(imports_of(path))
        if any(is_below(imported, room) for room in OWNED_BY_ROOMS)
    ]
    assert wrong == []


def test_the_wire_is_pure() -> None:
    wrong = []
    for module, path in product_modules().items():
        if not is_below(module, "loopsy_daemon.wire"):
            continue
        for node in ast.walk(parse(path)):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                pure = name in PURE_STANDARD_LIBRARY
                ours = is_below(name, "loopsy_daemon.wire")
                part = is_below(name, "msgspec") or is_below(name, "cryptography")
                if name == "loopsy_daemon" and isinstance(node, ast.ImportFrom):
                    ours = {alias.name for alias in node.names} == {"wire"}
                if not (pure or ours or part):
                    wrong.append(f"{module} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("part", sorted(SOLE_IMPORTERS))
def test_a_replaceable_part_has_one_importer(part: str) -> None:
    importers = [
        module
        for module, path in product_modules().items()
        if any(is_below(imported, part) for imported in imports_of(path))
    ]
    found = SOLE_IMPORTERS[part]
    allowed = (found,) if isinstance(found, str) else found
    assert len(importers) == len(allowed)
    assert all(is_below(importer, place) for importer, place in zip(sorted(importers), sorted(allowed), strict=True))


def is_product(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in ROOMS.values())


def test_every_python_module_says_in_one_sentence_what_lives_there() -> None:
    wrong = []
    for path in source_files():
        if path.suffix != ".py" or (path.name == "__init__.py" and path.is_relative_to(ROOT / "tests")):
            continue
        if path.is_relative_to(ROOT / "tests") and path.name.startswith(("test_", "conftest")):
            continue  # the names of tests say it
        docstring = ast.get_docstring(parse(path)) or ""
        first = docstring.split("\n\n")[0]
        sentences = 1 + first.count(". ")
        if not first.endswith((".", ":")) or len(first) > 240 or sentences > (1 if is_product(path) else 2):
            wrong.append(f"{path.relative_to(ROOT)}: {first!r}")
    assert wrong == []


def test_every_typescript_module_says_what_lives_there() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in files_below("relay/src", "webapp/src")
        if path.suffix in {".ts", ".tsx"} and not path.read_text(encoding="utf-8").startswith("/**")
    ]
    assert wrong == []


def test_no_module_is_larger_than_one_concept() -> None:
    large = {
        str(path.relative_to(ROOT)): lines
        for path in source_files()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MAX_LINES
    }
    assert large == {}


def test_there_is_no_drawer_for_the_rest() -> None:
    drawers = [
        str(path.relative_to(ROOT))
        for path in source_files()
        if DRAWERS & {part.lower() for part in path.relative_to(ROOT).with_suffix("").parts}
    ]
    assert drawers == []


IMPORT_FROM = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']""")


def typescript_imports(folder: str) -> Iterator[tuple[Path, str]]:
    """Yield the files below the folder with what they import: a path for relative imports, else the package."""
    for path in files_below(folder):
        if path.suffix in {".ts", ".tsx"}:
            for name in IMPORT_FROM.findall(path.read_text(encoding="utf-8")):
                yield path, os.path.normpath(path.parent / name) if name.startswith(".") else name


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("relay/src/wire", ("relay/src/wire",)),
        ("relay/src", ("relay/src",)),
        ("webapp/src", ("webapp", "relay/src/wire")),
    ],
)
def test_typescript_rooms_import_only_what_they_may(folder: str, allowed: tuple[str, ...]) -> None:
    seen = 0
    for path, target in typescript_imports(folder):
        seen += 1
        if target.startswith("/"):
            relative = os.path.relpath(target, ROOT)
            assert relative.startswith(allowed), f"{path.relative_to(ROOT)} imports {relative}"
        elif folder == "relay/src/wire":
            pytest.fail(f"{path.relative_to(ROOT)} imports {target}: the wire needs no package")
        elif folder == "relay/src":
            assert target.startswith("cloudflare:"), f"{path.relative_to(ROOT)} imports {target}"
    assert seen > 0


def test_the_relay_and_the_app_log_nothing_to_the_console() -> None:
    # A payload or a secret in a log outlives every promise, and the platform keeps what a Worker logs.
    wrong = [
        str(path.relative_to(ROOT))
        for path in files_below("relay/src", "webapp/src")
        if path.suffix in {".ts", ".tsx"} and re.search(r"\bconsole\.(log|debug|info)\b", path.read_text("utf-8"))
    ]
    assert wrong == []


def test_nothing_is_left_to_do() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    this_file = Path(__file__).resolve()
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in source_files()
        if path != this_file
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert wrong == []


def test_lock_files_are_complete_and_name_no_registry() -> None:
    locks = [path for path in files_below("deploy", "relay", "webapp", "tests") if path.name == "package-lock.json"]
    assert len(locks) >= 2
    for lock in locks:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == [], lock
        assert all("integrity" in package for name, package in packages.items() if name and not package.get("link"))
        # A lock that was made on one machine may lack what another platform needs, and `npm ci` refuses it everywhere.
        missing = [
            name
            for package in packages.values()
            for name in package.get("optionalDependencies", {})
            if not any(path.endswith(f"node_modules/{name}") for path in packages)
        ]
        assert missing == [], lock
        settings = (lock.parent / ".npmrc").read_text(encoding="utf-8")
        assert "omit-lockfile-registry-resolved=true" in settings, lock.parent
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in constraints:
        assert re.fullmatch(r"(#.*|[A-Za-z0-9._-]+==[A-Za-z0-9._+-]+)", line), line


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "sys.argv = ['loopsy', '--help']\n"
        "from loopsy_daemon.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "Usage" in done.stdout
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "typer" in loaded
    assert sorted(loaded & NOT_FOR_HELP) == []
