from loopsy_daemon.service.events import Events
from loopsy_daemon.wire.messages import Event


def test_subscribers_are_told_until_they_leave() -> None:
    events = Events()
    told: list[tuple[str, Event]] = []
    leave = events.subscribe(lambda event: told.append(("first", event)))
    events.subscribe(lambda event: told.append(("second", event)))
    events.happened("phone.paired", {"label": "Ada"})
    leave()
    events.happened("pair.ended", {"outcome": "paired"})
    assert [(who, event.name) for who, event in told] == [
        ("first", "phone.paired"), ("second", "phone.paired"), ("second", "pair.ended"),
    ]  # fmt: skip
    assert told[0][1].details == {"label": "Ada"}


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    events = Events()
    told: list[str] = []

    def once(event: Event) -> None:
        told.append("first")
        leave()

    leave = events.subscribe(once)
    events.subscribe(lambda event: told.append("second"))
    events.happened("x", {})
    events.happened("y", {})
    assert told == ["first", "second", "second"]
