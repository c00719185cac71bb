"""The MCP server over HTTP with the tools, resources and prompts beside its own that the official suite asks for."""

import asyncio
import base64
import json
import sys
from contextlib import suppress
from typing import Any, Final

from mcp.server.mcpserver import Context, MCPServer, UserMessage
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    AudioContent,
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    EmbeddedResource,
    ImageContent,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)

from loopsy_daemon.mcp.server import make_server
from loopsy_daemon.mcp.serving import serve_http
from loopsy_daemon.mcp.telling import tell
from loopsy_daemon.paths import Paths

PNG: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV: Final = base64.b64encode(b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\0\0\0\0").decode()
OPTIONS: Final = ["option1", "option2", "option3"]
TITLED: Final = [{"const": f"value{number}", "title": f"Choice {number}"} for number in (1, 2, 3)]
FORMS: Final[dict[str, dict[str, Any]]] = {
    "test_elicitation_sep1034_defaults": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
    "test_elicitation_sep1330_enums": {
        "untitledSingle": {"type": "string", "enum": OPTIONS},
        "titledSingle": {"type": "string", "oneOf": TITLED},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": OPTIONS}},
        "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
    },
}
IMAGE: Final = ImageContent(data=PNG, mime_type="image/png")


def resource(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


def add_tools(server: MCPServer[Any]) -> None:
    mixed = resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    contents: dict[str, list[Any]] = {
        "test_simple_text": [TextContent(text="This is a simple text response for testing.")],
        "test_image_content": [IMAGE],
        "test_audio_content": [AudioContent(data=WAV, mime_type="audio/wav")],
        "test_embedded_resource": [
            resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")
        ],
        "test_multiple_content_types": [TextContent(text="Multiple content types test:"), IMAGE, mixed],
    }

    def returning(content: list[Any]) -> Any:
        async def answer() -> CallToolResult:
            return CallToolResult(content=content)

        return answer

    for name, content in contents.items():
        server.add_tool(returning(content), name=name, description="Answers.", structured_output=False)

    @server.tool(description="Fails.")
    async def test_error_handling() -> str:
        raise ToolError("This tool intentionally returns an error for testing")

    @server.tool(description="Tells how far it is.")
    async def test_tool_with_progress(context: Context[Any, Any]) -> str:
        for done in (0, 50, 100):
            await context.report_progress(done, 100)
            await asyncio.sleep(0.05)
        return "done"


def add_tools_that_turn_to_the_client(server: MCPServer[Any]) -> None:
    @server.tool(description="Writes to the client's log.")
    async def test_tool_with_logging(context: Context[Any, Any]) -> str:
        for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await tell(context, "info", "daemon", line)
            await asyncio.sleep(0.05)
        return "done"

    @server.tool(description="Asks the client's model.")
    async def test_sampling(prompt: str, context: Context[Any, Any]) -> str:
        message = SamplingMessage(role="user", content=TextContent(text=prompt))
        request = CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))
        related = ServerMessageMetadata(related_request_id=context.request_id)
        answer = await context.session.send_request(request, CreateMessageResult, metadata=related)
        assert isinstance(answer.content, TextContent)
        return f"LLM response: {answer.content.text}"

    async def fill_in(context: Context[Any, Any], message: str, fields: dict[str, Any]) -> str:
        form = {"type": "object", "properties": fields, "required": list(fields)}
        answer = await context.session.elicit_form(message, form, related_request_id=context.request_id)
        return f"action={answer.action}, content={answer.content}"

    @server.tool(description="Asks the person.")
    async def test_elicitation(message: str, context: Context[Any, Any]) -> str:
        fields = {name: {"type": "string", "description": name} for name in ("username", "email")}
        return f"User response: {await fill_in(context, message, fields)}"

    def asking(fields: dict[str, Any]) -> Any:
        async def ask(context: Context[Any, Any]) -> str:
            return f"Elicitation completed: {await fill_in(context, 'Please fill this in.', fields)}"

        return ask

    for name, fields in FORMS.items():
        server.add_tool(asking(fields), name=name, description="Asks the person.")


def add_resources(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text", mime_type="text/plain")
    def text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://watched-resource", mime_type="text/plain")
    def watched() -> str:
        return "This is the content of the resource that is watched."

    @server.resource("test://static-binary", mime_type="image/png")
    def binary() -> bytes:
        return base64.b64decode(PNG)

    @server.resource("test://template/{id}/data", mime_type="application/json")
    def template(id: str) -> str:  # noqa: A002 - the suite's name
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def add_prompts(server: MCPServer[Any]) -> None:
    @server.prompt(description="Simple.")
    def test_simple_prompt() -> str:
        return "This is a simple prompt for testing."

    @server.prompt(description="With arguments.")
    def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt(description="With a resource.")
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite's name
        embedded = resource(resourceUri, "text/plain", "Embedded resource content for testing.")
        return [UserMessage(embedded), UserMessage("Please process the embedded resource above.")]

    @server.prompt(description="With an image.")
    def test_prompt_with_image() -> list[UserMessage]:
        return [UserMessage(IMAGE), UserMessage("Please analyze the image above.")]


def make_suite_server(*arguments: Any, **named: Any) -> MCPServer[Any]:
    server = make_server(*arguments, **named)
    for add in (add_tools, add_tools_that_turn_to_the_client, add_resources, add_prompts):
        add(server)
    return server


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve_http(Paths.from_environment(), int(sys.argv[1]), make_suite_server))
