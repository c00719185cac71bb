"""The route that makes a directory for files that are about to be sent."""

from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from loopsy_daemon.lan.admission import answer, permitted, read_body
from loopsy_daemon.lan.api import MAX_BODY_BYTES, decode
from loopsy_daemon.lan.application import Handler
from loopsy_daemon.lan.transfer_api import MadeDirectory, MakeDirectory
from loopsy_daemon.lan.transfer_flow import in_thread
from loopsy_daemon.transfer.errors import BadPath
from loopsy_daemon.transfer.names import is_name
from loopsy_daemon.transfer.new_directory import make_directory
from loopsy_daemon.transfer.rules import Rules


class Directories:
    """Makes directories for peers, within the rules."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Return what peers may ask."""
        return (("POST", "/v1/files/directory", self._make),)

    async def _make(self, request: Request) -> Response:
        permitted(request, "transfer")
        wanted = decode(await read_body(request, MAX_BODY_BYTES), MakeDirectory)
        request.state.file = wanted.path
        target = await in_thread(self._target, wanted.path, wanted.name)
        request.state.file = str(target)
        await in_thread(make_directory, target, wanted.mode)
        return answer(MadeDirectory(path=str(target)))

    def _target(self, path: str, name: str) -> Path:
        if not is_name(name):
            raise BadPath("That is not the name of a directory.", "Name it otherwise.")
        parent = self._rules.path(path, self._rules.home)
        return self._rules.path(str(parent / name), parent)
