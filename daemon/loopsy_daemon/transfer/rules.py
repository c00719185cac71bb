"""Which files may be transferred: allowed and denied places, with every link resolved."""

import fnmatch
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from loopsy_daemon.transfer.errors import BadPath, DeniedPath

# What begins with a dot in a home is configuration, and most secrets are in it. Those that are named beside `~/.*`
# are found where a link leads, too, and stay denied if somebody allows what is around them.
SECRET_PLACES: Final = (
    *("~/.*", "~/Library", "~/AppData", "~/snap"),
    *("~/.ssh", "~/.gnupg", "~/.aws", "~/.azure", "~/.kube", "~/.docker", "~/.password-store", "~/.mozilla"),
    *("~/.netrc", "~/.pgpass", "~/.npmrc", "~/.pypirc", "~/.git-credentials", "~/.vault-token"),
    *(
        "~/.config/gcloud",
        "~/.config/gh",
        "~/.config/google-chrome*",
        "~/.config/chromium",
        "~/.config/microsoft-edge*",
    ),
    *("~/.config/BraveSoftware", "~/.config/vivaldi", "~/.config/opera", "~/.config/1Password", "~/.config/Bitwarden"),
    *("~/.local/share/keyrings", "~/.local/share/kwalletd", "~/.var/app"),
    *("~/Library/Keychains", "~/Library/Cookies", "~/Library/Application Support"),
)
MAX_PATH_CHARACTERS: Final = 4_096

_SECRET, _ALLOWED, _DENIED = range(3)  # what decides between two rules about the same place
_EVERY_DEPTH: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class _Rule:
    """A place and everything below it. `parts` of one that denies are folded, and may have wildcards."""

    parts: tuple[str, ...]
    kind: int
    depth: int

    def covers(self, parts: Sequence[str], folded: Sequence[str]) -> bool:
        if len(self.parts) > len(parts):
            return False
        if self.kind == _ALLOWED:
            return tuple(parts[: len(self.parts)]) == self.parts
        return all(_matches(part, pattern) for part, pattern in zip(folded, self.parts, strict=False))


@dataclass(frozen=True, slots=True)
class Rules:
    """The deepest rule that covers a path decides; what no rule covers is denied. Loopsy's own home always is."""

    home: Path
    max_bytes: int
    _rules: tuple[_Rule, ...]

    @classmethod
    def of(cls, *, allow: Sequence[str], deny: Sequence[str], max_bytes: int, home: Path, loopsy_home: Path) -> Self:
        """Return the rules; `~` in `allow` and `deny` is `home`, and `*` in `deny` stands for part of a name."""
        rules: list[_Rule] = []
        for kind, places in ((_SECRET, SECRET_PLACES), (_ALLOWED, allow), (_DENIED, deny)):
            for place in places:
                rules += _rules_about(_expanded(place, home), kind)
        rules += _rules_about(str(loopsy_home), _DENIED, depth=_EVERY_DEPTH)
        return cls(home=home, max_bytes=max_bytes, _rules=tuple(dict.fromkeys(rules)))

    def path(self, text: str, base: Path) -> Path:
        """Return what the text names, absolute and without links; relative paths begin at `base`, `~` is the home.

        It need not exist: what is denied is denied before anybody learns whether it does. Raises DeniedPath, BadPath.
        """
        if not text or len(text) > MAX_PATH_CHARACTERS or "\x00" in text:
            raise BadPath("That is not a path.", "Give the path of a file.")
        named = os.path.normpath(Path(base, _expanded(text, self.home)))
        resolved = os.path.realpath(Path(base, _expanded(text, self.home)))
        # as it is named, and where it leads: a link must not lead out, and nothing denied is reached by its name
        if self._decision(named) in (_SECRET, _DENIED) or not self.permits(Path(resolved)):
            raise DeniedPath(
                f"The rules of this machine do not permit {text!r}.",
                "To permit it, name it under `transfer: allow:` in config.yaml of that machine, then: loopsy restart",
            )
        return Path(resolved)

    def permits(self, resolved: Path) -> bool:
        """Tell whether a path that is absolute and has no links may be transferred."""
        return self._decision(str(resolved)) == _ALLOWED

    def _decision(self, path: str) -> int | None:
        parts = Path(path).parts
        folded = [_fold(part) for part in parts]
        deciding = max(
            (rule for rule in self._rules if rule.covers(parts, folded)),
            key=lambda rule: (rule.depth, rule.kind),
            default=None,
        )
        return None if deciding is None else deciding.kind


def _rules_about(place: str, kind: int, depth: int | None = None) -> list[_Rule]:
    """Return the rules about a place as it is named, and as it is where its links lead."""
    spellings = {os.path.normpath(place), _resolved(place)} if kind != _ALLOWED else {_resolved(place)}
    return [
        _Rule(parts, kind, len(parts) if depth is None else depth)
        for parts in (
            Path(spelling).parts if kind == _ALLOWED else tuple(_fold(part) for part in Path(spelling).parts)
            for spelling in sorted(spellings)
        )
    ]


def _resolved(place: str) -> str:
    """Resolve the links of the part before the first wildcard."""
    parts = Path(place).parts
    count = next((index for index, part in enumerate(parts) if "*" in part), len(parts))
    return str(Path(os.path.realpath(Path(*parts[:count])), *parts[count:]))


def _matches(part: str, pattern: str) -> bool:
    """Compare two names; `*` alone is a wildcard, since the others do occur in names of directories."""
    return fnmatch.fnmatchcase(part, pattern.replace("[", "[[]").replace("?", "[?]"))


def _expanded(place: str, home: Path) -> str:
    return str(home / place[1:].lstrip("/")) if place == "~" or place.startswith("~/") else place


def _fold(part: str) -> str:
    """One spelling for names that some file systems take as the same."""
    return unicodedata.normalize("NFC", part).casefold()
