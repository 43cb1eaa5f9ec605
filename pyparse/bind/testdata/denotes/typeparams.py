# module: m
# The scopes of type parameters.
from a import T, x


def f[T: x](p: T, q: x = T) -> x:  # = a.x
    T  # = ?
    p  # = ?


class C[T](x):  # = a.x
    from b import y

    def g[U](self, p: y):  # = b.y
        y  # = ?
        T  # = ?


T  # = a.T
type A[T] = x[T]  # = a.x
A  # = ?
