"""The shared vectors of layer 1, as far as the daemon's end speaks it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loopsy_daemon.wire import control, frames
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import decode_base64url, decode_device_id, decode_phone_id, decode_secret
from loopsy_daemon.wire.pairing import TOKEN_BYTES

LINK: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "link.json").read_text(encoding="utf-8"))
DECODERS = {"device_id": decode_device_id, "phone_id": decode_phone_id, "secret": decode_secret}


def test_the_file_has_no_section_that_nobody_runs() -> None:
    # `signed` is the relay's alone: only it has the keys (relay/test)
    assert set(LINK) == {"identifiers", "signed", "control", "frames"}


@pytest.mark.parametrize("vector", LINK["identifiers"], ids=lambda vector: f"{vector['kind']}-{vector['text'][:12]}")
def test_identifier(vector: dict[str, str]) -> None:
    decode = DECODERS[vector["kind"]]
    if "error" in vector:
        assert set(vector) <= {"kind", "name", "text", "error"}
        with pytest.raises(MalformedMessage):
            decode(vector["text"])
    else:
        assert set(vector) <= {"kind", "name", "text", "bytes"}
        assert decode(vector["text"]).hex() == vector["bytes"]


def test_a_pair_token_has_the_size_that_the_fragment_leaves_for_it() -> None:
    assert len(decode_base64url(LINK["signed"]["pair_token"]["text"])) == TOKEN_BYTES


@pytest.mark.parametrize("vector", [each for each in LINK["control"] if each["direction"] == "relay_to_device"])
def test_what_the_relay_says(vector: dict[str, Any]) -> None:
    assert set(vector) <= {"direction", "name", "text", "message", "error", "ignored"}
    if "error" in vector:
        with pytest.raises(MalformedMessage):
            control.decode_relay_message(vector["text"])
    else:
        message = control.decode_relay_message(vector["text"])
        assert (None if message is None else msgspec.to_builtins(message)) == vector.get("message")


@pytest.mark.parametrize(
    "vector", [each for each in LINK["control"] if each["direction"] == "device_to_relay" and "message" in each]
)
def test_what_the_device_says(vector: dict[str, Any]) -> None:
    match vector["message"]:
        case {"type": "phone.close", "conn": conn, "code": code, "reason": reason}:
            text = control.encode_phone_close(conn, code, reason)
        case {"type": "phone.confirm", "phone_id": phone_id}:
            text = control.encode_phone_confirm(phone_id)
        case _:
            raise AssertionError(vector)
    assert json.loads(text) == vector["message"]


@pytest.mark.parametrize("vector", LINK["frames"])
def test_device_frame(vector: dict[str, Any]) -> None:
    assert set(vector) <= {"name", "frame", "conn", "payload", "error"}
    frame = bytes.fromhex(vector["frame"])
    if "error" in vector:
        with pytest.raises(MalformedMessage):
            frames.decode_device_frame(frame)
    else:
        assert frames.decode_device_frame(frame) == (vector["conn"], bytes.fromhex(vector["payload"]))
        assert frames.encode_device_frame(vector["conn"], bytes.fromhex(vector["payload"])) == frame
