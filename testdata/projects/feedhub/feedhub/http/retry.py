"""A decorator for calls that may fail now and then."""

from __future__ import annotations

import functools
import random
import time
from typing import Callable, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def retrying(
    attempts: int, *errors: type[Exception], pause: float = 0.5
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(func: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(func)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            for attempt in range(1, attempts):
                try:
                    return func(*args, **kwargs)
                except errors:
                    time.sleep(pause * 2**attempt * random.uniform(0.8, 1.2))
            return func(*args, **kwargs)

        return wrapper

    return decorate
