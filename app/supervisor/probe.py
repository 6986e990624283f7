"""Small questions to a port: is it free, does somebody answer. No HTTP library: those belong to the gateways."""

import socket

from config import ConfigError


def demand_free(host: str, port: int, variable: str) -> None:
    """Raise ConfigError, one line, when this port is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise ConfigError(f"port {port} needs root: choose another, {variable}=<port>") from None
        except OSError as error:
            reason = "is busy" if error.errno in (48, 98) else f"cannot be used ({error.strerror})"
            raise ConfigError(
                f"port {port} {reason}: stop what uses it, or choose another, {variable}=<port>"
            ) from None


def answers(host: str, port: int, seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except OSError:
        return False
    return True


def http_status(host: str, port: int, path: str, seconds: float = 5.0) -> int | None:
    """The status code a GET of this path gets, or None when there is no HTTP answer in time."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection((host, port), timeout=seconds) as wire:
            wire.sendall(request)
            line = wire.makefile("rb").readline(200).split()
    except OSError:
        return None
    return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/") and line[1].isdigit() else None
