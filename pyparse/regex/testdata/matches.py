"""Says what re makes of patterns: one JSON document a line, an answer a line.

Before 3.11.5, re takes some possessive repetitions for what they are not
(python/cpython#106052): of those it says nothing, with an empty list.
"""

import json
import re
import sys
import warnings

warnings.simplefilter("ignore")
wrong = re.compile(r"[*+?}]\+|\(\?>") if sys.version_info < (3, 11, 5) else None
for line in sys.stdin:
    asked = json.loads(line)
    try:
        compiled = re.compile(asked["pattern"])
    except (re.error, OverflowError, RecursionError):
        print(json.dumps(None))
        continue
    if wrong and wrong.search(asked["pattern"]):
        print("[]")
        continue
    how = getattr(compiled, asked["how"])
    print(json.dumps([m.span() if (m := how(s)) else [-1, -1] for s in asked["subjects"]]))
