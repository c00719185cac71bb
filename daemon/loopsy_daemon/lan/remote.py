"""A peer as this machine reaches it: HTTPS with the pinned certificate, at the first address where it answers."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self

import httpx

from loopsy_daemon.lan import api
from loopsy_daemon.lan.addresses import parse_address
from loopsy_daemon.lan.errors import PeerError, PeerRefused, PeerUnreachable, WrongCertificate
from loopsy_daemon.lan.identity import as_pem
from loopsy_daemon.wire.errors import MalformedMessage

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 10.0
# Longer than a silent command's signs of life are apart.
SILENCE_SECONDS: Final = 35.0
MAX_LINE_BYTES: Final = 4 * 1_048_576


class Remote:
    """One peer; `name` is for messages, `key` is None while pairing. A context that closes the connection."""

    def __init__(self, name: str, certificate: bytes, addresses: Sequence[str], key: str | None) -> None:
        self.name = name
        self.address: str | None = None
        """The address that answered."""
        self._addresses = tuple(addresses)
        headers = {"Host": api.HOST}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._context = _pinned(certificate)
        self._client = httpx.AsyncClient(
            verify=self._context,
            headers=headers,
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
        return await self._ask("GET", "/v1/health", api.Health)

    async def forget(self) -> None:
        """Tell the peer that the pairing is over. Raises PeerError."""
        await self._ask("DELETE", "/v1/peer", dict[str, str])

    async def commit(self, commitment: bytes) -> api.Committed:
        """Begin a pairing. Raises PeerError."""
        return await self._ask("POST", "/v1/pair/commit", api.Committed, api.Commit(commitment=commitment))

    async def reveal(self, pairing: str, hello: bytes) -> None:
        """Say our hello. Raises PeerError."""
        await self._ask("POST", "/v1/pair/reveal", dict[str, str], api.Reveal(pairing=pairing, hello=hello))

    async def confirm(self, pairing: str, sealed: bytes, patience_seconds: float) -> bytes:
        """Say that the person here has confirmed, and wait for the other. Raises PeerError."""
        said = api.Confirm(pairing=pairing, sealed=sealed)
        return (await self._ask("POST", "/v1/pair/confirm", api.Confirmed, said, patience_seconds)).sealed

    async def withdraw(self, pairing: str) -> None:
        """Say that the person here does not want to. Raises PeerError."""
        await self._ask("POST", "/v1/pair/withdraw", dict[str, str], api.Withdraw(pairing=pairing))

    async def cancel(self, job: str) -> None:
        """End a command. Raises PeerError."""
        await self._ask("DELETE", f"/v1/execute/{job}", dict[str, str])

    async def execute(self, wanted: api.Execute) -> AsyncGenerator[api.ExecutionEvent, None]:
        """Run a command and yield what happens; the last is Ended. Raises PeerError."""
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        async with self._response("POST", "/v1/execute", api.encode(wanted), timeout) as response:
            line = bytearray()
            async for part in response.aiter_raw():
                *complete, rest = (line + part).split(b"\n")
                line = bytearray(rest)
                if len(line) > MAX_LINE_BYTES:
                    raise self._misunderstood()
                for text in complete:
                    event = self._event(bytes(text))
                    yield event
                    if isinstance(event, api.Ended):
                        return
        raise PeerUnreachable(f"{self.name} went away while the command ran; it is ended there.", "loopsy peers")

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[api.T],
        body: object = None,
        patience_seconds: float = ANSWER_SECONDS,
    ) -> api.T:
        data = None if body is None else api.encode(body)
        timeout = httpx.Timeout(patience_seconds, connect=CONNECT_SECONDS)
        async with self._response(method, path, data, timeout) as response:
            return self._decoded(await self._read(response), kind)

    @asynccontextmanager
    async def _response(
        self, method: str, path: str, data: bytes | None, patience: httpx.Timeout
    ) -> AsyncIterator[httpx.Response]:
        address = self.address or await self._find()
        host, port = parse_address(address)
        url = httpx.URL(scheme="https", host=host, port=port, path=path)
        request = self._client.build_request(method, url, content=data, timeout=patience)
        try:
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != httpx.codes.OK:
                    problem = self._decoded(await self._read(response), api.Problem)
                    raise PeerRefused(problem.code, f"{self.name}: {problem.message}", problem.hint)
                yield response
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise self._unreachable(error, address) from error

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

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > api.MAX_BODY_BYTES:
                raise self._misunderstood()
        return bytes(body)

    def _decoded(self, data: bytes, kind: type[api.T]) -> api.T:
        try:
            return api.decode(data, kind)
        except MalformedMessage as error:
            raise self._misunderstood() from error

    def _event(self, line: bytes) -> api.ExecutionEvent:
        try:
            return api.decode_event(line)
        except MalformedMessage as error:
            raise self._misunderstood() from error

    def _misunderstood(self) -> PeerError:
        return PeerError(f"{self.name} gave an answer that this version does not understand.", "update both machines")

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
