"""Runs a program and measures it from outside."""

import dataclasses
import os
import signal
import subprocess
import time


@dataclasses.dataclass
class Measured:
    seconds: float  # from its start until its exit, or until its rows were in
    cpu_seconds: float  # user and system, of it and all children it waited for
    rss_bytes: int  # the greatest resident set of one process of it
    exit_code: int


POLL_S = 0.02
GIVE_UP_S = 600


def run(argv, log, environment=None, has_all_rows=None):
    """Starts `argv`, its output going to the file `log`, and waits for its end.

    A tool that does not end by itself has `has_all_rows`: it is asked now and then, and once it
    says so the clock stops and the tool is told to end. Where it always says no it may look on.

    The disk is synced first: what an earlier program left in memory to be written would be written
    while this one runs, and one loader would pay for another.
    """
    os.sync()
    with open(log, "wb") as out:
        begin = time.monotonic()
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        try:
            seconds, status, usage = _wait(process, begin, has_all_rows)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    # What was ended by us, once its rows were in, did all that it was to do.
    code = 0 if has_all_rows and process.returncode == -signal.SIGTERM else process.returncode
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, code)


def _wait(process, begin, has_all_rows):
    if has_all_rows is None:
        _, status, usage = os.wait4(process.pid, 0)
        return time.monotonic() - begin, status, usage
    seconds = None
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        now = time.monotonic() - begin
        if pid:
            return seconds or now, status, usage
        if seconds is None and (has_all_rows() or now > GIVE_UP_S):
            seconds = time.monotonic() - begin
            os.killpg(process.pid, signal.SIGTERM)
        time.sleep(POLL_S)
