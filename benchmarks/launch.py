"""Runs one command and prints its exit code, the seconds it took, and the bytes of memory it had at its peak.

A process starts with the peak of the one that started it. This one imports next to nothing, so that its own does not
hide that of the command.
"""

import os
import sys
import time

UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes

if __name__ == "__main__":
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{os.waitstatus_to_exitcode(status)} {seconds} {usage.ru_maxrss * UNIT}")
