from dataclasses import replace

import pytest

from loopsy_daemon.errors import UsageError
from loopsy_deploy.errors import AccountProblem, DeployError, DomainProblem
from loopsy_deploy.plan import plan
from loopsy_deploy.wanted import SECRET_NAMES, Observed, Wanted, check_domain, check_name, variables

HASH = "a" * 64
VARIABLES = variables(HASH, "2.0.0", open_registration=False, allowed_origins="")
WANTED = Wanted("relay", "0" * 32, None, "2.0.0", HASH, VARIABLES)
NOTHING = Observed(exists=False, subdomain="ada")
AS_WANTED = Observed(
    exists=True, subdomain="ada", variables=VARIABLES, secret_names=frozenset(SECRET_NAMES), workers_dev=True
)


def kinds(wanted: Wanted, observed: Observed) -> list[str]:
    return [step.kind for step in plan(wanted, observed).steps]


def reasons(wanted: Wanted, observed: Observed) -> tuple[str, ...]:
    (step,) = plan(wanted, observed).steps
    return step.reasons


def test_what_is_as_wanted_needs_no_step() -> None:
    assert plan(WANTED, AS_WANTED).is_empty


def test_a_new_relay_gets_its_secrets_before_it_is_uploaded_with_them() -> None:
    secrets, upload = plan(WANTED, NOTHING).steps
    assert (secrets.kind, upload.kind) == ("secrets", "upload")
    assert upload.secret_names == SECRET_NAMES
    assert upload.reasons == ("it does not exist yet",)


def test_a_domain_is_led_to_the_relay_last() -> None:
    wanted = replace(WANTED, domain="relay.example.org")
    assert kinds(wanted, NOTHING) == ["secrets", "upload", "domain"]
    assert kinds(wanted, AS_WANTED) == ["domain"]
    assert kinds(wanted, replace(AS_WANTED, domains=frozenset({"relay.example.org"}))) == []


def test_another_domain_of_the_relay_is_left_alone() -> None:
    assert kinds(WANTED, replace(AS_WANTED, domains=frozenset({"old.example.org"}))) == []


def test_a_changed_bundle_is_one_reason_with_both_hashes() -> None:
    changed = variables("b" * 64, "2.0.0", open_registration=False, allowed_origins="")
    (reason,) = reasons(WANTED, replace(AS_WANTED, variables=changed))
    assert reason == f"its bundle changes from {'b' * 12} to {'a' * 12}"


def test_a_changed_setting_is_named_with_both_values() -> None:
    opened = variables(HASH, "2.0.0", open_registration=True, allowed_origins="")
    assert reasons(replace(WANTED, variables=opened), AS_WANTED) == (
        "OPEN_REGISTRATION changes from `false` to `true`",
    )


def test_a_variable_that_nobody_wants_goes() -> None:
    observed = replace(AS_WANTED, variables={**VARIABLES, "DEBUG": "1"})
    assert reasons(WANTED, observed) == ("DEBUG changes from `1` to nothing",)


def test_only_the_secrets_that_are_missing_are_uploaded() -> None:
    observed = replace(AS_WANTED, secret_names=frozenset(SECRET_NAMES) - {"REGISTRATION_SECRET"})
    secrets, upload = plan(WANTED, observed).steps
    assert secrets.secret_names == upload.secret_names == ("REGISTRATION_SECRET",)


def test_an_update_inherits_the_deployed_secrets() -> None:
    changed = variables("b" * 64, "2.0.0", open_registration=False, allowed_origins="")
    (upload,) = plan(WANTED, replace(AS_WANTED, variables=changed)).steps
    assert upload.secret_names == ()


def test_a_rotation_uploads_new_and_former_secrets() -> None:
    names = frozenset({"REGISTRATION_SECRET", "REGISTRATION_SECRET_PREVIOUS"})
    secrets, upload = plan(replace(WANTED, new_secrets=names), AS_WANTED).steps
    assert set(upload.secret_names) == names
    assert secrets.reasons == ("REGISTRATION_SECRET is rotated",)


def test_a_workers_dev_address_that_was_turned_off_comes_back() -> None:
    assert reasons(WANTED, replace(AS_WANTED, workers_dev=False)) == ("its workers.dev address is off",)


def test_a_worker_that_is_no_relay_is_never_overwritten() -> None:
    with pytest.raises(DeployError, match="is no Loopsy relay") as raised:
        plan(WANTED, replace(AS_WANTED, variables={}))
    assert raised.value.hint is not None


@pytest.mark.parametrize(
    "observed", [replace(NOTHING, zone_found=False), replace(NOTHING, domain_owner="shop")], ids=["zone", "owner"]
)
def test_a_domain_that_cannot_be_had_stops_everything(observed: Observed) -> None:
    with pytest.raises(DomainProblem):
        plan(replace(WANTED, domain="relay.example.org"), observed)


def test_an_account_without_a_subdomain_is_told_where_to_choose_one() -> None:
    with pytest.raises(AccountProblem) as raised:
        plan(WANTED, replace(NOTHING, subdomain=None))
    assert "https://dash.cloudflare.com/" in str(raised.value.hint)


@pytest.mark.parametrize("name", ["", "Relay", "-relay", "relay-", "re_lay", "a" * 64, "re lay", "relay\n"])
def test_a_name_that_no_worker_can_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


@pytest.mark.parametrize("domain", ["", "relay", "https://relay.example", "relay..example", "a b.example", "x.1"])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(UsageError):
        check_domain(domain)


def test_a_domain_has_one_spelling() -> None:
    assert check_domain("Relay.Example.ORG.") == "relay.example.org"
