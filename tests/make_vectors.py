"""Write the vectors of layers 2 and 3: `python -m tests.make_vectors`. The files change only with the protocol."""

import json
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.wire import channel, frames, messages, noise, pairing
from loopsy_daemon.wire.identifiers import decode_base64url, encode_base32, encode_base64url

VECTORS = Path(__file__).parent / "vectors"
DEVICE_ID = encode_base32(bytes(range(24)))
PHONE_ID = encode_base32(bytes(range(100, 116)))


def key(seed: int) -> X25519PrivateKey:
    """Return a private key that is the same every time."""
    return X25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def conversation(name: str, psk: bytes | None) -> dict[str, Any]:
    """Return a handshake and some transport frames in both directions."""
    prologue = channel.prologue(DEVICE_ID, PHONE_ID)
    device_static, device_ephemeral, phone_static, phone_ephemeral = (key(seed) for seed in (1, 2, 3, 4))
    phone = channel.Initiator(
        prologue=prologue,
        static=phone_static,
        ephemeral=phone_ephemeral,
        device_key=noise.public_bytes(device_static),
        label="Téléphone",
        psk=psk,
    )
    accepted = channel.accept(
        phone.first_frame, prologue=prologue, static=device_static, ephemeral=device_ephemeral, psk=psk
    )
    phone_transport, daemon_transport = phone.finish(accepted.reply), accepted.transport
    transport = []
    for sender, message in (
        ("phone", b"\x00hello"),
        ("daemon", b"\x00welcome"),
        ("daemon", b"\x01" + bytes(300)),
        ("phone", b"\x02" + "終".encode()),
        ("phone", b"x"),
    ):
        frame = (phone_transport if sender == "phone" else daemon_transport).seal(message)
        transport.append({"from": sender, "message": message.hex(), "frame": frame.hex()})
    return {
        "name": name,
        "device_id": DEVICE_ID,
        "phone_id": PHONE_ID,
        "device_static": device_static.private_bytes_raw().hex(),
        "device_ephemeral": device_ephemeral.private_bytes_raw().hex(),
        "phone_static": phone_static.private_bytes_raw().hex(),
        "phone_ephemeral": phone_ephemeral.private_bytes_raw().hex(),
        "psk": psk.hex() if psk else None,
        "label": "Téléphone",
        "first_frame": phone.first_frame.hex(),
        "reply_frame": accepted.reply.hex(),
        "transport": transport,
    }


def rejected(good: dict[str, Any]) -> list[dict[str, Any]]:
    """Return first frames that the daemon of the first conversation must refuse, with the error's name."""
    first = bytes.fromhex(good["first_frame"])
    flipped = first[:-1] + bytes([first[-1] ^ 1])
    return [
        {"name": "a changed payload", "frame": flipped.hex(), "error": "decryption"},
        {"name": "a changed suite", "frame": (b"\x02" + first[1:]).hex(), "error": "decryption"},
        {"name": "a reserved suite", "frame": (b"\x03" + first[1:]).hex(), "error": "malformed"},
        {"name": "a transport frame", "frame": (b"\x00" + first[1:]).hex(), "error": "malformed"},
        {"name": "cut short", "frame": first[:40].hex(), "error": "malformed"},
        {"name": "nothing", "frame": "", "error": "malformed"},
        {"name": "a key of low order", "frame": (first[:1] + bytes(32) + first[33:]).hex(), "error": "decryption"},
    ]


def rekey() -> dict[str, Any]:
    """Return ciphertexts of one direction around the message numbers where it rekeys."""
    cipher = noise.CipherState(bytes(range(32)))
    wanted = {0, 1, 65_535, 65_536, 65_537, 131_072}
    found = []
    for number in range(max(wanted) + 1):
        ciphertext = cipher.encrypt(b"message %d" % number)
        if number in wanted:
            found.append(
                {"number": number, "plaintext": (b"message %d" % number).hex(), "ciphertext": ciphertext.hex()}
            )
    return {"key": bytes(range(32)).hex(), "messages": found}


def pairing_vectors() -> dict[str, Any]:
    """Return fragments, good and bad, and psks."""
    token = encode_base64url(bytes(range(24)) + (1_900_000_000).to_bytes(4, "big") + bytes(range(12)) + bytes(16))
    offer = pairing.Offer(4, token, bytes(range(32, 64)), bytes(range(200, 216)))
    fragment = pairing.encode_fragment(offer)
    raw = decode_base64url(fragment)
    return {
        "fragments": [
            {
                "fragment": fragment,
                "digits": offer.digits,
                "token": offer.token,
                "device_id": offer.device_id,
                "device_key": offer.device_key.hex(),
                "secret": offer.secret.hex(),
            }
        ],
        "bad_fragments": [
            {"name": "empty", "fragment": "", "error": "malformed"},
            {"name": "cut short", "fragment": fragment[:-4], "error": "malformed"},
            {"name": "padding", "fragment": fragment + "==", "error": "malformed"},
            {"name": "another alphabet", "fragment": "+" + fragment[1:], "error": "malformed"},
            {"name": "another version", "fragment": encode_base64url(b"\x02" + raw[1:]), "error": "malformed"},
            {"name": "three digits", "fragment": encode_base64url(b"\x01\x03" + raw[2:]), "error": "malformed"},
            {"name": "nine digits", "fragment": encode_base64url(b"\x01\x09" + raw[2:]), "error": "malformed"},
            {"name": "one byte more", "fragment": encode_base64url(raw + b"\x00"), "error": "malformed"},
        ],
        "psks": [
            {"secret": secret.hex(), "code": code, "psk": pairing.pairing_psk(secret, code).hex()}
            for secret, code in ((bytes(16), "0000"), (bytes(range(16)), "4711"), (bytes(range(16)), "12345678"))
        ],
    }


def session_vectors() -> dict[str, Any]:
    """Return layer 3 messages."""
    info = messages.SessionInfo(
        id="abcdefghijklm", agent="shell", name="shell", title="~ — zsh", cwd="/home/ada", cols=80, rows=24,
        created_at=1_900_000_000.25, active_at=1_900_000_001.5, alive=True, clients=2, preview="$ 終わり",
    )  # fmt: skip
    ended = msgspec.structs.replace(info, alive=False, code=None, signal="HUP")
    client: list[messages.Message] = [
        messages.Hello(versions=[1], client=bytes(range(16)), kind="web", app="2.0.0"),
        messages.Open(id=1, agent="shell", cols=48, rows=30),
        messages.Open(id=2, agent="shell", cols=48, rows=30, name="build", cwd="/tmp", command=["make", "-j2"]),
        messages.Attach(id=3, session="abcdefghijklm", cols=48, rows=30),
        messages.Attach(id=4, session="abcdefghijklm", cols=48, rows=30, have=(1 << 53) - 1, lossless=True),
        messages.Attach(
            id=11, session="abcdefghijklm", cols=48, rows=30, visible=False, colours=bytes.fromhex("d3d9e40b0e147cc4ff")
        ),
        messages.Detach(id=5, stream=1),
        messages.Ack(stream=1, offset=1 << 32),
        messages.Resize(stream=1, cols=100, rows=40),
        messages.Claim(stream=1, cols=2, rows=1),
        messages.Visible(stream=1, visible=False),
        messages.Wear(stream=1, colours=bytes(range(9))),
        messages.History(id=12, stream=1),
        messages.List(id=6),
        messages.Rename(id=7, session="abcdefghijklm", name="tests"),
        messages.Signal(id=8, session="abcdefghijklm", signal="INT"),
        messages.Kill(id=9, session="abcdefghijklm"),
        messages.Dismiss(id=10, session="abcdefghijklm"),
        messages.Ping(id=4_294_967_295),
    ]
    daemon: list[messages.Message] = [
        messages.Welcome(
            version=1,
            daemon=messages.DaemonInfo(version="2.0.0", name="studio", platform="linux", device_id=DEVICE_ID),
            agents=[messages.AgentInfo(id="shell", label="Shell", available=True)],
            sessions=[info, ended],
            limits=messages.ChannelLimits(),
            phone=messages.PhoneInfo(phone_id=PHONE_ID, label="Téléphone"),
        ),
        messages.Sessions(sessions=[info]),
        messages.Sessions(sessions=[], id=6),
        messages.Opened(id=1, session=info),
        messages.Attached(
            id=3, stream=1, session=info, base=70_000, snapshot=1_200, input_seen=5, cols=80, rows=24, leader=False
        ),
        messages.Attached(
            id=4, stream=2, session=info, base=7, snapshot=None, input_seen=0, cols=48, rows=30, leader=True
        ),
        messages.Snapshot(stream=1, base=1 << 40, bytes=65_001, cols=80, rows=24),
        messages.InputAck(stream=1, offset=6),
        messages.Resized(stream=1, offset=70_010, cols=48, rows=30, leader=True),
        messages.Scrollback(id=12, data=b"\x1b[31molder\x1b[0m\r\nlines", oldest=False),
        messages.Scrollback(id=13, data=b"", oldest=True),
        messages.Exit(stream=1, session="abcdefghijklm", offset=70_020, code=0, signal=None),
        messages.Exit(stream=1, session="abcdefghijklm", offset=70_020, code=None, signal="KILL"),
        messages.Error(code="unknown_session", message="There is no such session.", id=3, hint="It has ended."),
        messages.Error(code="bad_request", message="Say hello first."),
        messages.Ok(id=5),
        messages.Pong(id=4_294_967_295),
    ]

    def packed(value: object) -> str:
        return (b"\x00" + msgspec.msgpack.encode(value)).hex()

    hello = {"type": "hello", "versions": [1], "client": bytes(16), "kind": "web"}
    attach = {"type": "attach", "id": 1, "session": "abcdefghijklm", "cols": 48, "rows": 30}
    return {
        "stream_messages": [
            {"kind": kind, "stream": stream, "offset": offset, "data": data.hex(), "message": message.hex()}
            for kind, stream, offset, data, message in (
                ("output", 1, 0, b"$ ", frames.encode_output(1, 0, b"$ ")),
                ("output", 0xFFFF_FFFF, 1 << 40, b"\x00\xff", frames.encode_output(0xFFFF_FFFF, 1 << 40, b"\x00\xff")),
                ("input", 2, 7, b"ls\r", frames.encode_input(2, 7, b"ls\r")),
                ("snapshot", 3, 0, b"\x1b[H", frames.encode_snapshot_chunks(3, b"\x1b[H")[0]),
            )
        ],
        "control": [
            {"from": sender, "message": frames.encode_control(messages.encode(value)).hex(), "value": _json(value)}
            for sender, values in (("client", client), ("daemon", daemon))
            for value in values
        ],
        "ignored": [
            {"name": "an unknown type", "from": "client", "message": packed({"type": "chat.open", "id": 1})},
            {"name": "an unknown type", "from": "daemon", "message": packed({"type": "push.key", "key": b"x"})},
        ],
        "malformed": [
            {"name": "empty", "from": "client", "message": ""},
            {"name": "an unknown kind", "from": "client", "message": "09" + "00" * 13},
            {"name": "input without a byte", "from": "client", "message": "02" + "00" * 12},
            {"name": "input with half a header", "from": "client", "message": "020000"},
            {"name": "an offset of 2^53", "from": "client", "message": "0200000001" + "0020000000000000" + "61"},
            {"name": "no map", "from": "client", "message": packed([1, 2])},
            {"name": "no type", "from": "client", "message": packed({"id": 1})},
            {"name": "a type that is no text", "from": "client", "message": packed({"type": 7})},
            {"name": "half a map", "from": "client", "message": packed(attach)[:-6]},
            {"name": "bytes behind the map", "from": "client", "message": packed(attach) + "c0"},
            {"name": "a field missing", "from": "client", "message": packed({"type": "hello", "versions": [1]})},
            {"name": "a short client id", "from": "client", "message": packed(hello | {"client": bytes(15)})},
            {"name": "a field of another type", "from": "client", "message": packed(attach | {"cols": "48"})},
            {"name": "one column", "from": "client", "message": packed(attach | {"cols": 1})},
            {"name": "1,001 rows", "from": "client", "message": packed(attach | {"rows": 1_001})},
            {"name": "a negative offset", "from": "client", "message": packed(attach | {"have": -1})},
            {"name": "eight bytes of colours", "from": "client", "message": packed(attach | {"colours": bytes(8)})},
            {"name": "an offset beyond 2^53", "from": "client", "message": packed(attach | {"have": 1 << 53})},
            {"name": "an id beyond 32 bits", "from": "client", "message": packed({"type": "ping", "id": 1 << 32})},
            {"name": "no base", "from": "daemon", "message": packed({"type": "snapshot", "stream": 1, "bytes": 3})},
            {"name": "a session as text", "from": "daemon", "message": packed({"type": "sessions", "sessions": ["x"]})},
            {"name": "a pong without id", "from": "daemon", "message": packed({"type": "pong"})},
        ],
    }  # fmt: skip


def _json(value: messages.Message) -> Any:
    return _readable(msgspec.msgpack.decode(messages.encode(value)))


def _readable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {name: _readable(field) for name, field in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value


def main() -> None:
    """Write the three files."""
    paired = conversation("a paired phone", None)
    pairing_psk = pairing.pairing_psk(bytes(range(16)), "4711")
    contents = {
        "channel": {
            "conversations": [paired, conversation("a pairing", pairing_psk)],
            "rejected": rejected(paired),
            "rekey": rekey(),
        },
        "pairing": pairing_vectors(),
        "session": session_vectors(),
    }
    for name, content in contents.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (VECTORS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
