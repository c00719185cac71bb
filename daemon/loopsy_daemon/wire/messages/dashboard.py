"""Requests and answers of the local socket about the dashboard."""

from loopsy_daemon.wire.messages.values import U32, Message


class DashboardOpen(Message, frozen=True, kw_only=True, tag="dashboard.open"):
    """Local: serve the dashboard, and invite one page to it."""

    id: U32


class DashboardStop(Message, frozen=True, kw_only=True, tag="dashboard.stop"):
    """Local: serve it no more."""

    id: U32


class DashboardOpened(Message, frozen=True, kw_only=True, tag="dashboard.opened"):
    """Local: a link for one login, until `expires_at`."""

    id: int
    url: str
    expires_at: float
