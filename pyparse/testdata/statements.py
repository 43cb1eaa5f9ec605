@a.b(c)
@(lambda f: f)
async def f[T: int = 3, *Ts = *int, **P](a: int, /, b=1, *args: *Ts, c, **kw) -> int: return a

class A(B, *C, metaclass=M, **kw):
    "doc"
    x: int = 1
    (y): str
    def f(self): pass;

if a:
    pass
elif b: pass
else:
	pass

for x, *y in a, *b:
    break
else:
    continue

while (x := f()): del a, (b, c), [d], e.f, g[h]

try:
    raise A from b
except (B, C) as e: pass
except D, E: pass
except: raise
else: pass
finally:
    pass

try: pass
except* A as e: pass

with a as b, c as (d, e), f: pass

with (a as b, c as d.e,): pass

with (a, b) as c, (yield): pass

async def g():
    async with a: pass
    async for b in c: pass

match x, *y:
    case 1 | -2.5 | 3+4j | "a" "b" | None | True: pass
    case [a, *_, b] | (c,) if d: pass
    case {"k": v, 1: _, a.b: c, **rest}: pass
    case A.B(1, x=2) as z: pass
    case a, *b: pass

match = type = case = _ = 1; match(x); type(y); match[z]; print(case)

type X[T] = list[T]

from ... import a; from .b.c import (d as e, f,); import g.h as i, j; from k import *

global a, b; nonlocal c; assert a, b; x += 1; x @= yield; pass; return
