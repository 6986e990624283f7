"""The bank's process: arguments, the lock on its folder, the listening socket, a clean stop."""

import argparse
import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .bank import Bank
from .desk import Desk
from .schema import folder_of
from .wire import HEAD_LIMIT

HOST = "127.0.0.1"
LOOK_SECONDS = 0.5
BACKLOG = 512


class CannotStart(Exception):
    """Why the bank does not start, in one line for a person."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bank until SIGTERM or SIGINT. Exit code 0 after a clean stop, 1 when it cannot start, 2 for usage."""
    parser = argparse.ArgumentParser(prog="practice-bank", description="The practice bank (Sips Office JSON).")
    parser.add_argument("--port", type=int, default=8081, help="loopback port (0: any free one); default 8081")
    parser.add_argument("--data", type=Path, required=True, help="data folder; the bank keeps its own in DATA/bank")
    parser.add_argument("--clock-file", type=Path, help="default DATA/clock.json")
    arguments = parser.parse_args(argv)
    logging.basicConfig(format="practice bank: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        with _only_one(arguments.data):
            asyncio.run(_serve(arguments.port, arguments.data, arguments.clock_file or arguments.data / "clock.json"))
    except CannotStart as reason:
        logging.error("%s", reason)
        return 1
    except OSError as failure:
        logging.error("cannot use %s: %s", arguments.data, failure.strerror)
        return 1
    except sqlite3.Error as failure:
        logging.error("cannot use the store in %s: %s", arguments.data, failure)
        return 1
    return 0


async def _serve(port: int, data: Path, clock_file: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bank = Bank(data, clock_file)
    try:
        desk = Desk(bank, data)
        try:
            server = await asyncio.start_server(desk.serve, HOST, port, limit=HEAD_LIMIT, backlog=BACKLOG)
        except OSError as failure:
            taken = failure.errno == errno.EADDRINUSE
            reason = f"port {port} is taken" if taken else failure.strerror
            raise CannotStart(f"cannot listen on {HOST}:{port}: {reason}") from None
        except OverflowError:
            raise CannotStart(f"cannot listen on port {port}: ports go from 0 to 65535") from None
        logging.info("listening on http://%s:%s/", HOST, server.sockets[0].getsockname()[1])
        while not stop.is_set():
            try:
                await bank.look()
            except sqlite3.Error as failure:  # a full disk, a long foreign writer: orders are answered 500 meanwhile
                logging.error("the store does not answer: %s", failure)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        server.close()
        await _finish(desk)
    finally:
        await bank.store.close()


async def _finish(desk: Desk) -> None:
    """Give requests in work a moment, then end every connection, idle and held ones too."""
    waiting = set(desk.connections)
    if waiting:
        await asyncio.wait(waiting, timeout=0.5)
    for connection in desk.connections:
        connection.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=2)


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets it go when the process dies, however it dies."""
    handle = os.open(folder_of(data) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another bank is at work in {data}") from None
        yield
    finally:
        os.close(handle)
