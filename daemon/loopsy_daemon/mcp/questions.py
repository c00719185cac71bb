"""Questions to the person at the client where a call would fail otherwise; who cannot be asked gets the failure."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from loopsy_daemon.errors import UsageError
from loopsy_daemon.lan.peers import Peer
from loopsy_daemon.mcp.telling import tell
from loopsy_daemon.service.machines import Machines

PATIENCE_SECONDS: Final = 300.0
_FIELD: Final = "answer"
_ID_CHARACTERS: Final = 8
Key = Literal["machine", "consent"]
"""A call asks each at most once."""
Answers = dict[str, object]


class Unanswered(Exception):
    """The call is to be made again with the answer: so clients of the version 2026-07-28 are asked."""

    def __init__(self, key: Key, form: ElicitRequestFormParams, answers: Answers) -> None:
        super().__init__(form.message)
        self._key = key
        self._form = form
        self._answers = answers

    def request(self) -> InputRequiredResult:
        """Return what the call answers instead; the SDK seals the state, so that it comes back as it was."""
        return InputRequiredResult(
            input_requests={self._key: ElicitRequest(params=self._form)},
            request_state=msgspec.json.encode(self._answers).decode(),
        )


async def meant_peer(context: Context[Any, Any], machines: Machines, name: str) -> Peer:
    """Return the peer that is called so; if none or several are, the one that the person chooses. Raises UsageError."""
    try:
        return machines.peers.find(name)
    except UsageError as error:
        peers = _labelled(machines.peers.all())
        if peers:
            question = f"{error.message} Which machine is meant?"
            field = {"type": "string", "title": "Machine", "enum": list(peers)}
            chosen = await _answer(context, "machine", question, field)
            if isinstance(chosen, str) and chosen in peers:
                return peers[chosen]
        raise


async def consent(context: Context[Any, Any], question: str, title: str) -> bool:
    """Say whether the person says yes; that nobody can be asked is no."""
    return await _answer(context, "consent", question, {"type": "boolean", "title": title, "default": False}) is True


async def _answer(context: Context[Any, Any], key: Key, question: str, field: dict[str, Any]) -> object:
    """Return what the person says, or None. Raises Unanswered."""
    capabilities = context.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    # A client that names no kind of question means forms.
    if elicitation is None or (elicitation.url and not elicitation.form):
        return None
    form = ElicitRequestFormParams(
        message=question, requested_schema={"type": "object", "properties": {_FIELD: field}, "required": [_FIELD]}
    )
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return _answered_before(context, key, form)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = await context.session.elicit_form(
                form.message, form.requested_schema, related_request_id=context.request_id
            )
    except (MCPError, ValidationError, TimeoutError) as error:
        await tell(context, "warning", "questions", f"The person could not be asked: {type(error).__name__}.")
        return None
    return _said(result)


def _answered_before(context: Context[Any, Any], key: Key, form: ElicitRequestFormParams) -> object:
    answers = msgspec.json.decode(context.request_state, type=Answers) if context.request_state else {}
    for asked, result in (context.input_responses or {}).items():
        if isinstance(result, ElicitResult):
            answers[asked] = _said(result)
    if key not in answers:
        raise Unanswered(key, form, answers)
    return answers[key]


def _said(result: ElicitResult) -> object:
    return (result.content or {}).get(_FIELD) if result.action == "accept" else None


def _labelled(peers: Sequence[Peer]) -> dict[str, Peer]:
    names = [peer.name for peer in peers]
    return {
        peer.name if names.count(peer.name) == 1 else f"{peer.name} ({peer.node_id[:_ID_CHARACTERS]}…)": peer
        for peer in peers
    }
