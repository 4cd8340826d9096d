"""Runs one command and says how long it took and how much memory it had at its peak.

A process starts with the peak memory of the one that started it; this one imports next to nothing, so that it does
not hide what the command takes. Prints the exit code, seconds of wall time, seconds of processor time (of all
processors together), and kB.
"""

import os
import sys
import time

if __name__ == "__main__":
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    sys.stdout.write(
        f"{os.waitstatus_to_exitcode(status)} {wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}"
    )
