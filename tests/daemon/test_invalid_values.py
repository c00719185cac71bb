"""What a person is told about a value that does not fit."""

import msgspec
import pytest

from loopsy_daemon.exchange import context_requests, message_requests, task_requests
from loopsy_daemon.invalid_values import what_is_wrong


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (task_requests.AddTask, {"title": ""}, "The title is empty."),
        (task_requests.AddTask, {"title": "x" * 201}, "The title has at most 200 characters."),
        (
            task_requests.AddTask,
            {"title": "x", "queue": "b d"},
            "The name of a queue is letters, digits, ., - and _, at most 64, with a letter or digit first.",
        ),
        (
            message_requests.Send,
            {"to": "studio", "body": "x", "type": "Loud!", "id": "0123456789abcdef"},
            "A type is lower-case letters, digits, - and _, at most 32, with a letter first.",
        ),
        (
            context_requests.SetEntry,
            {"key": 1},
            "That is no valid request: Expected `str`, got `int` - at `$.key`.",
        ),
    ],
)
def test_it_is_said_in_words(kind: type, given: dict[str, object], sentence: str) -> None:
    with pytest.raises(msgspec.ValidationError) as found:
        msgspec.json.decode(msgspec.json.encode(given), type=kind)
    assert what_is_wrong(found.value) == sentence
