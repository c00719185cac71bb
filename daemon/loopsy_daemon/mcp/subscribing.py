"""The requests of a client about what it wants to hear: a log level, resources that it watches."""

from typing import Any, Final

from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SetLevelRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from loopsy_daemon.mcp.audience import audience_of
from loopsy_daemon.mcp.newsroom import Newsroom

SET_LEVEL: Final = "logging/setLevel"
SUBSCRIBE: Final = "resources/subscribe"
UNSUBSCRIBE: Final = "resources/unsubscribe"
LISTEN: Final = "subscriptions/listen"
Request = ServerRequestContext[Any, Any]


def add_subscribing(server: MCPServer[Any], newsroom: Newsroom) -> None:
    """Answer them: the first three are of versions up to 2025-11-25, the last one is of 2026-07-28."""
    stream = ListenHandler(newsroom)

    async def set_level(request: Request, params: SetLevelRequestParams) -> EmptyResult:
        await audience_of(request.session, newsroom).hear_log(params.level)
        return EmptyResult()

    async def subscribe(request: Request, params: SubscribeRequestParams) -> EmptyResult:
        resource = str(params.uri)
        if resource not in {str(offered.uri) for offered in await server.list_resources()}:
            raise MCPError(INVALID_PARAMS, f"{resource} cannot be watched: it is none of the listed resources.")
        await audience_of(request.session, newsroom).watch(resource)
        return EmptyResult()

    async def unsubscribe(request: Request, params: UnsubscribeRequestParams) -> EmptyResult:
        audience_of(request.session, newsroom).unwatch(str(params.uri))
        return EmptyResult()

    async def listen(request: Request, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        end = newsroom.listen(lambda _news: None)
        try:
            await newsroom.looked()  # so that nothing is missed once the client has been told that it is heard
            return await stream(request, params)
        finally:
            end()

    handlers = server._lowlevel_server  # noqa: SLF001 - the SDK gives no other way to answer these
    handlers.add_request_handler(SET_LEVEL, SetLevelRequestParams, set_level)
    handlers.add_request_handler(SUBSCRIBE, SubscribeRequestParams, subscribe)
    handlers.add_request_handler(UNSUBSCRIBE, UnsubscribeRequestParams, unsubscribe)
    handlers.add_request_handler(LISTEN, SubscriptionsListenRequestParams, listen)
