"""What the status tells of the free plan: asked of the stand-in, which refuses fields that Cloudflare has not."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.support.cloudflare.analytics import AnalyticsRow
from tests.support.deployer import Deployer

NAME = "loopsy-relay"
PERIODIC = "durableObjectsPeriodicGroups"


def measure(deployer: Deployer) -> None:
    """Let the account have been used today, and much more yesterday."""
    account = deployer.cloud.account
    (namespace,) = account.scripts[NAME].namespaces.values()
    today = datetime.now(UTC).date().isoformat()
    for day, factor in ((today, 1), ("2020-01-01", 1_000)):
        for script, number in ((NAME, 1_200), ("another", 300)):
            own = namespace.id if script == NAME else "another"
            objects = {"inboundWebsocketMsgCount": 400 * factor, "duration": 6.5 * factor, "rowsRead": 50 * factor}
            for dataset, values in (
                ("workersInvocationsAdaptive", {"scriptName": script, "requests": number * factor}),
                ("durableObjectsInvocationsAdaptiveGroups", {"namespaceId": own, "requests": 100 * factor}),
                (PERIODIC, {"namespaceId": own, "rowsWritten": 7 * factor, **objects}),
                (PERIODIC, {"namespaceId": own, "activeWebsocketConnections": 3 if script == NAME else 99}),
                ("durableObjectsSqlStorageGroups", {"namespaceId": own, "storedBytes": 2_000_000 * factor}),
            ):
                account.analytics.append(AnalyticsRow(dataset, {"date": day, **values}))


def register(deployer: Deployer, times: int) -> None:
    url = deployer.cloud.running(NAME)
    bearer = {"authorization": f"Bearer {deployer.secrets()['REGISTRATION_SECRET']}"}
    for _ in range(times):
        assert httpx.post(f"{url}/v1/devices", headers=bearer, trust_env=False).status_code == 201


def test_the_status_tells_todays_use_and_the_devices(deployer: Deployer) -> None:
    deployer.deploy()
    measure(deployer)
    register(deployer, 2)
    found = deployer("status", "--json").json
    assert (found["devices"], found["usage_problem"]) == (2, None)
    assert (found["usage"]["relay_requests"], found["usage"]["connections"]) == (1_200, 3)
    assert {entry["what"]: (entry["used"], entry["allowed"]) for entry in found["usage"]["allowances"]} == {
        "requests": (1_500, 100_000),
        "object requests": (200 + 800 / 20, 100_000),
        "object GB-s": (13, 13_000),
        "rows read": (100, 5_000_000),
        "rows written": (14, 100_000),
        "stored bytes": (4_000_000, 5_000_000_000),
    }
    shown = deployer("status").stdout
    assert "devices   2 registered, up to 3 connections of one at once today\n" in shown
    assert "requests                   1,500 of 100,000 (1.5%)\n" in shown


@pytest.mark.thorough
def test_without_the_permission_for_analytics_the_rest_is_there(deployer: Deployer) -> None:
    deployer.deploy()
    deployer.cloud.permissions.discard("Account Analytics")
    ended = deployer("status")
    assert "health    ok, version " in ended.stdout
    assert "devices   0 registered\n" in ended.stdout
    (line,) = (line for line in ended.stdout.splitlines() if line.startswith("today"))
    assert line.startswith("today     not known: The API token may not read the account's analytics. (give it Account")
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ zones { a } }", 'unknown field "zones"'),
        ('{ viewer { accounts(filter: {accountTag: "x"}) { a } } }', "not authorized for that account"),
        ("{ viewer { accounts { PERIODIC(LIMITED) { sum { duration } } } } }", "accounts needs a filter"),
        ("{ viewer { OURS { PERIODIC { sum { duration } } } } }", "limit must be positive"),
        ("{ viewer { OURS { PERIODIC(limit: 9) { sum { duration } } } } }", "needs a filter of the time"),
        ("{ viewer { OURS { PERIODIC(LIMITED) { sum { megabytes } } } } }", 'unknown field "megabytes"'),
        ("{ viewer { OURS { PERIODIC(LIMITED) { sum } } } }", "object field must have selections"),
        ("{ viewer { OURS { PERIODIC(LIMITED) { sum { duration { x } } } } } }", "scalar fields must have no"),
        ("{ viewer { OURS { everything(LIMITED) { sum { duration } } } } }", 'unknown field "everything"'),
        ("{ viewer { OURS { PERIODIC(LIMITED) { sum { duration } } } }", "Syntax Error: "),
        ("", "Syntax Error: "),
    ],
)
def test_the_stand_in_is_strict_about_queries(deployer: Deployer, query: str, message: str) -> None:
    cloud = deployer.cloud
    for word, text in (
        ("OURS", f'accounts(filter: {{accountTag: "{cloud.account_id}"}})'),
        ("PERIODIC", PERIODIC),
        ("LIMITED", 'limit: 9, filter: {date_geq: "2026-01-01"}'),
    ):
        query = query.replace(word, text)
    headers = {"authorization": f"Bearer {cloud.token}"}
    answer = httpx.post(f"{cloud.api_url}/graphql", headers=headers, json={"query": query}, trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert message in answer.json()["errors"][0]["message"]
