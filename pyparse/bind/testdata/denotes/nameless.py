# Without a module's name.
from . import x
def f(): pass
class C:
    def m(self):
        f()  # = f
        C.m()  # = C.m
        x()  # = .x
