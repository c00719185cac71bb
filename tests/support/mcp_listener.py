"""What an MCP client has heard beside answers, and what its person says to questions."""

import asyncio
from collections.abc import Callable
from typing import Any

from mcp.client.context import ClientRequestContext
from mcp.client.session import IncomingMessage
from mcp_types import (
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    LoggingMessageNotificationParams,
    ResourceUpdatedNotification,
)

DEADLINE_SECONDS = 30.0


class Listener:
    """Remembers lines of the log, resources that changed and questions; `answers` are said one after the other."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.changed: list[str] = []
        self.questions: list[ElicitRequestFormParams] = []
        self.answers: list[ElicitResult] = []
        self._has_heard = asyncio.Condition()

    @property
    def callbacks(self) -> dict[str, Any]:
        """What a client session is made with."""
        return {"logging_callback": self._log, "message_handler": self._message, "elicitation_callback": self._asked}

    def says(self, **answer: bool | str) -> None:
        """Accept the next question with this answer."""
        self.answers.append(ElicitResult(action="accept", content=dict(answer)))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(DEADLINE_SECONDS), self._has_heard:
            await self._has_heard.wait_for(is_so)

    async def _log(self, params: LoggingMessageNotificationParams) -> None:
        async with self._has_heard:
            self.lines.append((params.level, str(params.data)))
            self._has_heard.notify_all()

    async def _message(self, message: IncomingMessage) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            async with self._has_heard:
                self.changed.append(str(message.params.uri))
                self._has_heard.notify_all()

    async def _asked(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(params, ElicitRequestFormParams)
        self.questions.append(params)
        return self.answers.pop(0) if self.answers else ElicitResult(action="decline")
