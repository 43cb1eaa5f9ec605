a + b * c ** -d // e @ f % g << 1 >> 2 & h | i ^ ~j

not a < b <= c != d in e not in f is g is not h or i and j

x = y = *a, b = yield c

f(a, *b, c=1, **d)(e for e in f if g)[1:2, ::3, ...].h[*i, j]

[a for b in c if d if e for f, in g]; {a: b for c in d}; {a, *b}; {**a, b: c}

lambda a, b=1, /, c=2, *d, e, f=3, **g: a if b else c

(x := 1, y); (yield); (await z); await f(x) ** 2

[i async for i in aiter()], (), [], {}, (a,), ..., None, True, False

0xFF_FF + 0o17 + 0b1_0 + 1_000.5e-3j + .5 + 5. + 1if x else 2

x[a:b, c:d:e, f := 1]; x[::]; x[1:]; x[()]
