"""Says what re makes of patterns: one JSON document a line, an answer a line."""

import json
import re
import sys
import warnings

warnings.simplefilter("ignore")
for line in sys.stdin:
    asked = json.loads(line)
    try:
        compiled = re.compile(asked["pattern"])
    except (re.error, OverflowError, RecursionError):
        print(json.dumps(None))
        continue
    how = getattr(compiled, asked["how"])
    print(json.dumps([m.span() if (m := how(s)) else [-1, -1] for s in asked["subjects"]]))
