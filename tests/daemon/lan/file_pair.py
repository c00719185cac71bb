"""Two paired machines and a directory on each: one sends files to the other, and fetches them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from loopsy_daemon.config import TransferConfig
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.lan.remote_files import RemoteFiles
from tests.daemon.lan.rig import Home, paired
from tests.support.proxy import Proxy, proxy_to

CONTENT = bytes(range(256)) * 12_345  # 3 MB, and no whole number of batches


@dataclass(slots=True)
class FilePair:
    """The files of a machine, which may use `there`, as another one reaches them, which has them `here`."""

    remote: Remote
    machine: Machine
    laptop: Home
    here: Path
    there: Path

    @property
    def laptop_id(self) -> str:
        return self.machine.peers.all()[0].node_id

    @property
    def files(self) -> RemoteFiles:
        return RemoteFiles(self.remote, self.machine.identity.node_id)

    @asynccontextmanager
    async def through_a_proxy(self) -> AsyncIterator[tuple[RemoteFiles, Proxy]]:
        """Give the same files behind a proxy."""
        node_id = self.machine.identity.node_id
        peer = self.laptop.peers.get(node_id)
        assert peer
        async with proxy_to(f"http://127.0.0.1:{self.machine.port}") as proxy:
            address = urlsplit(proxy.url).netloc
            async with Remote(peer.name, peer.certificate, [address], self.laptop.keys.get(node_id)) as remote:
                yield RemoteFiles(remote, node_id), proxy


@asynccontextmanager
async def file_pair(directory: Path, max_bytes: int = 1 << 50) -> AsyncIterator[FilePair]:
    here, there = directory / "here", directory / "there"
    here.mkdir()
    there.mkdir()
    rules = TransferConfig(allow=[str(there)], max_bytes=max_bytes)
    async with paired(directory, transfer=rules) as (machine, laptop), laptop.remote(machine) as remote:
        yield FilePair(remote, machine, laptop, here, there)


def written(path: Path, data: bytes = CONTENT, mode: int = 0o640, modified_at: float = 1_700_000_000.5) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    os.utime(path, (modified_at, modified_at))
    return path


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())
