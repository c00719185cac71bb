"""What `loopsy dashboard` reports, and its text for people."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DashboardLink:
    """A link for one login, until `expires_at` (seconds since 1970), and whether a browser was asked to open it."""

    url: str
    expires_at: float
    opened: bool


@dataclass(frozen=True, slots=True)
class DashboardStopped:
    """The dashboard is not served any more."""

    stopped: bool = True


DashboardResult = DashboardLink | DashboardStopped


def show_dashboard(result: DashboardResult) -> None:
    """Print the result to stdout."""
    match result:
        case DashboardLink(url=url, opened=opened):
            how = "The dashboard opens in your browser. If it does not" if opened else "For the dashboard"
            sys.stdout.write(f"{how}, open this link on this machine within a minute; it works once:\n{url}\n")
        case DashboardStopped():
            sys.stdout.write("The dashboard is not served any more, and every page is logged out.\n")
