"""The dashboard's requests, as a browser and as others send them, without sockets."""

from pathlib import Path

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient, Response

from loopsy_daemon.dashboard.app_files import AppFile
from loopsy_daemon.dashboard.application import MAX_BODY_BYTES, Dashboard
from loopsy_daemon.dashboard.link import BrowserTransport, Client
from loopsy_daemon.dashboard.logins import Logins
from loopsy_daemon.dashboard.sources import Peers, Phones
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.paths import Paths

HOST = "127.0.0.1:19534"
ORIGIN = f"http://{HOST}"


class Source:
    """A daemon that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.revoked: list[str] = []

    async def peers(self) -> Peers:
        return Peers(peers=[], machines=[], listen="off", addresses=[])

    async def phones(self) -> Phones:
        raise RuntimeError("a defect with a secret in it")

    async def revoke(self, phone_id: str) -> None:
        self.revoked.append(phone_id)

    async def exchange(self, operation: str, question: bytes) -> bytes:
        self.asked.append((operation, question))
        if operation == "context.get":
            raise Refused("not_found", "There is no entry.", "loopsy context list")
        return b'{"entries":[]}'


class Rig:
    """One dashboard with a browser in front of it."""

    def __init__(self, paths: Paths) -> None:
        self.source = Source()
        self.logins = Logins(lambda: 0.0)
        self.active = 0
        app = {"/": AppFile(b"<!doctype html>", "text/html", changes=True), "/assets/a.js": AppFile(b"", "x/y", False)}
        dashboard = Dashboard(
            name="studio",
            app=app,
            logins=self.logins,
            sources=self.source,
            audit_log=paths.audit_log,
            new_client=no_client,
        )
        transport = ASGITransport(dashboard.behind_admission([HOST, "[::1]:19534", "localhost:19534"], self.note))
        self.client = AsyncClient(transport=transport, base_url=ORIGIN)

    def note(self) -> None:
        self.active += 1

    async def post(self, path: str, body: object, **headers: str) -> Response:
        return await self.client.post(path, content=msgspec.json.encode(body), headers={"origin": ORIGIN, **headers})

    async def key(self) -> str:
        answer = await self.post("/v1/login", {"token": self.logins.invite()})
        assert answer.json()["name"] == "studio"
        return str(answer.json()["key"])

    async def authorised(self) -> dict[str, str]:
        return {"authorization": f"Bearer {await self.key()}"}


def no_client(_transport: BrowserTransport) -> Client:
    raise AssertionError("no page was to be connected")


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(Paths.of(tmp_path))


async def test_the_page_comes_with_a_policy_that_lets_nobody_else_in(rig: Rig) -> None:
    page = await rig.client.get("/", headers={"sec-fetch-site": "cross-site"})  # a link may be anywhere
    assert page.status_code == 200
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-resource-policy"] == "same-origin"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in (await rig.client.get("/assets/a.js")).headers["cache-control"]
    assert "access-control-allow-origin" not in page.headers
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("path", ["/assets/b.js", "/../config.yaml", "/assets/../../config.yaml", "/v1/nothing"])
async def test_what_is_no_file_of_the_app_is_not_there(rig: Rig, path: str) -> None:
    assert (await rig.client.get(path)).status_code == 404


async def test_a_link_logs_in_once_and_its_answer_is_kept_nowhere(rig: Rig) -> None:
    token = rig.logins.invite()
    first, second = [await rig.post("/v1/login", {"token": token}) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 401)
    assert second.json()["code"] == "link_over"
    assert first.headers["cache-control"] == "no-store"
    assert "set-cookie" not in first.headers


ROUTES = [
    ("GET", "/v1/peers"),
    ("GET", "/v1/phones"),
    ("POST", "/v1/phones/revoke"),
    ("GET", "/v1/audit"),
    ("POST", "/v1/exchange/context.list"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nothing_is_told_and_nothing_done_without_a_key(rig: Rig, method: str, path: str) -> None:
    token = rig.logins.invite()
    for authorization in ("", "Bearer ", "Bearer wrong", f"Bearer {token}", f"Basic {await rig.key()}"):
        headers = {"origin": ORIGIN, "authorization": authorization}
        refused = await rig.client.request(method, path, headers=headers, content=b"{}")
        assert (refused.status_code, refused.json()["code"]) == (401, "logged_out")
    assert (rig.source.asked, rig.source.revoked) == ([], [])


FOREIGN = [
    ({"host": "rebound.test:19534"}, 421),
    ({"host": "127.0.0.1"}, 421),
    ({"host": "127.0.0.1:80"}, 421),
    ({"host": HOST.upper() + "."}, 421),
    ({"origin": "http://game.test"}, 403),
    ({"origin": "null"}, 403),
    ({"origin": "https://127.0.0.1:19534"}, 403),
    ({"origin": "http://127.0.0.1:8080"}, 403),
    ({"origin": "http://localhost:19534"}, 403),  # another name than the one that was called
]


@pytest.mark.parametrize(("headers", "status"), FOREIGN)
async def test_another_page_gets_nothing_even_with_a_key(rig: Rig, headers: dict[str, str], status: int) -> None:
    authorised = await rig.authorised()
    before = rig.active
    for method, path in [*ROUTES, ("POST", "/v1/login"), ("GET", "/"), ("OPTIONS", "/v1/peers")]:
        request = {"origin": ORIGIN, **authorised, **headers}
        refused = await rig.client.request(method, path, headers=request, content=b"{}")
        assert refused.status_code == status, (method, path)
        assert "access-control-allow-origin" not in refused.headers
    assert (rig.source.asked, rig.source.revoked, rig.active) == ([], [], before)


async def test_who_does_not_say_where_a_request_comes_from_changes_nothing(rig: Rig) -> None:
    authorised = await rig.authorised()
    refused = await rig.client.post("/v1/exchange/context.list", content=b"{}", headers=authorised)
    assert refused.status_code == 403
    for site in ("cross-site", "same-site", "none"):
        refused = await rig.client.get("/v1/peers", headers={**authorised, "sec-fetch-site": site})
        assert refused.status_code == 403
        assert (await rig.client.get("/assets/a.js", headers={"sec-fetch-site": site})).status_code == 403
    assert (await rig.client.get("/v1/peers", headers={**authorised, "sec-fetch-site": "same-origin"})).is_success
    assert rig.source.asked == []


async def test_the_exchange_is_asked_in_its_own_words(rig: Rig) -> None:
    authorised = await rig.authorised()
    answer = await rig.post("/v1/exchange/context.list", {"prefix": "a"}, **authorised)
    assert (answer.status_code, answer.json()) == (200, {"entries": []})
    refused = await rig.post("/v1/exchange/context.get", {"key": "a"}, **authorised)
    assert (refused.status_code, refused.json()["hint"]) == (404, "loopsy context list")
    asked = list(rig.source.asked)
    for operation in ("message.wait", "task.claim", "message.deliver", "context.broadcast", "nothing"):
        refused = await rig.post(f"/v1/exchange/{operation}", {}, **authorised)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert rig.source.asked == asked


async def test_what_is_malformed_or_too_large_is_refused(rig: Rig) -> None:
    authorised = await rig.authorised()
    malformed: list[object] = [{}, {"phone_id": 7}, {"phone_id": "x" * 129}, [], "text"]
    for body in malformed:
        assert (await rig.post("/v1/phones/revoke", body, **authorised)).status_code == 400
    deep = b'{"phone_id":' * 100_000
    headers = {"origin": ORIGIN, **authorised}
    assert (await rig.client.post("/v1/phones/revoke", content=deep[:500_000], headers=headers)).status_code == 400
    refused = await rig.client.post("/v1/exchange/context.list", content=b" " * (MAX_BODY_BYTES + 1), headers=headers)
    assert refused.status_code == 413
    assert rig.source.revoked == []
    assert (await rig.post("/v1/phones/revoke", {"phone_id": "p1"}, **authorised)).is_success
    assert rig.source.revoked == ["p1"]


async def test_a_defect_is_told_to_the_log_and_not_to_the_page(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    failed = await rig.client.get("/v1/phones", headers=await rig.authorised())
    assert (failed.status_code, failed.json()["code"]) == (500, "internal")
    assert "secret" not in failed.text
    assert "a defect with a secret in it" in caplog.text
