"""The floor of file transfer: a plain HTTPS server and client that copy a file, without checks of any kind."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

CHUNK_BYTES = 1_048_576


async def parts_of(path: Path) -> AsyncIterator[bytes]:
    """Yield the content of a file."""
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            yield data


async def put(request: Request) -> Response:
    """Write the body to a file."""
    with Path(request.query_params["path"]).open("wb") as file:
        async for data in request.stream():
            file.write(data)
    return Response(status_code=204)


async def get(request: Request) -> Response:
    """Send a file."""
    path = Path(request.query_params["path"])
    return StreamingResponse(parts_of(path), headers={"content-length": str(path.stat().st_size)})


def serve(port: int, certificate: str) -> None:
    """Serve until killed."""
    app = Starlette(routes=[Route("/", put, methods=["PUT"]), Route("/", get, methods=["GET"])])
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        ssl_keyfile=certificate,
        ssl_certfile=certificate,
    )


async def copy(method: str, port: int, certificate: str, here: Path, there: Path) -> None:
    """Send a file, or fetch one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(certificate)
    query = {"path": str(there)}
    async with httpx.AsyncClient(verify=context, base_url=f"https://127.0.0.1:{port}", timeout=60) as client:
        if method == "PUT":
            length = {"content-length": str(here.stat().st_size)}
            (await client.put("/", params=query, content=parts_of(here), headers=length)).raise_for_status()
            return
        async with client.stream("GET", "/", params=query) as response:
            response.raise_for_status()
            with here.open("wb") as file:
                async for data in response.aiter_raw():
                    file.write(data)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]), sys.argv[3])
    else:
        asyncio.run(copy(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5])))
