"""Which certificate a relay may show: any that the world vouches for, or the one that was given to us."""

import ssl
from pathlib import Path
from typing import Final

_END: Final = "-----END CERTIFICATE-----"


def trusting_only(certificate: Path) -> ssl.SSLContext:
    """Return a context that accepts this certificate and no other, whatever name the relay is reached by.

    Raises OSError if the file cannot be read or holds none.
    """
    first, end, _ = certificate.read_text(encoding="ascii", errors="replace").partition(_END)
    context = ssl.create_default_context(cadata=first + end)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it need not sign itself
    context.check_hostname = False
    return context
