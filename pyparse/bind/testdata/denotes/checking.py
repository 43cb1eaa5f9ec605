# module: m
# Imports for type checkers count where nothing else does.
from __future__ import annotations
import typing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from a import Client
    from b import both
else:
    from c import both

if not typing.TYPE_CHECKING:
    from d import also
else:
    from e import also

if TYPE_CHECKING:
    from a import Nothing
else:
    Nothing = None


def f(c: Client):  # = a.Client
    both()  # = c.both
    also()  # = d.also


x: Nothing  # = a.Nothing
