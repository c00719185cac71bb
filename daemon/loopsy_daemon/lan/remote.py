"""A peer as this machine reaches it: HTTPS with the pinned certificate, at the first address where it answers."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import urlencode

import h11

from loopsy_daemon.http_client import httpx
from loopsy_daemon.lan import api
from loopsy_daemon.lan.addresses import parse_address
from loopsy_daemon.lan.bulk import bulk
from loopsy_daemon.lan.errors import PeerError, PeerRefused, PeerUnreachable, WrongCertificate
from loopsy_daemon.lan.identity import as_pem
from loopsy_daemon.wire.errors import MalformedMessage

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 10.0
# Longer than a silent command's signs of life are apart.
SILENCE_SECONDS: Final = 35.0
MAX_LINE_BYTES: Final = 4 * 1_048_576
U = TypeVar("U")


class Remote:
    """One peer; `name` is for messages, `key` is None while pairing. A context that closes the connection."""

    def __init__(self, name: str, certificate: bytes, addresses: Sequence[str], key: str | None) -> None:
        self.name = name
        self.address: str | None = None
        """The address that answered."""
        self._addresses = tuple(addresses)
        self._headers = {"Host": api.HOST} | ({} if key is None else {"Authorization": f"Bearer {key}"})
        self._context = _pinned(certificate)
        self._client = httpx.AsyncClient(
            verify=self._context,
            headers=self._headers,
            trust_env=False,  # a proxy from the environment has no business between two machines of one network
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def health(self) -> api.Health:
        """Ask how the peer is. Raises PeerError."""
        return await self.ask("GET", "/v1/health", api.Health)

    async def forget(self) -> None:
        """Tell the peer that the pairing is over. Raises PeerError."""
        await self.ask("DELETE", "/v1/peer", dict[str, str])

    async def commit(self, commitment: bytes) -> api.Committed:
        """Begin a pairing. Raises PeerError."""
        return await self.ask("POST", "/v1/pair/commit", api.Committed, api.Commit(commitment=commitment))

    async def reveal(self, pairing: str, hello: bytes) -> None:
        """Say our hello. Raises PeerError."""
        await self.ask("POST", "/v1/pair/reveal", dict[str, str], api.Reveal(pairing=pairing, hello=hello))

    async def confirm(self, pairing: str, sealed: bytes, patience_seconds: float) -> bytes:
        """Say that the person here has confirmed, and wait for the other. Raises PeerError."""
        said = api.Confirm(pairing=pairing, sealed=sealed)
        return (await self.ask("POST", "/v1/pair/confirm", api.Confirmed, said, patience_seconds)).sealed

    async def withdraw(self, pairing: str) -> None:
        """Say that the person here does not want to. Raises PeerError."""
        await self.ask("POST", "/v1/pair/withdraw", dict[str, str], api.Withdraw(pairing=pairing))

    async def cancel(self, job: str) -> None:
        """End a command. Raises PeerError."""
        await self.ask("DELETE", f"/v1/execute/{job}", dict[str, str])

    async def execute(self, wanted: api.Execute) -> AsyncGenerator[api.ExecutionEvent, None]:
        """Run a command and yield what happens; the last is Ended. Raises PeerError."""
        async with aclosing(self.lines("POST", "/v1/execute", wanted)) as lines:
            async for line in lines:
                event = self.understood(api.decode_event, line)
                yield event
                if isinstance(event, api.Ended):
                    return
        raise PeerUnreachable(f"{self.name} went away while the command ran; it is ended there.", "loopsy peers")

    async def ask(
        self,
        method: str,
        path: str,
        kind: type[api.T],
        body: object = None,
        patience_seconds: float = ANSWER_SECONDS,
        *,
        query: Mapping[str, str] | None = None,
    ) -> api.T:
        """Send a request and return its answer as a value of this kind; `body` is sent as JSON. Raises PeerError."""
        data = None if body is None else api.encode(body)
        async with self.stream(method, path, content=data, query=query, patience_seconds=patience_seconds) as response:
            return self.understood(lambda answer: api.decode(answer, kind), await self.read(response.aiter_raw()))

    async def lines(
        self, method: str, path: str, body: object = None, patience_seconds: float = SILENCE_SECONDS
    ) -> AsyncGenerator[bytes, None]:
        """Send a request and yield the lines of its answer as they come; silence ends it. Raises PeerError."""
        data = None if body is None else api.encode(body)
        async with self.stream(method, path, content=data, patience_seconds=patience_seconds) as response:
            line = bytearray()
            async for part in response.aiter_raw():
                *complete, rest = (line + part).split(b"\n")
                line = bytearray(rest)
                if len(line) > MAX_LINE_BYTES:
                    raise self.misunderstood()
                for text in complete:
                    yield bytes(text)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        content: bytes | AsyncIterable[bytes] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        patience_seconds: float = SILENCE_SECONDS,
    ) -> AsyncIterator[httpx.Response]:
        """Send a request and give its answer, the body of which is read by the caller. Raises PeerError.

        The answer is awaited for `patience_seconds`, and so is each part of its body.
        """
        address = self.address or await self._find()
        host, port = parse_address(address)
        url = httpx.URL(scheme="https", host=host, port=port, path=path)
        patience = httpx.Timeout(patience_seconds, connect=CONNECT_SECONDS)
        request = self._client.build_request(
            method, url, params=query, headers=headers, content=content, timeout=patience
        )
        try:
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != httpx.codes.OK:
                    raise self._refusal(await self.read(response.aiter_raw()))
                yield response
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise self._unreachable(error, address) from error

    @asynccontextmanager
    async def bulk(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        content: AsyncIterable[bytes] | None = None,
        content_bytes: int = 0,
        patience_seconds: float = SILENCE_SECONDS,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send a request with a large body, or for a large answer, and give the answer's body as it comes.

        Nothing but content may raise OSError meanwhile. Raises PeerError, and what `content` raises.
        """
        address = self.address or await self._find()
        host, port = parse_address(address)
        headers = {**self._headers, "Content-Length": str(content_bytes), "Connection": "close"}
        request = h11.Request(method=method, target=f"{path}?{urlencode(query)}", headers=list(headers.items()))
        try:
            async with bulk(
                host,
                port,
                self._context,
                request=request,
                content=content,
                connect_seconds=CONNECT_SECONDS,
                patience_seconds=patience_seconds,
            ) as answer:
                if answer.status != httpx.codes.OK:
                    raise self._refusal(await self.read(answer.parts()))
                yield answer.parts()
        except OSError as error:
            raise self._unreachable(error, address) from error

    def understood(self, decode: Callable[[bytes], U], data: bytes) -> U:
        """Return what the peer said, decoded. Raises PeerError if it is not what this version knows."""
        try:
            return decode(data)
        except MalformedMessage as error:
            raise self.misunderstood() from error

    def _refusal(self, answer: bytes) -> PeerRefused:
        problem = self.understood(lambda data: api.decode(data, api.Problem), answer)
        return PeerRefused(problem.code, f"{self.name}: {problem.message}", problem.hint)

    def misunderstood(self) -> PeerError:
        """Return the error for an answer that breaks the rules."""
        return PeerError(f"{self.name} gave an answer that this version does not understand.", "update both machines")

    async def _find(self) -> str:
        """Return the address at which the peer answers first. Raises PeerUnreachable, or WrongCertificate."""
        failure: PeerError = PeerUnreachable(
            f"{self.name} has no address that is known.", f"loopsy peers add {self.name} ADDRESS"
        )
        tries = [asyncio.create_task(self._answers(address)) for address in self._addresses]
        try:
            for answered in asyncio.as_completed(tries):
                try:
                    self.address = await answered
                except PeerError as error:
                    failure = failure if isinstance(failure, WrongCertificate) else error
                else:
                    return self.address
        finally:
            for attempt in tries:
                attempt.cancel()
            await asyncio.gather(*tries, return_exceptions=True)
        raise failure

    async def _answers(self, address: str) -> str:
        host, port = parse_address(address)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host, port, ssl=self._context)
        except OSError as error:  # a timeout is one, and a wrong certificate
            raise self._unreachable(error, address) from error
        writer.transport.abort()
        return address

    async def read(self, parts: AsyncIterator[bytes]) -> bytes:
        """Return the body of an answer. Raises PeerError if it is too long."""
        body = bytearray()
        async for part in parts:
            body += part
            if len(body) > api.MAX_BODY_BYTES:
                raise self.misunderstood()
        return bytes(body)

    def _unreachable(self, error: BaseException, address: str) -> PeerError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return WrongCertificate(
                    f"Who answers at {address} is not {self.name}: its certificate is another one.",
                    f"if {self.name} was set up anew, pair it again: loopsy peers remove {self.name}; loopsy pair",
                )
            cause = cause.__cause__ or cause.__context__
        return PeerUnreachable(f"{self.name} does not answer.", "is it awake, and `loopsy lan status` there `lan`?")


async def certificate_at(address: str) -> bytes:
    """Return the certificate (DER) of whoever answers there; nothing is said to it. Raises PeerUnreachable."""
    host, port = parse_address(address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # who it is, is what the pairing finds out
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except OSError as error:
        raise PeerUnreachable(
            f"Nobody answers at {address}.", "on that machine: loopsy lan enable, then loopsy pair"
        ) from error
    try:
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    assert isinstance(certificate, bytes)  # a server always shows one
    return certificate


def _pinned(certificate: bytes) -> ssl.SSLContext:
    """Return a context that accepts this certificate alone, whatever the host is called."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.load_verify_locations(cadata=as_pem(certificate))
    return context
