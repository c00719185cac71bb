"""What the Pulumi program declares, seen by the SDK's mocks."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from loopsy_deploy import engine_driver
from loopsy_infra.automation import PROJECT
from loopsy_infra.relay_script import load_driver
from loopsy_infra.settings import HandSettings, RelaySettings, ScriptSettings, read_configuration
from tests.support.pulumi.mocks import declared
from tests.support.pulumi.state import is_secret, plain

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_cloudflare")
PROGRAM = Path(__file__).resolve().parents[2] / "infra"
SECRET = "a-secret-that-nobody-may-see"
SCRIPT = ScriptSettings("ab" * 32, {"LOOPSY_BUNDLE_HASH": "ab" * 32}, {"DEVICE_ID_KEY": SECRET})
ENTRY = f"{__name__}:DescribingDriver"


def relay(**changes: Any) -> RelaySettings:
    return RelaySettings(**{"name": "mine", "account_id": "c" * 32, "driver": ENTRY, **changes})


def program(settings: RelaySettings, script: ScriptSettings = SCRIPT) -> Callable[[], None]:
    def run() -> None:
        from loopsy_infra.stack import declare

        declare(settings, script)

    return run


class DescribingDriver:
    """Tells what the program by hand asked it for."""

    asked: tuple[HandSettings, bool] | None = None

    def describe(self, wanted: HandSettings, entry: str, *, preview: bool) -> tuple[RelaySettings, ScriptSettings]:
        DescribingDriver.asked = (wanted, preview)
        return relay(name=wanted.name, driver=entry), SCRIPT


def test_without_a_domain_there_is_only_the_script() -> None:
    found = declared(program(relay()))
    kinds = {name: args.typ for name, args in found.items()}
    assert kinds.pop("script") == "pulumi-python:dynamic/loopsy:RelayScript"
    assert set(kinds.values()) <= {"loopsy:index:RelayStack", "pulumi:pulumi:Stack"}


def test_secrets_are_marked_as_such_and_in_nothing_else() -> None:
    inputs = declared(program(relay()))["script"].inputs
    assert is_secret(inputs["secrets"])
    assert plain(inputs["secrets"]) == {"DEVICE_ID_KEY": SECRET}
    others = {key: value for key, value in inputs.items() if key != "secrets"}
    assert SECRET not in repr(others)
    assert inputs["secret_names"] == ["DEVICE_ID_KEY"]
    assert SECRET not in repr(SCRIPT)


def test_the_provider_is_the_same_text_in_every_run() -> None:
    first, second = (declared(program(relay(domain=None)))["script"].inputs["__provider"] for _ in range(2))
    assert first == second
    assert not is_secret(first)


def test_a_domain_brings_what_surrounds_the_relay() -> None:
    settings = relay(
        domain="relay.example.org", zone_id="z1", rate_limit=200, access_emails=("ada@example.org", "bob@example.org")
    )
    found = {name: args for name, args in declared(program(settings)).items() if args.typ.startswith("cloudflare:")}
    assert found["domain"].inputs == {
        "accountId": "c" * 32, "zoneId": "z1", "hostname": "relay.example.org", "service": "mine",
    }  # fmt: skip
    limit = found["rate-limit"].inputs
    assert (limit["zoneId"], limit["kind"], limit["phase"]) == ("z1", "zone", "http_ratelimit")
    (rule,) = limit["rules"]
    assert rule["expression"] == '(http.host eq "relay.example.org")'
    assert (rule["ratelimit"]["requestsPerPeriod"], rule["ratelimit"]["period"]) == (200, 10)
    assert [entry["email"]["email"] for entry in found["app-people"].inputs["includes"]] == [
        "ada@example.org",
        "bob@example.org",
    ]
    assert found["app"].inputs["domain"] == "relay.example.org/app"
    assert found["app"].inputs["policies"] == [{"id": "id-of-app-people", "precedence": 1}]
    assert len(found) == 4


def test_nothing_of_cloudflares_holds_a_token() -> None:
    # A token that is a provider's argument is kept in the state; the environment's is not.
    found = declared(program(relay(domain="relay.example.org", zone_id="z1")))
    assert not [args for args in found.values() if args.typ.startswith("pulumi:providers:")]


@pytest.mark.parametrize("preview", [True, False])
def test_by_hand_the_configuration_decides(preview: bool) -> None:
    configuration = {"driver": ENTRY, "name": "by-hand", "openRegistration": "true", "accessEmails": "a@b.example, c@d"}

    def run() -> None:
        runpy.run_path(str(PROGRAM))

    found = declared(run, preview=preview, configuration=configuration)
    assert found["script"].inputs["name"] == "by-hand"
    assert DescribingDriver.asked == (
        HandSettings("by-hand", open_registration=True, access_emails=("a@b.example", "c@d")),
        preview,
    )


@pytest.mark.parametrize(("key", "value"), [("openRegistration", "yes"), ("rateLimit", "many"), ("rateLimit", "-1")])
def test_a_wrong_value_in_the_configuration_is_refused(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=key):
        read_configuration({key: value}.get)


@pytest.mark.parametrize("changes", [{"rate_limit": 5}, {"access_emails": ("a@b.example",)}, {"rate_limit": -1}])
def test_what_surrounds_a_relay_needs_a_domain(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"domain|number"):
        relay(**changes)


def test_the_project_by_hand_is_the_same_and_names_a_driver_that_is_there() -> None:
    project = YAML(typ="safe").load(PROGRAM / "Pulumi.yaml")
    assert project["name"] == PROJECT
    assert project["config"]["driver"]["default"] == engine_driver.ENTRY
    assert isinstance(load_driver(engine_driver.ENTRY), engine_driver.WranglerDriver)
