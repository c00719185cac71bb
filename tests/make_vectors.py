"""Write the vectors of layer 2: `python -m tests.make_vectors`. The files change only with the protocol."""

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.wire import channel, noise, pairing
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


def main() -> None:
    """Write the two files."""
    paired = conversation("a paired phone", None)
    pairing_psk = pairing.pairing_psk(bytes(range(16)), "4711")
    contents = {
        "channel": {
            "conversations": [paired, conversation("a pairing", pairing_psk)],
            "rejected": rejected(paired),
            "rekey": rekey(),
        },
        "pairing": pairing_vectors(),
    }
    for name, content in contents.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (VECTORS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
