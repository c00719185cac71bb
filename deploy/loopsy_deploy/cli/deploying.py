"""What deploying does for a person: show the plan, ask, carry it out, wait, offer this machine the relay."""

from dataclasses import replace

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy.cli.confirm import confirm
from loopsy_deploy.cli.engines import engine_of
from loopsy_deploy.cli.opening import can_ask, opened, prepared, say
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.cli.prompting import ask_what_is_missing
from loopsy_deploy.deployment import Deployment
from loopsy_deploy.plan import Plan
from loopsy_deploy.point_daemon import point_daemon
from loopsy_deploy.render import lines_of, show
from loopsy_deploy.results import Deployed, Previewed, StepShown


def preview(choices: Choices) -> None:
    """Print what deploying would do."""
    with opened(choices) as relay:
        show(_previewed(prepared(relay, choices, engine_of(relay, choices))), as_json=choices.as_json)


def deploy(choices: Choices) -> None:
    """Deploy, wait until the relay answers, and offer it to this machine's daemon."""
    asks = can_ask(choices)
    if asks:
        choices = ask_what_is_missing(choices)
    with opened(choices) as relay:
        _carry_out(prepared(relay, choices, engine_of(relay, choices)), choices, asks=asks)


def _carry_out(deployment: Deployment, choices: Choices, *, asks: bool) -> None:
    if not deployment.plan.is_empty:
        say("\n".join(lines_of(_previewed(deployment))))
        if asks and not confirm("Do this?", default=True):
            say("Nothing was changed.")
            return
    deployment.apply()
    deployment.wait()
    daemon = point_daemon(deployment, confirm if asks else None)
    show(_deployed(deployment, daemon), as_json=choices.as_json)


def rotate(choices: Choices) -> None:
    """Give a relay that is there new secrets. Raises LoopsyError if it is not."""
    choices = replace(choices, rotate=True)
    with opened(choices) as relay:
        deployment = prepared(relay, choices, engine_of(relay, choices))
        if not deployment.observed.exists:
            raise LoopsyError(f"There is no relay {relay.name} on this account.", "loopsy-deploy-relay")
        _carry_out(deployment, choices, asks=can_ask(choices))


def _previewed(deployment: Deployment) -> Previewed:
    return Previewed(
        name=deployment.wanted.name,
        account_id=deployment.wanted.account_id,
        url=deployment.url,
        version=deployment.wanted.version,
        bundle_hash=deployment.wanted.bundle_hash,
        changes=not deployment.plan.is_empty,
        steps=_steps(deployment.plan),
        engine=deployment.engine_name,
    )


def _deployed(deployment: Deployment, daemon: str) -> Deployed:
    return Deployed(
        name=deployment.wanted.name,
        account_id=deployment.wanted.account_id,
        url=deployment.url,
        version=deployment.wanted.version,
        bundle_hash=deployment.wanted.bundle_hash,
        changed=not deployment.plan.is_empty,
        steps=_steps(deployment.plan),
        engine=deployment.engine_name,
        daemon=daemon,
    )


def _steps(plan: Plan) -> tuple[StepShown, ...]:
    return tuple(StepShown(step.title, step.reasons) for step in plan.steps)
