"""Lines for the client's log from within a call: what the answer does not say, or says too late."""

from typing import Any

from mcp.server.connection import allowed_log_levels
from mcp.server.mcpserver import Context
from mcp_types import LoggingLevel, LoggingMessageNotification, LoggingMessageNotificationParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from loopsy_daemon.mcp.audience import chosen_level, is_severe, log_message
from loopsy_daemon.mcp.news import About, Line


async def tell(context: Context[Any, Any], level: LoggingLevel, about: About, text: str) -> None:
    """Send a line with this call, if the client has chosen this level or a less severe one."""
    request = context.request_context
    if request.protocol_version in MODERN_PROTOCOL_VERSIONS:  # there it is chosen with each call
        is_wanted = level in allowed_log_levels(request.protocol_version, request.meta)
    else:
        is_wanted = is_severe(level, chosen_level(request.session))
    if is_wanted:
        params = LoggingMessageNotificationParams.model_validate(log_message(Line(level, about, text)))
        notification = LoggingMessageNotification(params=params)
        await request.session.send_notification(notification, related_request_id=request.request_id)
