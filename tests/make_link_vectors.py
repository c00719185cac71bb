"""Write the vectors of layer 1: `python -m tests.make_link_vectors`. The file changes only with the protocol.

It computes with Python's own `hmac` and `base64`, so that neither implementation is measured by itself.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Final

VECTORS: Final = Path(__file__).parent / "vectors" / "link.json"
KEY: Final = "a key of the vectors, never used anywhere else"
PREVIOUS_KEY: Final = "a previous key of the vectors, not used either"
RANDOM: Final = bytes(range(16))
NONCE: Final = bytes(range(200, 212))
EXPIRES_AT: Final = 1_900_000_000
PHONE_ID: Final = base64.b32encode(bytes(range(100, 116))).decode().rstrip("=").lower()


def base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def base32(data: bytes) -> str:
    """Return lower-case base32 without padding."""
    return base64.b32encode(data).decode().rstrip("=").lower()


def tagged(message: bytes, tag_bytes: int, key: str = KEY) -> bytes:
    """Return the message with its HMAC tag behind it."""
    return message + hmac.digest(key.encode(), message, hashlib.sha256)[:tag_bytes]


def identifiers() -> list[dict[str, Any]]:
    """Return texts with their bytes, and texts that are none."""
    texts = {"device_id": base32(bytes(range(24))), "phone_id": PHONE_ID, "secret": base64url(bytes(range(32)))}
    sizes = {"device_id": 24, "phone_id": 16, "secret": 32}
    good = []
    for kind, size in sizes.items():
        encode = base64url if kind == "secret" else base32
        for data in (bytes(size), bytes([255]) * size, bytes(range(size))):
            good.append({"kind": kind, "text": encode(data), "bytes": data.hex()})
    bad = []
    for kind, text in texts.items():
        foreign = text.swapcase() if kind != "secret" else "+" + text[1:]
        spellings = {
            "empty": "",
            "one character short": text[:-1],
            "one character more": text + "a",
            "padded": text + "=",
            "a space in front": " " + text[1:],
            "another alphabet": foreign,
            "not ASCII": "é" + text[1:],
            "trailing bits are not zero": text[:-1] + chr(ord(text[-1]) + 1),
        }
        bad += [
            {"name": name, "kind": kind, "text": spelling, "error": "malformed"} for name, spelling in spellings.items()
        ]
    return good + bad


def signed() -> dict[str, Any]:
    """Return device ids, pair tokens and invites, with what must be refused."""
    device_id = tagged(RANDOM, 8)
    expiry = EXPIRES_AT.to_bytes(4, "big")
    token = tagged(device_id + expiry + NONCE, 16)
    invite = tagged(expiry + NONCE, 16)
    old_token = tagged(device_id + expiry + NONCE, 16, PREVIOUS_KEY)

    def flipped(data: bytes, position: int) -> str:
        changed = bytearray(data)
        changed[position] ^= 1
        return base64url(bytes(changed))

    def cases(data: bytes) -> list[dict[str, Any]]:
        return [
            {"name": "in its last second", "text": base64url(data), "now": EXPIRES_AT - 1, "valid": True},
            {"name": "expired", "text": base64url(data), "now": EXPIRES_AT, "valid": False},
            *(
                {"name": f"byte {position} changed", "text": flipped(data, position), "now": 0, "valid": False}
                for position in (0, len(data) - 32, len(data) - 17, len(data) - 16, len(data) - 1)
            ),
            {"name": "cut short", "text": base64url(data)[:-1], "now": 0, "valid": False},
            {"name": "empty", "text": "", "now": 0, "valid": False},
        ]

    other = bytearray(device_id)
    other[-1] ^= 1
    return {
        "keys": [KEY, PREVIOUS_KEY],
        "device_ids": [
            {"name": "tagged", "random": RANDOM.hex(), "text": base32(device_id), "valid": True},
            {"name": "tagged with the previous key", "text": base32(tagged(RANDOM, 8, PREVIOUS_KEY)), "valid": True},
            {"name": "a wrong tag", "text": base32(bytes(other)), "valid": False},
            {"name": "another key", "text": base32(tagged(RANDOM, 8, "another")), "valid": False},
            {"name": "not base32", "text": "1" * 39, "valid": False},
        ],
        "pair_token": {
            "device_id": base32(device_id),
            "expires_at": EXPIRES_AT,
            "nonce": NONCE.hex(),
            "text": base64url(token),
        },
        "pair_tokens": [
            *cases(token),
            {"name": "made with the previous key", "text": base64url(old_token), "now": 0, "valid": True},
            {"name": "an invite", "text": base64url(invite), "now": 0, "valid": False},
        ],
        "invite": {"expires_at": EXPIRES_AT, "nonce": NONCE.hex(), "text": base64url(invite)},
        "invites": [*cases(invite), {"name": "a pair token", "text": base64url(token), "now": 0, "valid": False}],
    }


def control() -> list[dict[str, Any]]:
    """Return control messages as their sender writes them, and what a receiver refuses or ignores."""
    messages: list[tuple[str, dict[str, Any]]] = [
        ("device_to_relay", {"type": "phone.close", "conn": 1, "code": 1000, "reason": ""}),
        ("device_to_relay", {"type": "phone.close", "conn": 4_294_967_295, "code": 4999, "reason": "é" * 60}),
        ("device_to_relay", {"type": "phone.close", "conn": 7, "code": 4000, "reason": 'a "quoted" reason'}),
        ("device_to_relay", {"type": "phone.confirm", "phone_id": PHONE_ID}),
        ("relay_to_device", {"type": "phones", "phones": []}),
        ("relay_to_device", {"type": "phones", "phones": [{"conn": 1, "phone_id": PHONE_ID}]}),
        ("relay_to_device", {"type": "phone.up", "conn": 2, "phone_id": PHONE_ID}),
        ("relay_to_device", {"type": "phone.down", "conn": 4_294_967_295}),
        ("relay_to_phone", {"type": "device.up"}),
        ("relay_to_phone", {"type": "device.down", "since": None}),
        ("relay_to_phone", {"type": "device.down", "since": 1_800_000_000}),
    ]
    good = [
        {
            "direction": direction,
            "text": json.dumps(message, separators=(",", ":"), ensure_ascii=False),
            "message": message,
        }
        for direction, message in messages
    ]
    malformed = {
        "device_to_relay": [
            "",
            "pong",
            "null",
            "7",
            '"phone.confirm"',
            "[]",
            "{",
            "{}",
            '{"type":7}',
            '{"type":"phone.close"}',
            '{"type":"phone.close","conn":0,"code":4000,"reason":""}',
            '{"type":"phone.close","conn":4294967296,"code":4000,"reason":""}',
            '{"type":"phone.close","conn":-1,"code":4000,"reason":""}',
            '{"type":"phone.close","conn":1.5,"code":4000,"reason":""}',
            '{"type":"phone.close","conn":"1","code":4000,"reason":""}',
            '{"type":"phone.close","conn":true,"code":4000,"reason":""}',
            '{"type":"phone.close","conn":1,"code":999,"reason":""}',
            '{"type":"phone.close","conn":1,"code":1001,"reason":""}',
            '{"type":"phone.close","conn":1,"code":3999,"reason":""}',
            '{"type":"phone.close","conn":1,"code":5000,"reason":""}',
            '{"type":"phone.close","conn":1,"code":4000}',
            '{"type":"phone.close","conn":1,"code":4000,"reason":null}',
            f'{{"type":"phone.close","conn":1,"code":4000,"reason":"{"é" * 60}e"}}',
            '{"type":"phone.confirm"}',
            '{"type":"phone.confirm","phone_id":7}',
            '{"type":"phone.confirm","phone_id":""}',
            f'{{"type":"phone.confirm","phone_id":"{PHONE_ID.upper()}"}}',
        ],
        "relay_to_device": [
            "",
            "[]",
            "{}",
            '{"type":"phones"}',
            '{"type":"phones","phones":[{"conn":1}]}',
            '{"type":"phone.up","conn":1}',
            f'{{"type":"phone.up","conn":0,"phone_id":"{PHONE_ID}"}}',
            '{"type":"phone.up","conn":1,"phone_id":"short"}',
            '{"type":"phone.down","conn":"1"}',
        ],
        "relay_to_phone": ["", "[]", "{}", '{"type":"device.down"}', '{"type":"device.down","since":"now"}'],
    }
    bad = [
        {"direction": direction, "text": text, "error": "malformed"}
        for direction, texts in malformed.items()
        for text in texts
    ]
    unknown = '{"type":"something.new","conn":1}'
    bad.append({"direction": "device_to_relay", "text": unknown, "error": "unknown_type"})
    bad.append({"direction": "device_to_relay", "text": f'{{"type":"{"é" * 2043}"}}', "error": "too_large"})
    ignored = [
        {"direction": direction, "text": unknown, "ignored": True}
        for direction in ("relay_to_device", "relay_to_phone")
    ]
    return good + bad + ignored


def frames() -> list[dict[str, Any]]:
    """Return frames of the device's socket."""
    return [
        {"frame": "00000001", "conn": 1, "payload": ""},
        {"frame": "0000000168656c6c6f", "conn": 1, "payload": "68656c6c6f"},
        {"frame": "ffffffff00", "conn": 4_294_967_295, "payload": "00"},
        {"frame": "", "error": "malformed"},
        {"frame": "000001", "error": "malformed"},
    ]


if __name__ == "__main__":
    vectors = {"identifiers": identifiers(), "signed": signed(), "control": control(), "frames": frames()}
    VECTORS.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")
