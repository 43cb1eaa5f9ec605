#!/usr/bin/env python3
"""Measures greenlint beside ruff and flake8-async on trees of Python.

    analyzers/pyfront/testdata/speed.py [--greenlint FILE] [--times N] TREE...

Each command runs N times on each tree, in turn, and the fastest run counts: on a
machine that has other work too, that is the one which was disturbed least. The
table gives the wall time, the processor time and the largest resident set. A
command that takes longer than --patience is stopped, and not run again.

ruff and flake8-async come from PyPI, into a virtual environment of their own
that goes when the script ends. Both look at one file at a time; greenlint
follows calls from file to file. So this compares what a user waits for, not
how well the same work is done.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import venv


def measure(args, cwd, env, patience):
    """One run: seconds on the wall, seconds of the processor, MB; None if it was stopped."""
    start = time.perf_counter()
    child = subprocess.Popen(args, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    late = threading.Timer(patience, os.killpg, (child.pid, signal.SIGKILL))  # with the processes that it has started
    late.start()
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    late.cancel()
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == -signal.SIGKILL:
        return None
    if child.returncode not in (0, 1):  # 1: something was found
        sys.exit(f"{' '.join(args)} in {cwd}: status {child.returncode}\n{errors.decode(errors='replace')}")
    unit = 1024 if sys.platform != "darwin" else 1
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def lines(tree):
    n = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".py") and os.path.isfile(path):
                with open(path, "rb") as f:
                    n += f.read().count(b"\n")
    return n


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--greenlint", help="the program (else it is built)")
    parser.add_argument("--times", type=int, default=5, help="runs of each command (5)")
    parser.add_argument("--patience", type=float, default=120, help="seconds that one run may take (120)")
    parser.add_argument("trees", nargs="+", metavar="TREE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        greenlint = options.greenlint and os.path.abspath(options.greenlint)
        if not greenlint:
            greenlint = os.path.join(place, "greenlint")
            here = os.path.dirname(os.path.abspath(__file__))
            subprocess.run(["go", "build", "-o", greenlint, "../../../cmd/greenlint"], cwd=here, check=True)
        others = os.path.join(place, "venv")
        venv.create(others, with_pip=True)
        programs = os.path.join(others, "Scripts" if os.name == "nt" else "bin")
        subprocess.run([os.path.join(programs, "python"), "-m", "pip", "install", "-q", "ruff", "flake8", "flake8-async"], check=True)
        env = dict(os.environ, GREENLINT_CACHE=os.path.join(place, "cache"))
        commands = {
            "greenlint": [greenlint, "check", "-q", "--no-cache"],
            "greenlint, again": [greenlint, "check", "-q"],
            "ruff --select ASYNC": [os.path.join(programs, "ruff"), "check", "--isolated", "--select", "ASYNC", "--no-cache", "-q"],
            "flake8-async": [os.path.join(programs, "flake8"), "--isolated", "--select", "ASYNC", "-q"],
        }
        print(f"{os.cpu_count()} processors; the load at the start: {os.getloadavg()[0]:.1f}")
        print("\n| tree | lines of Python | command | wall | CPU | memory |\n| --- | --- | --- | --- | --- | --- |")
        for tree in options.trees:
            name, size = os.path.basename(os.path.normpath(tree)), lines(tree)
            measure(commands["greenlint, again"], tree, env, options.patience)  # which has something to go by from now on
            runs = {label: [] for label in commands}
            for _ in range(options.times):
                for label, args in commands.items():
                    if None not in runs[label]:
                        runs[label].append(measure(args, tree, env, options.patience))
            for label, results in runs.items():
                if None in results:
                    print(f"| {name} | {size:,} | {label} | over {options.patience:.0f} s | | |", flush=True)
                    continue
                wall, cpu, memory = (min(column) for column in zip(*results))
                print(f"| {name} | {size:,} | {label} | {wall:.2f} s | {cpu:.2f} s | {memory:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
