"""A stand-in of Cloudflare's API on loopback that runs what was uploaded. It proves our requests, not their answers.

With `cloud.environment` wrangler and the API's clients find the account. `cloud.running(name)` is where a Worker runs,
by plain http. With `cloud.edge_environment` as well, programs reach it as users do, at
https://NAME.SUBDOMAIN.workers.dev or its custom domain, through a proxy and certificates of the stand-in.
"""

from tests.support.cloudflare.faults import Fault
from tests.support.cloudflare.stand_in import CloudStandIn, cloudflare_stand_in

__all__ = ["CloudStandIn", "Fault", "cloudflare_stand_in"]
