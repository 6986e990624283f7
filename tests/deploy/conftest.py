"""The web server behind nginx with the recipe of deploy/, a self-made certificate, ports of our own."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from flask import Flask

from app import create_app
from app.security.practice import create_practice
from config import Settings
from tests.applications import close
from tests.certificates import certificate
from tests.house_fixtures import empty, free
from tests.web_process import WebProcess

RECIPE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "vpc.example.com"


@dataclass(frozen=True)
class Front:
    """What stands in front: its ports, its folder, the certificate."""

    http: int
    https: int
    folder: Path
    certificate: Path
    app: Flask
    password: str


def replaced(recipe: str, web: int, http: int, https: int, folder: Path) -> str:
    """The recipe with the values marked "yours" changed, and nothing else."""
    changes = [
        (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{web};"),
        (r"listen 80;", f"listen 127.0.0.1:{http};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        (r"/etc/ssl/egestion/", f"{folder}/"),
        (r"/var/log/nginx/", f"{folder}/"),
    ]
    for pattern, text in changes:
        recipe, count = re.subn(pattern, text, recipe)
        assert count, f"deploy/nginx.conf has no {pattern}"
    return recipe


@pytest.fixture(scope="package")
def front(
    servers: Settings, written_tables: tuple[str, ...], command: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """nginx and `egestion web` behind it, with the practice merchants."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    assert Path(nginx).exists(), "nginx is missing: make test installs it"
    folder = tmp_path_factory.mktemp("front")
    own = certificate(folder, x509.DNSName(NAME))  # with its key in the same file: either of the two the recipe names
    for name in ("privkey.pem", "fullchain.pem"):
        shutil.copy(own, folder / name)
    empty(servers, written_tables)
    application = create_app(servers)
    with application.app_context():
        create_practice(servers)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    environment |= {"EGESTION_DATA_DIR": str(servers.data_dir), "EGESTION_TLS_PROXY": "1", "EGESTION_HOSTS": NAME}
    web = WebProcess(command, environment, folder / "web.log")
    http, https = free(), free()
    (folder / "egestion.conf").write_text(replaced(RECIPE.read_text("utf-8"), web.port, http, https, folder))
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    whole = f"{user} pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}} http {{ {temporary} include {folder}/egestion.conf; }}"
    (folder / "nginx.conf").write_text(whole)
    process = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-p", folder, "-g", "daemon off;"])
    try:
        _wait_for(https, process, folder / "nginx.log")
        yield Front(http, https, folder, folder / "fullchain.pem", application, servers.practice_password or "")
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
        web.stop()
        close(application)
        empty(servers, written_tables)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.1)
