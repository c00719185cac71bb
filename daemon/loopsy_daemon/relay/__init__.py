"""The daemon side of the relay: the link, the phones, the HTTP calls."""
