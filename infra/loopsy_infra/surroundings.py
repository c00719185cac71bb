"""What surrounds a relay that has a domain: the domain itself, a limit of its requests, and Access before the app."""

import pulumi
import pulumi_cloudflare as cloudflare

from loopsy_infra.settings import RATE_LIMIT_PERIOD_SECONDS, RelaySettings

APP_PATH = "app"


def lead_domain(relay: RelaySettings, domain: str, options: pulumi.ResourceOptions) -> None:
    """Declare that the domain leads to the relay's script."""
    cloudflare.WorkersCustomDomain(
        "domain",
        account_id=relay.account_id,
        zone_id=relay.zone_id,
        hostname=domain,
        service=relay.name,
        opts=options,
    )


def limit_rate(relay: RelaySettings, domain: str, options: pulumi.ResourceOptions) -> None:
    """Declare that an address which asks too often is blocked; a WebSocket counts once, when it is opened."""
    rule = cloudflare.RulesetRuleArgs(
        action="block",
        description="Requests to the Loopsy relay from one address",
        expression=f'(http.host eq "{domain}")',
        ratelimit=cloudflare.RulesetRuleRatelimitArgs(
            characteristics=["ip.src", "cf.colo.id"],
            period=RATE_LIMIT_PERIOD_SECONDS,
            requests_per_period=relay.rate_limit,
            mitigation_timeout=RATE_LIMIT_PERIOD_SECONDS,
        ),
    )
    cloudflare.Ruleset(
        "rate-limit",
        zone_id=relay.zone_id,
        kind="zone",
        phase="http_ratelimit",
        name=f"Rate limit of {relay.name}",
        rules=[rule],
        opts=options,
    )


def ask_before_app(relay: RelaySettings, domain: str, options: pulumi.ResourceOptions) -> None:
    """Declare that only these people load the app; links and pairing have secrets of their own and stay as they are."""
    people = [
        cloudflare.ZeroTrustAccessPolicyIncludeArgs(email=cloudflare.ZeroTrustAccessPolicyIncludeEmailArgs(email=email))
        for email in relay.access_emails
    ]
    policy = cloudflare.ZeroTrustAccessPolicy(
        "app-people",
        account_id=relay.account_id,
        name=f"People of {relay.name}",
        decision="allow",
        includes=people,
        opts=options,
    )
    cloudflare.ZeroTrustAccessApplication(
        "app",
        account_id=relay.account_id,
        name=f"App of {relay.name}",
        type="self_hosted",
        domain=f"{domain}/{APP_PATH}",
        policies=[cloudflare.ZeroTrustAccessApplicationPolicyArgs(id=policy.id, precedence=1)],
        opts=options,
    )
