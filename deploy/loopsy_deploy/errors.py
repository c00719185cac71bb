"""What can go wrong while a relay is deployed or run.

LoopsyError (loopsy_daemon.errors)
├── BuildError, NodeError       (build.py, node.py) what the relay is made of cannot be made
└── DeployError
    ├── CloudflareError         Cloudflare did not do what was asked
    │   ├── NotAuthorized       there is no login, or the token is not accepted
    │   ├── PermissionMissing   the token lacks a permission
    │   ├── AccountProblem      no account, several, or one without a workers.dev subdomain
    │   ├── DomainProblem       the domain's zone is not on the account, or another Worker has the domain
    │   └── CloudflareUnavailable   not reachable, busy or failing: trying again may help
    ├── WranglerMissing         wrangler cannot be installed
    ├── EngineProblem           Pulumi is not there, or did not do what was asked
    ├── ApplyFailed             a step of a plan failed: names what was done and what was not
    ├── NotServed               what is deployed is not what answers
    └── LocalRelayError         a relay on this machine does not run
        ├── WorkerdMissing      there is no workerd for this machine
        ├── BundleMissing       the relay was not built
        ├── StateInUse          another relay has the state directory
        ├── PortInUse           another program has the port
        ├── CertificateProblem  the certificate or its key cannot be used
        └── RelayCrashed        workerd ended by itself, or never answered
"""

from loopsy_daemon.errors import LoopsyError


class DeployError(LoopsyError):
    """Base of what goes wrong while a relay is deployed or run."""


class CloudflareError(DeployError):
    """Cloudflare did not do what was asked."""


class NotAuthorized(CloudflareError):
    """There is no login at Cloudflare, or the token is not accepted."""


class PermissionMissing(CloudflareError):
    """The token lacks a permission."""


class AccountProblem(CloudflareError):
    """There is no account, or several, or one without a workers.dev subdomain."""


class DomainProblem(CloudflareError):
    """The domain's zone is not on the account, or another Worker has the domain."""


class CloudflareUnavailable(CloudflareError):
    """Cloudflare cannot be reached, is busy or failing: trying again may help."""


class WranglerMissing(DeployError):
    """The pinned wrangler cannot be installed."""


class EngineProblem(DeployError):
    """Pulumi is not there, or did not do what was asked."""


class ApplyFailed(DeployError):
    """A step of a plan failed; `done` and `not_done` are the titles of the steps."""

    def __init__(self, message: str, hint: str | None, done: tuple[str, ...], not_done: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.done = done
        self.not_done = not_done


class NotServed(DeployError):
    """What is deployed is not what answers."""


class LocalRelayError(DeployError):
    """A relay on this machine does not run."""


class WorkerdMissing(LocalRelayError):
    """There is no workerd for this machine."""


class BundleMissing(LocalRelayError):
    """The relay was not built."""


class StateInUse(LocalRelayError):
    """Another relay has the state directory."""


class PortInUse(LocalRelayError):
    """Another program has the port."""


class CertificateProblem(LocalRelayError):
    """The certificate or its key cannot be used."""


class RelayCrashed(LocalRelayError):
    """Workerd ended by itself, or never answered."""
