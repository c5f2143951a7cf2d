"""Proxies and certificates of the environment: those that cannot be used are refused.

This machine is never reached through a proxy.
"""

import os
from collections.abc import MutableMapping
from ipaddress import AddressValueError, IPv6Address
from pathlib import Path

from labelferry.errors import SpecError
from labelferry.regular import open_regular

__all__ = ["refuse_unusable_proxies", "settle_proxies"]

HERE = ("127.0.0.1", "localhost", "::1")
EXCEPTIONS = ("NO_PROXY", "no_proxy")
CERTIFICATES = "SSL_CERT_FILE"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def settle_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Except this machine from the proxies of an environment, for this process and its children.

    Ranges of addresses are left out: the HTTP library cannot read them, and names of hosts are never in one.
    """
    if not _named(environment):
        return
    told = ",".join(environment.get(name, "") for name in EXCEPTIONS).split(",")
    kept = [entry.strip() for entry in told if _can_be_read(entry.strip())]
    environment.update(dict.fromkeys(EXCEPTIONS, ",".join(dict.fromkeys([*kept, *HERE]))))


def refuse_unusable_proxies() -> None:
    """Stop when the environment names a proxy or certificates that the HTTP library cannot use.

    Raises:
        SpecError: naming the variables.
    """
    import httpx

    _refuse_unusable_certificates()
    try:
        httpx.Client().close()
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        names = ", ".join([*_named(os.environ), *(name for name in EXCEPTIONS if os.environ.get(name))])
        raise SpecError(f"{names}: cannot be used as they are ({error}); correct or unset them") from error


def _refuse_unusable_certificates() -> None:
    file = os.environ.get(CERTIFICATES)
    if not file:
        return
    import ssl

    try:
        open_regular(Path(file)).close()
        ssl.create_default_context(cafile=file)
    except OSError as error:  # which ssl's own errors are
        reason = getattr(error, "reason", None) or error.strerror
        raise SpecError(
            f"{CERTIFICATES}: {file} cannot be used ({reason}); name a file of certificates (PEM), or unset it"
        ) from error


def _named(environment: MutableMapping[str, str]) -> list[str]:
    """Return the variables that name a proxy."""
    return [name for proxy in PROXIES for name in (proxy, proxy.lower()) if environment.get(name)]


def _can_be_read(entry: str) -> bool:
    if "/" in entry and "://" not in entry:
        return False
    try:
        IPv6Address(entry)
    except AddressValueError:
        return bool(entry) and "[" not in entry and (entry.count(":") <= 1 or "://" in entry)
    return True
