#!/usr/bin/env python3
"""cost.py TOOL DIR [PATTERN...]: what go vet costs with TOOL, beside go vet as it is.

DIR is a checkout of a Go module, golang.org/x/tools at a fixed version for the figures that are compared.
Everything is compiled first; both runs are then cold as far as vet goes, and the warm ones follow.
CPU seconds are those of all processes, memory is that of the largest.
"""
import os, resource, subprocess, sys, time

tool, where, patterns = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:] or ["./..."]


def run(*args):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    p = subprocess.run(["go", *args, *patterns], cwd=where, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.time() - start, after.ru_maxrss / 1024, p


env = f"cost{os.getpid()}"
run("build")
run("test", "-run=^$", "-count=1", "-vet=off")
rows = [
    ("go vet, cold", ("vet", f"-printf.funcs={env}")),
    ("go vet, warm", ("vet", f"-printf.funcs={env}")),
]
out = {}
for name, args in rows[:2]:
    out[name] = run(*args)
open(f"/tmp/{env}.toml", "w").write(f"# {env}\n")
for name in ("greenlint, cold", "greenlint, warm"):
    out[name] = run("vet", f"-vettool={tool}", f"-config=/tmp/{env}.toml")
os.remove(f"/tmp/{env}.toml")
for name, (cpu, wall, mem, p) in out.items():
    print(f"{name:16} {cpu:7.2f} s CPU {wall:7.1f} s wall, largest process so far {mem:5.0f} MB, {p.stderr.count(chr(10))} lines")
print(f"cold {out['greenlint, cold'][0] / out['go vet, cold'][0]:.2f} times go vet, warm {out['greenlint, warm'][0] / out['go vet, warm'][0]:.2f} times")
