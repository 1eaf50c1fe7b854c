# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Programs that run to their end, with their output in a log file."""

import ctypes
import os
import signal
import subprocess
import time

from .console import Stop
from .settings import settings

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_hurry = []


def on_interrupt(_number, _frame):
    """The first signal ends the work, a second one also what ends slowly."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, hurry)
    raise KeyboardInterrupt


def hurry(_number, _frame):
    """From now on programs are not asked to end, they are ended."""
    _hurry.append(True)


def log_path(name):
    """The log file ``<cache>/logs/<name>.log``."""
    return settings().folder("logs") / f"{name}.log"


def run(command, log, env=None, cwd=None, timeout=1800, failure=None, **popen):
    """Run ``command`` with its output appended to the log file named ``log``.

    A failure is one line: ``failure`` (a text, or a function of the output),
    followed by the name of the log.
    """
    path = log_path(log)
    with open(path, "a+b") as handle:
        handle.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        handle.flush()
        start = handle.tell()
        process = start_program(
            command, stdout=handle, stderr=handle, env=env, cwd=cwd, **popen
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = f"no end after {timeout} s"
        finally:
            end_group(process, grace=5)
    if code == 0:
        return path
    with open(path, "rb") as handle:
        handle.seek(start)
        output = handle.read().decode(errors="replace")
    text = failure(output) if callable(failure) else failure
    name = os.path.basename(str(command[0]))
    raise Stop(f"{text or f'{name} failed'} (result: {code}; see {path})")


def start_program(command, death=signal.SIGTERM, **popen):
    """Start a program at the head of its own process group.

    Should this process be killed, the kernel sends the program ``death``.
    """
    popen.setdefault("stdin", subprocess.DEVNULL)
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            start_new_session=True,
            preexec_fn=lambda: _LIBC.prctl(PR_SET_PDEATHSIG, int(death)),
            **popen,
        )
    except FileNotFoundError as error:
        raise Stop(f"The program {error.filename} is missing.") from error


def end_group(process, grace, first=signal.SIGTERM, leader_only=False):
    """End a program and what it started: politely, then for good.

    With ``leader_only`` the first signal goes to the program alone, which ends
    its children itself, in its own order.
    """
    if process.poll() is None and leader_only:
        process.send_signal(first)
    else:
        signal_group(process, first)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and not _hurry:
        process.poll()
        if not signal_group(process, 0):
            return
        time.sleep(0.05)
    signal_group(process, signal.SIGKILL)
    process.wait()


def signal_group(process, number):
    """Send a signal to a program's group; False when nobody is left in it."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
