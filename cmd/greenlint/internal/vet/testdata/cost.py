#!/usr/bin/env python3
"""cost.py TOOL DIR [PATTERN...]: what go vet costs with TOOL, beside go vet as it is.

DIR is a checkout of a Go module, golang.org/x/tools at a fixed version for the figures that are compared.
Everything is compiled first; both runs are then cold as far as vet goes, and nine warm ones follow, of
which the median counts. CPU seconds are those of all processes, memory is that of the largest.
Last come the bytes of facts that a package hands to those that import it.
"""
import json, os, resource, statistics, subprocess, sys, tempfile, time

tool, where, patterns = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:] or ["./..."]

# Stands in for the tool, and writes down how large the facts of each unit are.
WEIGH = """#!/usr/bin/env python3
import json, os, subprocess, sys
status = subprocess.call([{tool!r}, *sys.argv[1:]])
if sys.argv[-1].endswith(".cfg"):
    unit = json.load(open(sys.argv[-1]))
    size = os.path.getsize(unit["VetxOutput"]) if os.path.exists(unit["VetxOutput"]) else 0
    with open({log!r}, "a") as log:
        log.write(json.dumps([unit["ImportPath"], size, bool(unit["Standard"].get(unit["ImportPath"]))]) + "\\n")
sys.exit(status)
"""


def run(*args):
    """The child is a fork of its own, so that its peak memory is not that of an earlier one."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        start = time.time()
        p = subprocess.run(["go", *args, *patterns], cwd=where, capture_output=True, text=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = used.ru_utime + used.ru_stime, time.time() - start, used.ru_maxrss / 1024, p.stderr.count("\n")
        os.write(w, json.dumps(figures).encode())
        os._exit(0)
    os.close(w)
    out = json.loads(os.read(r, 1000))
    os.waitpid(pid, 0)
    os.close(r)
    return out


def show(name, figures):
    cpu, wall, memory, lines = figures
    print(f"{name:16} {cpu:7.2f} s CPU {wall:7.1f} s wall {memory:5.0f} MB at most, {lines} lines")
    return cpu


run("build")
run("test", "-run=^$", "-count=1", "-vet=off")
with tempfile.TemporaryDirectory() as tmp:
    config, log, weigh = (os.path.join(tmp, name) for name in ("greenlint.toml", "facts", "weigh"))
    os.environ["GREENLINT_CONFIG"] = config
    name = os.path.basename(tmp)  # makes flags and settings of which no cache knows yet
    kinds = {"go vet": ("vet", f"-printf.funcs={name}"), "greenlint": ("vet", f"-vettool={tool}")}
    cpu = {}
    for kind, args in kinds.items():
        with open(config, "w") as f:
            f.write(f"# {name}\n")
        cpu[kind, "cold"] = show(f"{kind}, cold", run(*args))
    warm = {kind: [] for kind in kinds}
    for _ in range(9):  # in turn, since the machine may have other work for a while
        for kind, args in kinds.items():
            warm[kind].append(run(*args))
    for kind in kinds:
        cpu[kind, "warm"] = show(f"{kind}, warm", statistics.median_low(warm[kind]))
    for state in ("cold", "warm"):
        print(f"{state}: {cpu['greenlint', state] / cpu['go vet', state]:.2f} times go vet")

    with open(weigh, "w") as f:
        f.write(WEIGH.format(tool=tool, log=log))
    os.chmod(weigh, 0o755)
    with open(config, "w") as f:
        f.write(f"# {name}, weighed\n")
    run("vet", f"-vettool={weigh}")
    sizes = {}
    for line in open(log):
        path, size, standard = json.loads(line)
        if not standard:
            sizes[path] = max(size, sizes.get(path, 0))
    print(f"facts: {len(sizes)} packages, {sum(sizes.values())} bytes, median {statistics.median(sizes.values()):.0f}; the largest:")
    for path in sorted(sizes, key=lambda p: (-sizes[p], p))[:5]:
        print(f"  {sizes[path]:8} {path}")
