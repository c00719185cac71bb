import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.mcp.jsonc import parse, with_member, without_member

ENTRY = {"command": "/bin/loopsy", "args": ["mcp", "serve"]}
PATH = ("mcpServers", "loopsy")

COMMENTED = """\
// my settings
{
  "theme": "dark", // not "light"
  /* servers: { "loopsy": 1 } */
  "mcpServers": {
    "other": { "command": "x" }, // keep me
  },
  "url": "http://x//y", /* end */
}
"""


def test_what_others_wrote_stays_as_it_is() -> None:
    added = with_member(COMMENTED, PATH, ENTRY)
    assert parse(added)["mcpServers"] == {"other": {"command": "x"}, "loopsy": ENTRY}
    for kept in (
        "// my settings",
        '// not "light"',
        "/* servers:",
        '"other": { "command": "x" }, // keep me',
        "/* end */",
    ):
        assert kept in added
    assert added.index("keep me") < added.index('"loopsy": {\n')
    assert with_member(added, PATH, ENTRY) == added
    assert without_member(added, PATH) == COMMENTED
    changed = with_member(added, PATH, {"command": "other"})
    assert parse(changed)["mcpServers"]["loopsy"] == {"command": "other"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "{}",
        "{ }\n",
        "{\n  // nothing\n}\n",
        '{"a": 1}',
        '{"a": 1,}',
        '{"a": [1, 2,], "mcpServers": {}}',
        '{"mcpServers": {"x": {}}}',
        '{"mcpServers": {"x": {}, /* why */}}',
        '{\n\t"mcpServers": {\n\t\t"x": {"y": ","}\n\t}\n}',
        '{"mcpServers": {"loopsy": {"old": true}, "b": 1}}',
        '{"mcpServers": {"a": 1, "loopsy": {"old": true}}, "z": "// no comment"}',
    ],
)
def test_a_member_is_set_and_removed_wherever_it_is(text: str) -> None:
    before = parse(text)
    added = with_member(text, PATH, ENTRY)
    assert parse(added) == {**before, "mcpServers": {**before.get("mcpServers", {}), "loopsy": ENTRY}}
    after = parse(without_member(added, PATH))
    servers = {name: value for name, value in before.get("mcpServers", {}).items() if name != "loopsy"}
    assert after == {**before, "mcpServers": servers}
    assert without_member(text, ("missing", "loopsy")) == text


@pytest.mark.parametrize("text", ["{", "[]", '{"a" 1}', '{"mcpServers": []}', '{"mcpServers": "x"}', "{} {}", "1"])
def test_what_is_damaged_is_not_touched(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        with_member(text, PATH, ENTRY)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    before=st.dictionaries(st.sampled_from(["a", "b", "//", "/*", '",}']), _VALUES, max_size=3),
    servers=st.none() | st.dictionaries(st.sampled_from(["x", "loopsy", "}", ","]), _VALUES, max_size=3),
    indent=st.none() | st.integers(0, 4),
    comma=st.booleans(),
)
def test_any_settings_survive(before: Any, servers: Any, indent: int | None, comma: bool) -> None:
    content = before if servers is None else {**before, "mcpServers": servers}
    text = json.dumps(content, indent=indent)
    if comma and content:
        text = text[:-1].rstrip() + ", // last\n}"
    added = with_member(text, PATH, ENTRY)
    assert parse(added) == {**content, "mcpServers": {**(servers or {}), "loopsy": ENTRY}}
    rest = {name: value for name, value in (servers or {}).items() if name != "loopsy"}
    assert parse(without_member(added, PATH)) == {**content, "mcpServers": rest}
