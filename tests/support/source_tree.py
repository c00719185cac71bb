"""The repository's own source: its files, its Python modules by name, and what they import."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = {
    "loopsy_daemon": ROOT / "daemon" / "loopsy_daemon",
    "loopsy_deploy": ROOT / "deploy" / "loopsy_deploy",
    "loopsy_infra": ROOT / "infra" / "loopsy_infra",
}
MADE_BY_TOOLS: Final = {"node_modules", "dist", "build", "test-output", "__pycache__"}
SOURCE_SUFFIXES: Final = {".py", ".ts", ".tsx", ".mts", ".mjs", ".css"}


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the product."""
    for name, folder in ROOMS.items():
        if path.is_relative_to(folder):
            parts = [name, *path.relative_to(folder).with_suffix("").parts]
            return ".".join(part for part in parts if part != "__init__")
    raise AssertionError(f"{path} is in no package")


@cache
def product_modules() -> dict[str, Path]:
    """Return the product's modules by name."""
    return {module_name(path): path for folder in ROOMS.values() for path in sorted(folder.rglob("*.py"))}


def files_below(*folders: str) -> Iterator[Path]:
    """Yield the files below folders of the repository, without what tools made."""
    for folder in folders:
        for directory, names, files in os.walk(ROOT / folder):
            names[:] = sorted(name for name in names if name not in MADE_BY_TOOLS and not name.startswith("."))
            yield from (Path(directory, name) for name in sorted(files))


def source_files() -> list[Path]:
    """Return every source file, those of the tests among them."""
    found = [
        path
        for path in files_below("daemon", "deploy", "infra", "relay", "webapp", "tests")
        if path.suffix in SOURCE_SUFFIXES
    ]
    assert len(found) > 50
    return found


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> set[str]:
    """Every module that is named in an import, also inside functions; `from a import b` names a and a.b."""
    found: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def is_below(module: str, prefix: str) -> bool:
    """Return whether a module is this one or inside of it."""
    return module == prefix or module.startswith(f"{prefix}.")
