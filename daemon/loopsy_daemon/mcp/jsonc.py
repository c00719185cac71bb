"""JSON with comments, as agents keep their settings: read, and one member set or removed, the rest kept (pure)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# A string, or a comment: what stands in a string is none.
_TOKENS: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_SPACE: Final = re.compile(r"\s*")
_INDENT: Final = "  "
_decoder: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Member:
    key: str
    start: int
    value_start: int
    end: int


def parse(text: str) -> dict[str, Any]:
    """Return the object; nothing is an empty one. Raises ValueError."""
    if not text.strip():
        return {}
    found = json.loads(_without_last_commas(_without_comments(text)))
    if not isinstance(found, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - a value that is not allowed, not a defect of ours
    return found


def with_member(text: str, path: Sequence[str], value: object) -> str:
    """Return the text with this member set; objects on the way to it are made. Raises ValueError."""
    expected = _set(parse(text), path, value)
    if not text.strip():
        return json.dumps(expected, indent=2) + "\n"
    changed = _insert(text, _root(text), path, value, 1)
    if parse(changed) != expected:
        raise ValueError("it cannot be changed safely")
    return changed


def without_member(text: str, path: Sequence[str]) -> str:
    """Return the text without this member, which need not be there. Raises ValueError."""
    expected = parse(text)
    node: Any = expected
    place = _root(text)
    for depth, key in enumerate(path):
        if not isinstance(node, dict) or key not in node:
            return text
        member = next(found for found in _members(text, place) if found.key == key)
        if depth == len(path) - 1:
            del node[key]
            text = _cut(text, member)
        else:
            node, place = node[key], member.value_start
    if parse(text) != expected:
        raise ValueError("it cannot be changed safely")
    return text


def _insert(text: str, place: int, path: Sequence[str], value: object, depth: int) -> str:
    """Set a member of the object that begins at `place`."""
    key, *rest = path
    members = list(_members(text, place))
    known = next((member for member in members if member.key == key), None)
    if known is not None and rest:
        if text[known.value_start] != "{":
            raise ValueError(f"{key} is no object")
        return _insert(text, known.value_start, rest, value, depth + 1)
    for name in reversed(rest):
        value = {name: value}
    margin = _INDENT * depth
    written = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", f"\n{margin}")
    if known is not None:
        return text[: known.value_start] + written + text[known.end :]
    line = f"\n{margin}{json.dumps(key, ensure_ascii=False)}: {written}"
    if not members:
        end = _after(text, place + 1)
        return text[:end].rstrip(" \t\n") + line + "\n" + margin[len(_INDENT) :] + text[end:]
    # A comma behind the last member, and the new one behind what else stands on that line: a comment, a comma.
    last = members[-1].end
    has_comma = _without_comments(text)[_after(text, last)] == ","
    line_end = text.find("\n", last)
    is_rest_blank = line_end >= 0 and not _without_comments(text)[last:line_end].strip(" \t\r,")
    new_at = line_end if is_rest_blank else last
    comma, last_comma = ("", ",") if has_comma and is_rest_blank else (",", "")
    return text[:last] + comma + text[last:new_at] + line + last_comma + text[new_at:]


def _cut(text: str, member: _Member) -> str:
    blank = _without_comments(text)
    start, end = member.start, member.end
    after = _after(text, end)
    before = len(blank[:start].rstrip()) - 1
    line_start = text.rfind("\n", 0, start) + 1
    if not text[line_start:start].strip():
        start = max(0, line_start - 1)
    if blank[after] == ",":
        return text[:start] + text[end:after] + text[after + 1 :]
    if blank[before] == ",":
        return text[:before] + text[before + 1 : start] + text[end:]
    return text[:start] + text[end:]


def _root(text: str) -> int:
    return _after(text, 0)


def _members(text: str, place: int) -> Iterator[_Member]:
    """Yield the members of the object that begins at `place`."""
    plain = _without_last_commas(_without_comments(text))
    at = _skip(plain, place + 1)
    while plain[at] == '"':
        key, key_end = _decoder.raw_decode(plain, at)
        value_start = _skip(plain, _skip(plain, key_end) + 1)
        _, end = _decoder.raw_decode(plain, value_start)
        yield _Member(key, at, value_start, end)
        at = _skip(plain, end)
        if plain[at] == ",":
            at = _skip(plain, at + 1)


def _after(text: str, at: int) -> int:
    """Return where what follows begins, behind blanks and comments."""
    return _skip(_without_comments(text), at)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match
    return match.end()


def _without_comments(text: str) -> str:
    """Return text of the same length with blanks for comments."""
    return _TOKENS.sub(lambda token: token[0] if token[0][0] == '"' else re.sub(r"[^\n]", " ", token[0]), text)


def _without_last_commas(text: str) -> str:
    return _LAST_COMMA.sub(lambda token: token[0] if token[0][0] == '"' else " ", text)


def _set(node: Mapping[str, Any], path: Sequence[str], value: object) -> dict[str, Any]:
    key, *rest = path
    if not rest:
        return {**node, key: value}
    inner = node.get(key, {})
    if not isinstance(inner, dict):
        raise ValueError(f"{key} is no object")  # noqa: TRY004 - see above
    return {**node, key: _set(inner, rest, value)}
