"""Carry out a plan: step after step, stopping at the first failure, which says what was done and what was not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.engine import Engine
from loopsy_deploy.errors import ApplyFailed
from loopsy_deploy.payload import Payload
from loopsy_deploy.plan import Plan, Step
from loopsy_deploy.relay_secrets import RelaySecretStore, complete, rotated
from loopsy_deploy.wanted import Observed, Wanted
from loopsy_deploy.wrangler.configuration import render


@dataclass(slots=True)
class Applier:
    """Carries out the steps of plans for one relay. `open_store` is called only if a secret is needed.

    `before_upload` is called when everything is ready for an upload. `engine` carries out the steps that it planned.
    """

    session: CloudflareSession
    payload: Payload
    wanted: Wanted
    observed: Observed
    open_store: Callable[[], RelaySecretStore]
    before_upload: Callable[[], None]
    say: Callable[[str], None]
    rotate: bool = False
    engine: Engine | None = None

    def apply(self, plan: Plan) -> None:
        """Do every step. Raises ApplyFailed; running it again after a failure does what is left."""
        secrets: dict[str, str] = {}
        for index, step in enumerate(plan.steps):
            self.say(f"{step.title}…")
            try:
                if step.kind == "secrets":
                    secrets = keep_secrets(self.open_store(), rotate=self.rotate)
                elif step.kind == "upload":
                    self._upload(step, secrets)
                elif step.kind == "engine":
                    self._bring_about(step, secrets)
                else:
                    self._lead_domain()
            except LoopsyError as error:
                raise _failure(error, plan, index) from error

    def _upload(self, step: Step, secrets: Mapping[str, str]) -> None:
        wrangler = self.session.wrangler()
        self.before_upload()
        wrangler.deploy(render(self.payload, self.wanted), _uploaded(step, secrets))

    def _bring_about(self, step: Step, secrets: Mapping[str, str]) -> None:
        assert self.engine is not None  # nobody else plans such a step
        self.before_upload()
        self.engine.apply(self.wanted, _uploaded(step, secrets))

    def _lead_domain(self) -> None:
        """Attach the domain beside those that are there; one that something else uses is left to it."""
        hostnames = sorted({*self.observed.domains, str(self.wanted.domain)})
        self.session.api.put(
            f"lead {self.wanted.domain} to {self.wanted.name}",
            f"/accounts/{self.wanted.account_id}/workers/scripts/{self.wanted.name}/domains/records",
            {
                "override_scope": True,
                "override_existing_origin": False,
                "override_existing_dns_record": False,
                "origins": [{"hostname": hostname} for hostname in hostnames],
            },
        )


def keep_secrets(store: RelaySecretStore, *, rotate: bool = False) -> dict[str, str]:
    """Make what is missing of a relay's secrets, or new ones, and return all of them once they are kept."""
    known = store.load()
    wanted = rotated(known) if rotate else complete(known)
    if wanted != known:
        store.save(wanted)
    return wanted


def _uploaded(step: Step, secrets: Mapping[str, str]) -> dict[str, str]:
    # A former secret is known only where it was made; without it nothing but half-finished pairings is lost.
    return {name: secrets[name] for name in step.secret_names if name in secrets}


def _failure(error: LoopsyError, plan: Plan, index: int) -> ApplyFailed:
    done = tuple(step.title for step in plan.steps[:index])
    not_done = tuple(step.title for step in plan.steps[index:])
    summary = f" Done: {'; '.join(done) or 'nothing'}. Not done: {'; '.join(not_done)}."
    return ApplyFailed(f"{error.message}{summary}", error.hint, done, not_done)
