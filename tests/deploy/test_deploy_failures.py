"""What a person reads when a deployment fails, and that the next run completes it."""

import pytest

from tests.support.cloudflare import Fault
from tests.support.cloudflare.faults import Kind
from tests.support.deployer import Deployer, Ended

NAME = "loopsy-relay"
FOR_EVER = 1_000


def complaint(ended: Ended) -> tuple[str, str]:
    """Return the sentence and the hint, which are the last two lines."""
    message, hint = ended.stderr.splitlines()[-2:]
    assert hint.startswith("hint: ")
    return message, hint.removeprefix("hint: ")


def completes(deployer: Deployer) -> None:
    """Deploy to the end, whatever happened before."""
    deployer.cloud.faults.clear()
    deployer.deploy()
    assert deployer.cloud.script(NAME).secrets.items() <= deployer.secrets().items()
    assert deployer.deploy("--json").json["changed"] is False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "kind", "message"),
    [
        ("GET", "/services/", "unauthorized", "Cloudflare does not accept the API token"),
        ("GET", "/workers/subdomain$", "forbidden", "The API token may not read the workers.dev subdomain."),
        ("POST", "assets-upload-session", "forbidden", f"The API token may not deploy {NAME}."),
        ("PUT", f"/scripts/{NAME}$", "conflict", f"Cloudflare did not deploy {NAME}: "),
        ("PUT", f"/scripts/{NAME}$", "broken", f"Cloudflare could not deploy {NAME}: "),
        ("POST", f"/scripts/{NAME}/subdomain$", "forbidden", f"The API token may not deploy {NAME}."),
    ],
)
@pytest.mark.thorough
def test_a_failure_is_a_sentence_and_a_hint_and_the_next_run_completes(
    deployer: Deployer, method: str, path: str, kind: Kind, message: str
) -> None:
    deployer.cloud.faults.append(Fault(method, path, kind, times=FOR_EVER))
    found, hint = complaint(deployer.deploy(status=1))
    assert message in found
    assert "https://" in hint or "--verbose" in hint
    completes(deployer)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["busy", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("broken", "cut"))]
)
def test_what_passes_by_itself_is_tried_again(deployer: Deployer, kind: Kind) -> None:
    deployer.cloud.faults.append(Fault("GET", "/services/", kind))
    deployer.cloud.faults.append(Fault("POST", "assets-upload-session", kind))
    deployer.cloud.faults.append(Fault("POST", "assets/upload", kind))  # that one wrangler itself tries again
    ended = deployer.deploy()
    assert "Trying again" in ended.stderr
    assert deployer.cloud.scripts == [NAME]


@pytest.mark.slow
def test_an_update_that_stopped_before_it_served_is_completed(deployer: Deployer) -> None:
    deployer.deploy()
    deployer.cloud.faults.append(Fault("POST", f"/scripts/{NAME}/deployments", "forbidden", times=FOR_EVER))
    message, _ = complaint(deployer.deploy("--open-registration", status=1))
    assert f"Done: nothing. Not done: update {NAME}." in message
    deployer.cloud.faults.clear()
    assert deployer.deploy("--open-registration", "--json").json["changed"] is True
    assert deployer.cloud.script(NAME).bindings["OPEN_REGISTRATION"]["text"] == "true"


@pytest.mark.slow
def test_a_domain_that_could_not_be_attached_is_attached_by_the_next_run(deployer: Deployer) -> None:
    deployer.cloud.add_zone("example.org")
    arguments = ("--domain", "relay.example.org", "--url", f"https://{NAME}.ada.workers.dev")
    deployer.cloud.faults.append(Fault("PUT", "/domains/records$", "forbidden", times=FOR_EVER))
    message, _ = complaint(deployer.deploy(*arguments, status=1))
    assert message.endswith(f"Not done: lead relay.example.org to {NAME}.")
    deployer.cloud.faults.clear()
    (step,) = deployer.deploy(*arguments, "--json").json["steps"]
    assert step["title"] == f"lead relay.example.org to {NAME}"
    assert list(deployer.cloud.script(NAME).domains) == ["relay.example.org"]


def test_a_domain_with_records_of_its_own_is_left_alone(deployer: Deployer) -> None:
    deployer.cloud.add_zone("example.org")
    deployer.cloud.account.taken_hostnames.add("www.example.org")
    message, _ = complaint(deployer.deploy("--domain", "www.example.org", status=1))
    assert "something else uses the domain" in message
    assert deployer.cloud.account.taken_hostnames == {"www.example.org"}
    assert deployer.cloud.script(NAME).domains == {}


def test_a_domain_needs_its_zone_on_the_account(deployer: Deployer) -> None:
    message, _ = complaint(deployer("preview", "--domain", "relay.example.org", status=1))
    assert message == "No zone on this account covers relay.example.org."


def test_nobody_elses_worker_is_overwritten_or_deleted(deployer: Deployer) -> None:
    deployer.deploy()
    script = deployer.cloud.script(NAME)
    theirs = [binding for binding in script.deployed.bindings if binding["name"] != "LOOPSY_BUNDLE_HASH"]
    object.__setattr__(script.deployed, "bindings", tuple(theirs))
    assert "is no Loopsy relay" in complaint(deployer.deploy(status=1))[0]
    assert "is no Loopsy relay" in complaint(deployer("destroy", "--yes", status=1))[0]


def test_a_login_is_asked_for_by_its_variable(deployer: Deployer) -> None:
    ended = deployer("--yes", status=1, environment={"CLOUDFLARE_API_TOKEN": ""})
    assert complaint(ended)[1].startswith("set CLOUDFLARE_API_TOKEN, or ")


def test_a_wrong_token_and_a_missing_permission_are_told_apart(deployer: Deployer) -> None:
    wrong = deployer("preview", status=1, environment={"CLOUDFLARE_API_TOKEN": "wrong"})
    assert complaint(wrong)[0].startswith("Cloudflare does not accept the API token")
    deployer.cloud.permissions.discard("Workers Scripts")
    message, hint = complaint(deployer("preview", status=1))
    assert message.startswith("The API token may not ")
    assert "Workers Scripts: Edit" in hint


def test_an_account_without_a_subdomain_is_told_where_to_choose_one(deployer: Deployer) -> None:
    deployer.cloud.subdomain = None
    assert "no workers.dev subdomain" in complaint(deployer("preview", status=1))[0]


def test_several_accounts_are_listed(deployer: Deployer) -> None:
    deployer.cloud.accounts["f" * 32] = "Team"
    ended = deployer("preview", status=1, environment={"CLOUDFLARE_ACCOUNT_ID": ""})
    message, hint = complaint(ended)
    assert message == "The login has several accounts."
    assert "(Team)" in hint
    chosen = deployer("preview", "--account", "Ada's account", "--json", environment={"CLOUDFLARE_ACCOUNT_ID": ""})
    assert chosen.json["account_id"] == deployer.cloud.account_id


def test_no_network_is_said_at_once_and_plainly(deployer: Deployer) -> None:
    ended = deployer("preview", status=1, environment={"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4"})
    message, hint = complaint(ended)
    assert message.startswith("Cloudflare cannot be reached")
    assert hint == "check the network, then run this again"
