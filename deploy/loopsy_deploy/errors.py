"""What can go wrong while a relay is deployed or run.

LoopsyError (loopsy_daemon.errors)
├── BuildError, NodeError       (build.py, node.py) what the relay is made of cannot be made
└── DeployError
    └── LocalRelayError         a relay on this machine does not run
        ├── WorkerdMissing      there is no workerd for this machine
        ├── BundleMissing       the relay was not built
        ├── StateInUse          another relay has the state directory
        ├── PortInUse           another program has the port
        └── RelayCrashed        workerd ended by itself, or never answered
"""

from loopsy_daemon.errors import LoopsyError


class DeployError(LoopsyError):
    """Base of what goes wrong while a relay is deployed or run."""


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


class RelayCrashed(LocalRelayError):
    """Workerd ended by itself, or never answered."""
