def f(:
    pass
def g(a, b
    return 1
def h() pass

x = foo(1, [2, {3: (
def i():
    if x = 1:
        y
  z

class A
    def j(self):
        return f"{a" + 'b

for in x: else: elif except: @
try:
    pass
x = = 1; f(a b); [1 2; {1: 2, 3}; lambda: ; (yield = 1); del f()

f'{' f'{a' f'{a!}' f'{a:{' f'}' f'{a b}' t'{' '''

match x:
    case
    case 1 +: pass
    y = 1

print "hello", x
exec "code" in d

0777 + 10L + `x` + ur'a' <> 1

with (a as b, c: pass
import a., b as; from import x; from . import (a b)

  	  x
	y
