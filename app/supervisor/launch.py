"""Becomes a child of the supervisor: tied to its parent, as another user where told, then the program itself.

Run as a file (`python -I -S launch.py PARENT SIGNAL UID GID PROGRAM…`), never imported by the service: it needs the
standard library only, so it costs ten milliseconds, and nothing runs between fork and exec in a process with threads.
PostgreSQL refuses to run as root, so root's embedded servers run as an unprivileged system user. When the clone or the
data folder lies where that user cannot reach it (/root), the server keeps one capability, to walk and read through.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_CAPBSET_READ = 23
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
SECBIT_KEEP_CAPS = 1 << 4
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def die_with(parent: int, number: int) -> None:
    """Ask the kernel for signal `number` when the parent dies; leave at once when it is dead already."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        sys.exit(0)


def become(uid: int, gid: int, reach: bool) -> None:
    """Drop root for good; with `reach`, keep the one capability that walks through folders closed to the user."""
    keep = next((c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if _prctl(PR_CAPBSET_READ, c) == 1), None)
    if reach and keep is None:
        sys.exit("the kernel grants no way through folders closed to others: choose another EGESTION_DATA_DIR")
    # Without NO_SETUID_FIXUP access(2) forgets the capability, and PostgreSQL finds its programs by access(2).
    if reach and _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS) != 0:
        sys.exit("the kernel grants no way through folders closed to others: choose another EGESTION_DATA_DIR")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if reach and keep is not None:
        bits = 1 << keep
        data = (_Data * 2)(_Data(bits, bits, bits), _Data(0, 0, 0))
        if ctypes.CDLL(None, use_errno=True).capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), data) != 0:
            sys.exit(f"capset: {os.strerror(ctypes.get_errno())}")
        if _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, keep) != 0:
            sys.exit("the kernel refuses ambient capabilities: choose another EGESTION_DATA_DIR")


def _prctl(option: int, first: int, second: int = 0) -> int:
    return int(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(first), ctypes.c_ulong(second), 0, 0))


def main() -> None:
    """Arguments: parent's pid, signal at its death, uid, gid (-1: stay), 1 to keep the way through, program…"""
    parent, number, uid, gid, reach = (int(word) for word in sys.argv[1:6])
    program = sys.argv[6:]
    if uid >= 0:
        become(uid, gid, reach == 1)
    die_with(parent, number)  # after the change of user, which clears it
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606 - the point of this file


if __name__ == "__main__":
    main()
