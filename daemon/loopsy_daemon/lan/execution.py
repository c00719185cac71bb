"""The routes of executing: start a command and stream what it prints, cancel it."""

import asyncio
import logging
import secrets
from pathlib import PurePath
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loopsy_daemon.config import LanConfig
from loopsy_daemon.lan import api
from loopsy_daemon.lan.admission import answer, known, permitted, read_body
from loopsy_daemon.lan.denylist import denied_program
from loopsy_daemon.lan.errors import PeerRefused, ProgramDenied
from loopsy_daemon.lan.jobs import Job

_MAX_LOGGED_PROGRAM: Final = 64
_log = logging.getLogger(__name__)


class Executions:
    """The commands that peers run here now."""

    def __init__(self, config: LanConfig) -> None:
        self._deny = config.deny
        self._limit = config.jobs
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = 0

    async def execute(self, request: Request) -> Response:
        """`POST /v1/execute`. Raises PeerRefused, MalformedMessage."""
        peer = permitted(request, "execute")
        wanted = api.decode(await read_body(request, api.MAX_BODY_BYTES), api.Execute)
        request.state.program = PurePath(wanted.command[0]).name[:_MAX_LOGGED_PROGRAM]
        denied = await asyncio.to_thread(denied_program, wanted.command, self._deny)  # a long script takes its time
        if denied:
            raise ProgramDenied(denied)
        if len(self._jobs) + self._starting >= self._limit:
            raise PeerRefused("busy", f"{self._limit} commands of peers run there already.", "wait for one to end")
        self._starting += 1
        try:
            job = await Job.start(secrets.token_hex(8), peer.node_id, wanted.command, wanted.cwd)
        finally:
            self._starting -= 1
        request.state.job = job.id
        self._jobs[job.id] = job
        return _Execution(self, job, wanted.timeout_seconds)

    async def cancel(self, request: Request) -> Response:
        """`DELETE /v1/execute/{job}`: end a command of the asking peer. Raises PeerRefused."""
        job = self._jobs.get(request.path_params["job"])
        if job is None or job.peer != known(request).node_id:
            raise PeerRefused("not_found", "No such command runs there.")
        job.end("cancelled")
        return answer({})

    async def run(self, job: Job, emit: "_Lines", timeout_seconds: float) -> None:
        """Run a command to its end, or until this machine's daemon ends."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await emit(await job.run(emit, timeout_seconds))
        finally:
            self._tasks.discard(task)
            del self._jobs[job.id]

    async def close(self) -> None:
        """Kill what runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Lines:
    """Sends events as lines of JSON."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, event: api.ExecutionEvent) -> None:
        await self._send({"type": "http.response.body", "body": api.encode(event) + b"\n", "more_body": True})


class _Execution(Response):
    """The streamed answer; a peer that goes away ends its command."""

    def __init__(self, executions: Executions, job: Job, timeout_seconds: float) -> None:
        super().__init__(None, 200, {"cache-control": "no-store"}, "application/x-ndjson")
        del self.headers["content-length"]
        self._executions = executions
        self._job = job
        self._timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        lines = _Lines(send)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await lines(api.Started(job=self._job.id))
        running = asyncio.create_task(self._executions.run(self._job, lines, self._timeout_seconds))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({running, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            running.cancel()
            failure, _ = await asyncio.gather(running, leaving, return_exceptions=True)
        if isinstance(failure, Exception):
            _log.error("a peer's command failed: %r", failure)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
