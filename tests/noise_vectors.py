"""Run Noise vectors in cacophony's JSON format: `python -m tests.noise_vectors FILE…`.

Vectors of the protocol names that Loopsy speaks are run as initiator and as responder; others are counted as skipped.
Prints `N passed, M failed, K skipped`; exits 1 if a vector failed or a file cannot be read.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.wire import noise
from loopsy_daemon.wire.errors import WireError

SUPPORTED = frozenset({noise.IK, noise.IKPSK1})
HANDSHAKE_MESSAGES = 2


class VectorFailed(Exception):
    """A vector's bytes are not what we compute."""


def protocol_name_of(vector: dict[str, Any]) -> str:
    """Return the vector's protocol name; some public files call it `name`."""
    return str(vector.get("protocol_name", vector.get("name", "")))


def run_vector(vector: dict[str, Any]) -> None:
    """Run one vector in both roles. Raises VectorFailed, WireError, KeyError or ValueError."""
    initiator, responder = _state(vector, initiator=True), _state(vector, initiator=False)
    messages = vector["messages"]
    for index, message in enumerate(messages[:HANDSHAKE_MESSAGES]):
        sender, receiver = (initiator, responder) if index % 2 == 0 else (responder, initiator)
        payload, ciphertext = _hex(message["payload"]), _hex(message["ciphertext"])
        _expect(sender.write_message(payload) == ciphertext, f"message {index}: other ciphertext")
        _expect(receiver.read_message(ciphertext) == payload, f"message {index}: other payload")
    if "handshake_hash" in vector:
        expected = _hex(vector["handshake_hash"])
        _expect(initiator.handshake_hash == responder.handshake_hash == expected, "other handshake hash")
    # the public vectors go on past our interval in no case; none of them rekeys by itself
    initiator_ends = initiator.split(rekey_interval_messages=None)
    responder_ends = responder.split(rekey_interval_messages=None)
    for index, message in enumerate(messages[HANDSHAKE_MESSAGES:], start=HANDSHAKE_MESSAGES):
        from_initiator = index % 2 == 0
        send = (initiator_ends if from_initiator else responder_ends)[0]
        receive = (responder_ends if from_initiator else initiator_ends)[1]
        payload, ciphertext = _hex(message["payload"]), _hex(message["ciphertext"])
        _expect(send.encrypt(payload) == ciphertext, f"message {index}: other ciphertext")
        _expect(receive.decrypt(ciphertext) == payload, f"message {index}: other payload")


def _state(vector: dict[str, Any], *, initiator: bool) -> noise.HandshakeState:
    role = "init" if initiator else "resp"
    psks = vector.get(f"{role}_psks", [])
    remote = vector.get("init_remote_static") if initiator else None
    return noise.HandshakeState(
        protocol_name=protocol_name_of(vector),
        initiator=initiator,
        prologue=_hex(vector[f"{role}_prologue"]),
        static=X25519PrivateKey.from_private_bytes(_hex(vector[f"{role}_static"])),
        ephemeral=X25519PrivateKey.from_private_bytes(_hex(vector[f"{role}_ephemeral"])),
        remote_static=_hex(remote) if remote is not None else None,
        psk=_hex(psks[0]) if psks else None,
    )


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


def _expect(condition: bool, failure: str) -> None:
    if not condition:
        raise VectorFailed(failure)


def run_file(path: Path) -> tuple[int, int, int]:
    """Return (passed, failed, skipped) of one file. Raises OSError, ValueError or KeyError for an unreadable one."""
    passed = failed = skipped = 0
    for number, vector in enumerate(json.loads(path.read_text(encoding="utf-8"))["vectors"]):
        name = protocol_name_of(vector)
        if name not in SUPPORTED:
            skipped += 1
            continue
        try:
            run_vector(vector)
        except (VectorFailed, WireError, KeyError, ValueError, TypeError) as error:
            failed += 1
            print(f"{path}: vector {number} ({name}): {error}", file=sys.stderr)
        else:
            passed += 1
    return passed, failed, skipped


def main(arguments: list[str]) -> int:
    """Run the files that are named; return the exit code."""
    if not arguments:
        print("usage: python -m tests.noise_vectors FILE…", file=sys.stderr)
        return 2
    totals = [0, 0, 0]
    unreadable = False
    for argument in arguments:
        try:
            counts = run_file(Path(argument))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            print(f"{argument}: not a file of Noise vectors in cacophony's JSON format ({error})", file=sys.stderr)
            unreadable = True
            continue
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or unreadable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
