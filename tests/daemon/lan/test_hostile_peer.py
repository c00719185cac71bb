"""A machine that is paired and says what it likes: its answers do no harm here."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon.lan import identity
from loopsy_daemon.lan.errors import PeerError
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.lan.remote_files import RemoteFiles

PLAIN: dict[str, Any] = {"type": "file", "size_bytes": 3, "modified_at": 1.0, "mode": 0o644}
FACTS = {**PLAIN, "path": "/a", "version": "0" * 32}
DEADLINE_SECONDS = 20.0


@asynccontextmanager
async def files_of(directory: Path, answer: object) -> AsyncIterator[RemoteFiles]:
    """Give the files of a machine that answers everything with this."""
    hostile = identity.load_or_create(directory / "identity.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(hostile.path)
    body = json.dumps(answer).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with (
            Remote("hostile", hostile.certificate, [address], "key") as remote,
            asyncio.timeout(DEADLINE_SECONDS),
        ):
            yield RemoteFiles(remote, hostile.node_id)


@pytest.mark.parametrize(
    "said",
    [{"mode": -1}, {"mode": 1 << 80}, {"size_bytes": -1}, {"modified_at": 1e300}, {"modified_at": -1e300}],
    ids=str,
)
async def test_facts_that_no_file_has_are_not_believed(tmp_path: Path, said: dict[str, Any]) -> None:
    async with files_of(tmp_path, {**FACTS, **said}) as files:
        with pytest.raises(PeerError, match="does not understand"):
            await files.facts("a")


async def test_a_list_that_never_ends_is_not_read_for_ever(tmp_path: Path) -> None:
    page = {"path": "/a", "entries": [{**PLAIN, "name": "b"}], "next": "62"}
    async with files_of(tmp_path, page) as files:
        assert (await files.page("a")).next == "62"
        with pytest.raises(PeerError, match="does not understand"):
            await files.entries("a", 100)
