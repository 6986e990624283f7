"""Ports: a busy one is one clear line, and small questions get small answers."""

import socket

import pytest

from app.supervisor.probe import answers, demand_free, http_status
from config import ConfigError


def test_a_busy_port_is_named_with_its_variable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} is busy: .*EGESTION_PORT"):
            demand_free("127.0.0.1", port, "EGESTION_PORT")
        assert answers("127.0.0.1", port)
        assert http_status("127.0.0.1", port, "/health", seconds=0.1) is None
    demand_free("127.0.0.1", port, "EGESTION_PORT")
    assert not answers("127.0.0.1", port)
