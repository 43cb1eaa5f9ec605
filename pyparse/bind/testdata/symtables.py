"""Prints what symtable says of the files named on standard input.

One line a scope: its type, name, line and names, each with P (parameter), L (local),
G (global) or F (free). After each file comes a line "end", or "error".
"""
import sys
import symtable
import _symtable

COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp"}


def kind(table):
    k = str(getattr(table.get_type(), "value", table.get_type()))
    name = table.get_name().strip("<>")
    if name == "lambda" or k == "function" and ".0" in table._table.symbols:
        return name
    return k


def names(table):
    # get_symbols() is slow and hides names
    return {n: f for n, f in table._table.symbols.items()}


def letter(table, name, flags):
    scope = (flags >> _symtable.SCOPE_OFF) & 15
    if flags & _symtable.DEF_PARAM:
        return "P"
    if kind(table) == "module":
        return "L" if flags & _symtable.DEF_BOUND else "G"
    if scope == _symtable.FREE:
        return "F"
    if scope in (_symtable.GLOBAL_IMPLICIT, _symtable.GLOBAL_EXPLICIT):
        return "G"
    return "L"


def show(table, out):
    k = kind(table)
    if k in ("module", "class", "function", "lambda", "genexpr") or k in COMPREHENSIONS or k.startswith("type param"):
        sure = []
        for name, flags in names(table).items():
            if not flags & ((1 << _symtable.SCOPE_OFF) - 1):
                continue  # handed through to an inner scope
            if k == "module" and not flags & (_symtable.DEF_BOUND | _symtable.USE):
                continue  # declared global in a function
            if name.startswith(".") or name in ("__type_params__", "__classdict__", "__conditional_annotations__"):
                continue
            if name == "__class__" and k == "class":
                continue
            l = letter(table, name, flags)
            if not k.startswith("type param") or l == "L":
                sure.append(name + "=" + l)
        shown = "type" if k.startswith("type param") else k
        where = table.get_lineno() if k != "module" else 0
        if sys.version_info < (3, 9) and (k in COMPREHENSIONS or k in ("lambda", "genexpr")):
            where = 0  # counted wrongly in f-strings
        name = table.get_name() if shown in ("function", "class") else "-"
        out.append("%s %s %d %s" % (shown, name, where, " ".join(sorted(sure))))
    elif k == "annotation":
        return
    for child in table.get_children():
        show(child, out)


def main():
    sys.stdout = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    sys.setrecursionlimit(10000)
    print("%d %d" % sys.version_info[:2], flush=True)
    for line in sys.stdin:
        out = []
        try:
            with open(line.rstrip("\n"), "rb") as f:
                show(symtable.symtable(f.read(), "file", "exec"), out)
        except (SyntaxError, ValueError, RecursionError, UnicodeError, OSError, MemoryError):
            print("error", flush=True)
            continue
        for entry in sorted(out):
            print(entry)
        print("end", flush=True)


main()
