"""What the stand-in does not accept: each mistake in an upload gets the status and the code that Cloudflare gives."""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.cloudflare import CloudStandIn, Fault, cloudflare_stand_in

NAME = "worker"
SOURCE = "export class Room {}; export class Hall {}; export default { fetch() { return new Response('ok'); } };"
ROOM = {"name": "ROOM", "type": "durable_object_namespace", "class_name": "Room"}
LIMIT = {"name": "LIMIT", "type": "ratelimit", "namespace_id": "1", "simple": {"limit": 5, "period": 60}}
FIRST = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Room"]}]}
NOISE = random.Random(1).randbytes(4_000_000).hex()  # too large even when compressed
ESM = "application/javascript+module"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudStandIn]:
    with cloudflare_stand_in(tmp_path_factory.mktemp("cloudflare")) as running:
        yield running


class Client:
    """The API as a client without wrangler sees it."""

    def __init__(self, cloud: CloudStandIn) -> None:
        self.workers = f"/accounts/{cloud.account_id}/workers"
        self.http = httpx.Client(
            base_url=cloud.api_url, headers={"authorization": f"Bearer {cloud.token}"}, trust_env=False
        )

    def put(self, source: str = SOURCE, *, version: bool = False, name: str = NAME, **metadata: Any) -> httpx.Response:
        """Upload a script, with changes to what is otherwise right; None leaves something out."""
        whole = {"main_module": "main.mjs", "compatibility_date": "2026-10-01", "bindings": [], **metadata}
        said = json.dumps({key: value for key, value in whole.items() if value is not None})
        files = {"metadata": (None, said, "application/json"), "main.mjs": ("main.mjs", source, ESM)}
        path = f"{self.workers}/scripts/{name}"
        return self.http.post(f"{path}/versions", files=files) if version else self.http.put(path, files=files)

    def get(self, path: str) -> Any:
        """Return what is at a path of the account's Workers."""
        return self.http.get(f"{self.workers}{path}").raise_for_status().json()["result"]


@pytest.fixture
def client(account: CloudStandIn) -> Iterator[Client]:
    account.reset()
    client = Client(account)
    with client.http:
        yield client


def refused(answer: httpx.Response) -> tuple[int, int, str]:
    body = answer.json()
    assert (body["success"], body["result"]) == (False, None)
    return answer.status_code, body["errors"][0]["code"], body["errors"][0]["message"]


UPLOADS: list[tuple[dict[str, Any], int, int, str]] = [
    ({"compatibility_date": None, "bindings": [LIMIT]}, 400, 10021, "compatibility_date is missing"),
    ({"compatibility_date": "2099-01-01"}, 400, 10021, "in the future"),
    ({"compatibility_date": "soon"}, 400, 10021, "Invalid compatibility date"),
    ({"compatibility_flags": ["no_such_flag"]}, 400, 10021, "No such compatibility flag"),
    ({"main_module": "other.mjs"}, 400, 10021, "No such module"),
    ({"colour": "blue"}, 400, 10026, "unknown field in metadata: colour"),
    ({"bindings": [{"name": "KV", "type": "kv"}]}, 400, 10021, "unknown type kv"),
    ({"bindings": [LIMIT, LIMIT]}, 400, 10021, "defined twice"),
    ({"bindings": [{**LIMIT, "simple": {"limit": 5, "period": 30}}]}, 400, 10021, "a period of 10 or 60"),
    ({"bindings": [{**LIMIT, "namespace_id": "mine"}]}, 400, 10021, "numeric namespace_id"),
    ({"bindings": [{"name": "not-a-name", "type": "plain_text", "text": ""}]}, 400, 10021, "no JavaScript identifier"),
    (
        {"bindings": [{"name": "S", "type": "secret_text", "text": "x" * 6_000}]},
        400,
        10054,
        "exceeds the limit of 5 KB",
    ),
    ({"bindings": [{"name": "S", "type": "inherit"}]}, 400, 10057, "inherit binding 'S' is invalid"),
    ({"bindings": [ROOM]}, 400, 10061, "not currently configured to implement Durable Objects"),
    ({"bindings": [{"name": "A", "type": "assets"}]}, 400, 10021, "Cannot bind assets"),
    ({"assets": {"jwt": "made.up.token"}}, 400, 100324, "asset upload token"),
    ({"migrations": {**FIRST, "old_tag": "v0"}}, 412, 10079, "got tag 'v0' when expected tag is ''"),
    ({"migrations": {"new_tag": "v1", "steps": [{"new_classes": ["Room"]}]}}, 400, 10097, "new_sqlite_classes"),
    ({"migrations": {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Attic"]}]}}, 400, 10070, "not exported"),
    ({"migrations": {"new_tag": "v1", "steps": [{"deleted_classes": ["Room"]}]}}, 400, 10074, "non-existent class"),
    ({"migrations": {"new_tag": "v1", "steps": [{"new_rooms": ["Room"]}]}}, 400, 10026, "unknown migration"),
    ({"source": "export default {"}, 400, 10021, "SyntaxError"),
    ({"source": "import './missing.mjs'; export default {}"}, 400, 10021, "No such module"),
    ({"source": "throw new Error('at start');"}, 400, 10021, "Uncaught Error: at start"),
    ({"source": "export const nothing = 1;"}, 400, 10068, "no registered event handlers"),
    (
        {"source": f"export default {{}}; // {random.Random(1).randbytes(4_000_000).hex()}"},
        413,
        10027,
        "size limit of 3",
    ),
    ({"bindings": [{"type": "plain_text", "text": ""}]}, 400, 10052, "must have a name"),
    ({"name": "Not_A_Name"}, 400, 10016, "invalid_script_name"),
]


@pytest.mark.parametrize(("upload", "status", "code", "words"), UPLOADS, ids=[str(row[3]) for row in UPLOADS])
def test_an_upload_with_a_mistake(
    account: CloudStandIn, client: Client, upload: dict[str, Any], status: int, code: int, words: str
) -> None:
    found = refused(client.put(**upload))
    assert found[:2] == (status, code), found
    assert words in found[2]
    assert account.scripts == [], "a refused upload leaves nothing"


def test_migrations_after_the_first(account: CloudStandIn, client: Client) -> None:
    assert client.put(bindings=[ROOM], migrations=FIRST).status_code == 200
    assert client.get(f"/services/{NAME}")["default_environment"]["script"]["migration_tag"] == "v1"
    assert client.put(bindings=[ROOM]).status_code == 200, "what has been applied is not said again"
    assert refused(client.put(bindings=[ROOM], migrations=FIRST))[:2] == (412, 10079)
    again = {"old_tag": "v1", "new_tag": "v2", "steps": [{"new_sqlite_classes": ["Room"]}]}
    assert refused(client.put(bindings=[ROOM], migrations=again))[:2] == (400, 10074)
    forgetful = "export default { fetch() {} };"
    assert refused(client.put(forgetful))[:2] == (400, 10064)
    more = {"old_tag": "v1", "new_tag": "v2", "steps": [{"new_sqlite_classes": ["Hall"]}]}
    assert refused(client.put(bindings=[ROOM], migrations=more, version=True))[:2] == (400, 10211)
    assert account.script(NAME).migration_tag == "v1"
    assert client.put(bindings=[ROOM], migrations=more).status_code == 200
    assert sorted(account.script(NAME).namespaces) == ["Hall", "Room"]
    # A version from before a migration cannot come back.
    first = account.script(NAME).versions[0].id
    versions = [{"version_id": first, "percentage": 100}]
    path = f"{client.workers}/scripts/{NAME}/deployments"
    answer = client.http.post(path, json={"strategy": "percentage", "versions": versions})
    assert refused(answer)[:2] == (400, 10210)


def test_secrets_are_kept_and_never_shown(account: CloudStandIn, client: Client) -> None:
    secret = {"name": "KEY", "type": "secret_text", "text": "do-not-show-this"}
    plain = {"name": "WORD", "type": "plain_text", "text": "shown"}
    assert client.put(bindings=[secret, plain]).status_code == 200
    assert client.put(keep_bindings=["secret_text"]).status_code == 200
    assert list(account.script(NAME).bindings) == ["KEY"]
    assert account.script(NAME).secrets == {"KEY": "do-not-show-this"}
    inherited = {"name": "KEY", "type": "inherit"}
    assert client.put(bindings=[inherited]).status_code == 200
    assert account.script(NAME).secrets == {"KEY": "do-not-show-this"}
    assert client.put().status_code == 200
    assert account.script(NAME).secrets == {}, "without a word about it, a binding is gone"
    for path in ("settings", "versions", f"versions/{account.script(NAME).versions[0].id}", "secrets", "bindings"):
        assert "do-not-show-this" not in json.dumps(client.get(f"/scripts/{NAME}/{path}"))
    assert not any("do-not-show-this" in str(asked) for asked in account.requests)
    everything = account.directory.rglob("*")
    assert not any(b"do-not-show-this" in path.read_bytes() for path in everything if path.is_file())


def test_assets_arrive_whole_or_not_at_all(client: Client) -> None:
    content, file_hash = b"<h1>hello</h1>", "0123456789abcdef" * 2
    path = f"{client.workers}/scripts/{NAME}/assets-upload-session"
    bad = client.http.post(path, json={"manifest": {"page.html": {"hash": file_hash, "size": 1}}})
    assert refused(bad)[:2] == (400, 10026)
    session = client.http.post(path, json={"manifest": {"/page.html": {"hash": file_hash, "size": len(content)}}})
    assert session.status_code == 201
    opened = session.json()["result"]
    assert opened["buckets"] == [[file_hash]]
    assert refused(client.put(assets={"jwt": opened["jwt"]}))[:2] == (400, 100324), "nothing has been uploaded"

    def upload(body: bytes, token: str) -> httpx.Response:
        return client.http.post(
            f"{client.workers}/assets/upload?base64=true",
            headers={"authorization": f"Bearer {token}"},
            files={file_hash: (file_hash, base64.b64encode(body), "text/html")},
        )

    assert refused(upload(content, "made.up.token"))[:2] == (403, 10000)
    assert refused(upload(content + b"!", opened["jwt"]))[:2] == (400, 10026)
    done = upload(content, opened["jwt"])
    assert done.status_code == 201
    token = done.json()["result"]["jwt"]
    assert refused(client.put(assets={"jwt": token}, name="another"))[:2] == (400, 100324)
    assert client.put(assets={"jwt": token}).status_code == 200


def test_the_content_comes_back_as_it_was_uploaded(client: Client) -> None:
    assert client.put().status_code == 200
    answer = client.http.get(f"{client.workers}/scripts/{NAME}/content/v2")
    assert answer.headers["cf-entrypoint"] == "main.mjs"
    assert SOURCE.encode() in answer.content


def test_tokens_and_addresses(account: CloudStandIn, client: Client) -> None:
    def asked(path: str, **headers: str) -> tuple[int, int]:
        return refused(httpx.get(account.api_url + path, headers=headers, trust_env=False))[:2]

    assert asked("/user") == (400, 9106)
    assert asked("/user", authorization="Bearer no-token") == (400, 6003)
    wrong = f"Bearer {'x' * 40}"
    assert asked("/user/tokens/verify", authorization=wrong) == (401, 1000)
    assert asked(f"{client.workers}/scripts", authorization=wrong) == (403, 10000)
    mine = f"Bearer {account.token}"
    assert asked(f"/accounts/{'b' * 32}/workers/scripts", authorization=mine) == (403, 10000)
    assert asked("/nothing/here", authorization=mine) == (404, 7003)
    assert asked(f"{client.workers}/scripts/nobody/settings", authorization=mine) == (404, 10007)
    assert asked(f"{client.workers}/services/nobody", authorization=mine) == (404, 10090)
    account.permissions.discard("User Details")
    assert asked("/user", authorization=mine) == (403, 9109)
    account.permissions.discard("Workers Scripts")
    assert asked(f"{client.workers}/scripts", authorization=mine) == (403, 10000)


def test_a_domain_that_has_records_of_its_own(account: CloudStandIn, client: Client) -> None:
    assert client.put().status_code == 200
    account.add_zone("example.org")
    account.add_dns_record("relay.example.org")
    path, origins = f"{client.workers}/scripts/{NAME}/domains", [{"hostname": "relay.example.org"}]
    changes = client.http.post(f"{path}/changeset?replace_state=true", json=origins).json()["result"]
    assert [record["hostname"] for record in changes["conflicting"]] == ["relay.example.org"]
    assert refused(client.http.put(f"{path}/records", json={"origins": origins}))[:2] == (409, 100117)
    allowed = {"origins": origins, "override_existing_dns_record": True}
    assert client.http.put(f"{path}/records", json=allowed).status_code == 200
    assert [record["hostname"] for record in client.get("/domains?service=worker")] == ["relay.example.org"]


def test_faults_count_down(account: CloudStandIn, client: Client) -> None:
    account.faults.append(Fault("*", r"/workers/scripts$", "busy", times=2))
    path = f"{client.workers}/scripts"
    answers = [client.http.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "1"
    account.faults.append(Fault("GET", r"/workers/scripts$", "cut"))
    with pytest.raises(httpx.RemoteProtocolError):
        client.http.get(path)
    assert client.http.get(path).status_code == 200
