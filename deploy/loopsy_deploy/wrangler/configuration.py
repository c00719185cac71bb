"""The configuration that wrangler deploys with: the relay's own, with what is wanted of it."""

from typing import Any

from loopsy_deploy.payload import Payload
from loopsy_deploy.wanted import Wanted


def render(payload: Payload, wanted: Wanted) -> dict[str, Any]:
    """Return the configuration for a deployment of the payload; it holds no secret.

    The domain is not in it: without a terminal wrangler would take it from whoever has it.
    """
    configuration = payload.configuration()
    configuration["name"] = wanted.name
    configuration["account_id"] = wanted.account_id
    configuration["main"] = str(payload.worker)
    configuration["assets"] = {**configuration["assets"], "directory": str(payload.assets)}
    configuration["vars"] = dict(wanted.variables)
    # Phones may have been paired at this address, also where a custom domain leads to the relay now.
    configuration["workers_dev"] = True
    return configuration
