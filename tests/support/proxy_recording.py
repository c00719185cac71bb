"""What crossed a proxy, as a person would read it."""


def readable(stream: bytes) -> bytes:
    """Return one direction of an HTTP connection with the payloads of its WebSocket frames unmasked (RFC 6455 §5)."""
    head, separator, rest = stream.partition(b"\r\n\r\n")
    if b"upgrade: websocket" not in head.lower():
        return stream
    out = bytearray(head + separator)
    while len(rest) >= 2:
        masked, length, header = rest[1] & 0x80, rest[1] & 0x7F, 2
        if length >= 126:
            header = 4 if length == 126 else 10
            length = int.from_bytes(rest[2:header], "big")
        mask = rest[header : header + 4] if masked else b"\0\0\0\0"
        start = header + (4 if masked else 0)
        payload = rest[start : start + length]
        out += bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        rest = rest[start + length :]
    return bytes(out)
