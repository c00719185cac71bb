"""How functions become tools: typed answers with a schema, and failures that say what to do next."""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.mcp.questions import Unanswered

Function = Callable[..., Awaitable[Any]]


def tool(
    title: str, function: Function, *, reads: bool = False, destroys: bool = False, repeatable: bool = False
) -> Tool:
    """Make a tool of a function whose name is the tool's and whose docstring describes it.

    It `reads` only; or `destroys` what nobody can bring back; and may be `repeatable` to no further effect. Its answer
    is a msgspec struct.
    """

    @functools.wraps(function)
    async def call(**arguments: Any) -> CallToolResult | InputRequiredResult:
        try:
            answer = await function(**arguments)
        except LoopsyError as error:
            raise ToolError(said(error)) from error
        except Unanswered as unanswered:
            return unanswered.request()
        return CallToolResult(
            content=[TextContent(text=msgspec.json.encode(answer).decode())],
            structured_content=msgspec.to_builtins(answer),
        )

    made = Tool.from_function(
        call,
        title=title,
        description=inspect.getdoc(function),
        annotations=ToolAnnotations(
            title=title,
            read_only_hint=reads,
            destructive_hint=destroys,
            idempotent_hint=reads or repeatable,
            open_world_hint=False,
        ),
        structured_output=False,
    )
    made.fn_metadata.output_schema = answer_schema(typing.get_type_hints(function)["return"])
    return made


def said(error: LoopsyError) -> str:
    """Return what went wrong and what to do next, in one text."""
    return f"{error.message} → {error.hint}" if error.hint else error.message


def answer_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a struct, with an object at its root."""
    schema = msgspec.json.schema(kind)
    definitions = schema["$defs"]
    for definition in definitions.values():
        definition["description"] = inspect.cleandoc(definition.get("description", ""))
    root = definitions.pop(kind.__name__)
    return {**root, "$defs": definitions} if definitions else root
