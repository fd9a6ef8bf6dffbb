"""Runs a command and prints what it took as JSON: wall and CPU seconds, and the megabytes of the largest process, itself or a child it waited for.

    python3 meter.py CWD COMMAND [WORD...]

A process of its own, and a small one, because a child's peak memory begins with that of whoever starts it.
"""
import json
import os
import sys
import tempfile
import time

cwd, words = sys.argv[1], sys.argv[2:]
os.chdir(cwd)
with tempfile.TemporaryFile() as said:
    began = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)]
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    said.seek(max(0, said.seek(0, 2) - 2000))
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    print(json.dumps({
        "code": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "megabytes": kilobytes * 1024 / 1e6,
        "said": said.read().decode("utf-8", "replace"),
    }))
