"""Imported by every Python process that has this folder in PYTHONPATH: it may connect to this machine only.

Other connections are refused before anything is sent, and recorded in the file that LOOPBACK_LOG names.
"""

import ipaddress
import os
import sys
from typing import Any

NAMES = {None, "", b"", "localhost", b"localhost"}


def is_here(host: Any) -> bool:
    if host in NAMES:
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text == os.uname().nodename
    return address.is_loopback or address.is_unspecified


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not is_here(host):
        with open(os.environ["LOOPBACK_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123  this early, only what is loaded already
            log.write(f"{event} {host} by {' '.join(' '.join(sys.orig_argv).split())}\n")
        raise ConnectionRefusedError(f"{host} is not this machine")


sys.addaudithook(refuse)
