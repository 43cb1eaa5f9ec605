"""Says what CPython makes of Python files, for the conformance test.

Reads paths from standard input, one a line, and answers each with one line:

    ok <hash of the tree>  |  error <message>  |  skip <why>

With the argument "dump" it answers with the tree itself instead of a hash. With
"text" each line read is not a path but a JSON string that holds source text.

The tree is written as Tree.WriteJSON writes it. Differences between versions of
CPython that say nothing about the source are taken out here, each with its reason:

- 3.8 wraps a subscript in Index, and tuples of slices in ExtSlice. Both are unwrapped.
- 3.8 gives no position to slices, to tuples of slices and to keywords, and one without
  closing parentheses to starred expressions. It ends keyword-only parameters before their
  annotation, and compound statements before the semicolon of their last line. Up to 3.9
  aliases have no position. All these are left out on both sides.
- 3.8 reads "with (a, b):" as a tuple, where later versions read two items. It is
  taken for items.
- Before 3.12 what is inside an f-string has other ranges, and text beside it is
  joined differently.
- 3.12 may leave an empty string at the end of a format spec.
- Before 3.12 there are no type parameters, before 3.13 they have no defaults: an
  empty list or null is written.
- A named character is looked up by CPython and not by greenlint: a string whose
  source has a \\N{ is written as null. So are the values inside an f-string with one.
"""

import ast
import hashlib
import io
import json
import sys
import warnings

warnings.simplefilter("ignore")
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
sys.setrecursionlimit(20000)

V = sys.version_info[:2]

POSITIONED = (ast.stmt, ast.expr, ast.excepthandler, ast.arg, ast.keyword, ast.alias)
if hasattr(ast, "pattern"):
    POSITIONED += (ast.pattern,)
if hasattr(ast, "type_param"):
    POSITIONED += (ast.type_param,)

PY38_POSITIONS = {
    "keyword", "Slice", "Starred", "arg", "FunctionDef", "AsyncFunctionDef", "ClassDef", "If", "For", "AsyncFor",
    "While", "With", "AsyncWith", "Try", "ExceptHandler",
}

NULL_FIELDS = {"type_comment"}

# Fields that later versions added, in the place where 3.14 has them.
EXTRA = {
    "FunctionDef": "type_params", "AsyncFunctionDef": "type_params", "ClassDef": "type_params",
    "TypeVar": "default_value", "ParamSpec": "default_value", "TypeVarTuple": "default_value",
}

esc = json.encoder.encode_basestring_ascii


def with_items(item):
    # "with (a, b):" is one tuple to 3.8.
    if item.optional_vars is None and isinstance(item.context_expr, ast.Tuple) and item.context_expr.elts:
        return [ast.withitem(context_expr=x, optional_vars=None) for x in item.context_expr.elts]
    return [item]


class Dumper:
    def __init__(self, named):
        self.out = []
        self.named = named  # the file has named characters
        self.within = 0  # how many f-strings we are inside of

    def string(self, s):
        # A surrogate pair written as two escapes would read as one character.
        return esc(s)

    def constant(self, v):
        if v is None:
            return "null"
        if v is True:
            return "true"
        if v is False:
            return "false"
        if v is Ellipsis:
            return '"Ellipsis"'
        if isinstance(v, str):
            return esc(v)
        if isinstance(v, bytes):
            return esc(v.decode("latin-1"))
        if isinstance(v, int):
            return str(v)
        if isinstance(v, float):
            return "1e999" if v == float("inf") else repr(v)
        return esc(repr(v))

    def value(self, v, owner=None, field=None):
        w = self.out.append
        if v is None:
            w("null")
        elif isinstance(v, ast.AST):
            self.node(v)
        elif isinstance(v, list):
            w("[")
            for i, x in enumerate(v):
                if i:
                    w(", ")
                self.value(x)
            w("]")
        elif isinstance(v, str):
            w(esc(v))
        else:
            w(self.constant(v))

    def drops(self, n, name):
        if V < (3, 12) and self.within > 0:
            return True
        if V < (3, 9):
            if name in PY38_POSITIONS:
                return True
        return V < (3, 10) and name == "alias"

    def node(self, n):
        w = self.out.append
        name = type(n).__name__
        if V < (3, 9):
            if name == "Index":
                return self.node(n.value)
            if name == "ExtSlice":
                w('{"_type": "Tuple", "elts": ')
                self.value(n.dims)
                w(', "ctx": {"_type": "Load"}}')
                return
            if name in ("With", "AsyncWith"):
                n.items = [x for item in n.items for x in with_items(item)]
        w('{"_type": "')
        w(name)
        w('"')
        if isinstance(n, POSITIONED) and hasattr(n, "lineno") and not self.drops(n, name):
            w(', "lineno": %d, "col_offset": %d, "end_lineno": %d, "end_col_offset": %d'
              % (n.lineno, n.col_offset, n.end_lineno, n.end_col_offset))
        if name == "Constant":
            w(', "value": ')
            w("null" if self.named and isinstance(n.value, str) else self.constant(n.value))
            w(', "kind": ')
            self.value(getattr(n, "kind", None))
        elif name == "MatchSingleton":
            w(', "value": ')
            w(self.constant(n.value))
        else:
            for f in n._fields:
                w(', "')
                w(f)
                w('": ')
                if f in NULL_FIELDS:
                    w("null")
                elif f == "type_ignores":
                    w("[]")
                else:
                    inside = f == "values" and name in ("JoinedStr", "TemplateStr")
                    self.within += inside
                    v = getattr(n, f, None)
                    if inside and V == (3, 12):
                        v = [x for x in v if not (isinstance(x, ast.Constant) and x.value == "")]
                    self.value(v)
                    self.within -= inside
            extra = EXTRA.get(name)
            if extra and extra not in n._fields:
                w(', "%s": %s' % (extra, "[]" if extra == "type_params" else "null"))
        w("}")


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="\n")
    for line in stdin:
        line = line.rstrip("\n")
        try:
            if "text" in sys.argv:
                src = json.loads(line).encode("utf-8", "surrogatepass")
            else:
                with open(line, "rb") as f:
                    src = f.read()
        except OSError as e:
            print("skip", e)
            sys.stdout.flush()
            continue
        print(judge(src, "dump" in sys.argv))
        sys.stdout.flush()


def judge(src, dump=False):
    try:
        tree = ast.parse(src)
    except (SyntaxError, ValueError) as e:
        return "error " + str(e).replace("\n", " ")
    except (MemoryError, RecursionError) as e:
        return "skip " + type(e).__name__
    d = Dumper(b"\\N{" in src)
    try:
        d.node(tree)
    except RecursionError:
        return "skip RecursionError"
    text = "".join(d.out)
    if dump:
        return "ok " + text
    return "ok " + hashlib.md5(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
