"""The program: one relay as a component, with what it exports, declared by a caller or from Pulumi's configuration."""

import pulumi

from loopsy_infra.relay_script import RelayScript, load_driver
from loopsy_infra.settings import RelaySettings, ScriptSettings, read_configuration


class RelayStack(pulumi.ComponentResource):
    """One relay. What needs a domain depends on the script, so that a deletion takes the script last."""

    def __init__(self, relay: RelaySettings, script: ScriptSettings) -> None:
        super().__init__("loopsy:index:RelayStack", relay.name)
        self.script = RelayScript("script", relay, script, pulumi.ResourceOptions(parent=self))
        if relay.domain is not None:
            self._surround(relay, relay.domain)
        self.register_outputs({"bundle_hash": self.script.bundle_hash, "version_id": self.script.version_id})

    def _surround(self, relay: RelaySettings, domain: str) -> None:
        # Cloudflare's own package takes seconds to import: who has no domain does not wait for it.
        from loopsy_infra import surroundings

        options = pulumi.ResourceOptions(parent=self, depends_on=[self.script])
        surroundings.lead_domain(relay, domain, options)
        if relay.rate_limit:
            surroundings.limit_rate(relay, domain, options)
        if relay.access_emails:
            surroundings.ask_before_app(relay, domain, options)


def declare(relay: RelaySettings, script: ScriptSettings) -> None:
    """Declare the relay. What no later run could know again is kept as the stack's outputs; none is a secret."""
    stack = RelayStack(relay, script)
    pulumi.export("name", relay.name)
    pulumi.export("domain", relay.domain or "")
    pulumi.export("rate_limit", relay.rate_limit)
    pulumi.export("access_emails", list(relay.access_emails))
    pulumi.export("version_id", stack.script.version_id)


def declare_by_hand() -> None:
    """Declare the relay that the configuration names: the program of `pulumi up` in this package's directory."""
    configuration = pulumi.Config()
    entry = configuration.require("driver")
    wanted = read_configuration(configuration.get)
    declare(*load_driver(entry).describe(wanted, entry, preview=pulumi.runtime.is_dry_run()))
