"""Runs the programs that come as JSON strings on standard input, each many times.

A program calls c() to choose, r() for a few turns, boom() to fail at times and
see(place, value) to show a value. The answer is what was seen at each place; -1 is a
name without a value.
"""
import contextlib
import json
import random
import sys

RUNS = 150


class Names(dict):
    def __missing__(self, name):
        if name == "x":
            return -1
        raise KeyError(name)


def run(code, rnd, seen):
    later = []
    # Chances differ between runs, so that both long and short ways are taken.
    p, q = rnd.uniform(0.1, 0.7), rnd.random() / 3

    def boom():
        if rnd.random() < q:
            raise ValueError

    def call():
        for f in later:
            if rnd.random() < 0.5:
                f()

    names = Names(
        c=lambda: rnd.random() < p, r=lambda: range(rnd.randrange(3)), boom=boom, call=call, later=later.append,
        see=lambda place, value: seen.setdefault(place, set()).add(value), suppress=contextlib.suppress)
    env = dict(names)
    try:
        exec(code, env, names)
    except (ValueError, NameError):
        pass


def main():
    for line in sys.stdin:
        code, rnd, seen = compile(json.loads(line), "program", "exec"), random.Random(1), {}
        for _ in range(RUNS):
            run(code, rnd, seen)
        print(json.dumps({str(k): sorted(v) for k, v in seen.items()}), flush=True)


main()
