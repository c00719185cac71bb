"""What the server offers, without anybody who asks for it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.mcp.excerpt import Excerpt
from loopsy_daemon.mcp.server import make_server
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.machines import Machines

PROMISED = {
    *("loopsy_list_peers", "loopsy_peer_status", "loopsy_execute"),
    *("loopsy_session_start", "loopsy_session_stop", "loopsy_session_list", "loopsy_session_remove"),
    *("loopsy_session_output", "loopsy_session_screen", "loopsy_session_input"),
    *("loopsy_transfer_file", "loopsy_list_remote_files"),
    *("loopsy_context_set", "loopsy_context_get", "loopsy_context_list", "loopsy_context_delete"),
    *("loopsy_broadcast_context", "loopsy_send_message", "loopsy_check_inbox", "loopsy_check_ack"),
    *("loopsy_ack_message", "loopsy_task_add", "loopsy_task_list", "loopsy_task_show", "loopsy_task_claim"),
    *("loopsy_task_heartbeat", "loopsy_task_done", "loopsy_task_fail", "loopsy_task_cancel"),
}


async def test_every_tool_that_was_promised_is_there_and_describes_itself(tmp_path: Path) -> None:
    server = make_server(Machines(Paths.of(tmp_path)))
    tools = {tool.name: tool for tool in await server.list_tools()}
    assert set(tools) == PROMISED
    for name, tool in tools.items():
        assert tool.description, name
        assert tool.annotations, name
        assert tool.output_schema, name
        assert tool.output_schema["type"] == "object", name
        assert not {"key", "token", "address"} & set(tool.input_schema["properties"]) - {"key"}, name
    reading = {name for name, tool in tools.items() if tool.annotations and tool.annotations.read_only_hint}
    assert {"loopsy_list_peers", "loopsy_session_output", "loopsy_context_get"} <= reading
    assert not {"loopsy_execute", "loopsy_session_input", "loopsy_transfer_file", "loopsy_task_claim"} & reading


@pytest.mark.parametrize("tool", ["loopsy_session_list", "loopsy_context_list", "loopsy_check_inbox"])
async def test_without_a_daemon_a_tool_says_what_to_do(tmp_path: Path, tool: str) -> None:
    server = make_server(Machines(Paths.of(tmp_path)))
    try:
        found = await server.call_tool(tool, {})
    except Exception as error:  # noqa: BLE001 - what a client gets as a tool's error
        said = str(error)
    else:
        said = str(found.structured_content)  # type: ignore[union-attr]  # no tool of ours asks back
    assert "The daemon is not running. → loopsy start" in said


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(2, 60))
def test_an_excerpt_keeps_both_ends_and_says_what_is_left_out(parts: list[bytes], max_bytes: int) -> None:
    excerpt = Excerpt(max_bytes)
    for part in parts:
        excerpt.add(part)
    whole = b"".join(parts)
    half = max_bytes // 2
    assert excerpt.size_bytes == len(whole)
    if len(whole) <= 2 * half:
        assert excerpt.data == whole
    else:
        assert excerpt.omitted_bytes == len(whole) - 2 * half
        assert excerpt.data.startswith(whole[:half])
        assert excerpt.data.endswith(whole[-half:])
        assert str(excerpt.omitted_bytes).encode() in excerpt.data
