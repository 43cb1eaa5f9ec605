package pyparse

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// entry is one case of a table in testdata: source text, each line of which follows
// ">>> " or "... ", and the lines below it, which say what is expected. Lines that
// begin with "# " between cases are comments.
type entry struct {
	comment, source, want string
	line                  int
}

func readTable(t testing.TB, name string) (entries []entry) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var e entry
	flush := func() {
		if e.line > 0 {
			e.want = strings.TrimSpace(e.want)
			entries = append(entries, e)
		}
		e = entry{}
	}
	for i, line := range strings.Split(string(data), "\n") {
		rest, first := strings.CutPrefix(line, ">>> ")
		more, next := strings.CutPrefix(line, "... ")
		switch {
		case first:
			if e.line > 0 {
				flush()
			}
			e.source, e.line = rest, i+1
		case next:
			e.source += "\n" + more
		case line == "...":
			e.source += "\n"
		case strings.HasPrefix(line, "# "):
			flush()
			e.comment += line + "\n"
		default:
			e.want += line + "\n"
		}
	}
	flush()
	return entries
}

func writeTable(t testing.TB, name string, entries []entry) {
	t.Helper()
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteString("\n")
		}
		if e.comment != "" {
			b.WriteString(e.comment + "\n")
		}
		for i, line := range strings.Split(e.source, "\n") {
			prefix := ">>> "
			if i > 0 {
				prefix = "... "
			}
			if line == "" && i > 0 {
				prefix = "..."
			}
			b.WriteString(prefix + line + "\n")
		}
		b.WriteString(e.want + "\n")
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// checkTable compares each case with what describe makes of its tree.
func checkTable(t *testing.T, name string, describe func(*Tree) string) {
	entries := readTable(t, name)
	for i, e := range entries {
		got := describe(checkTree(t, []byte(e.source)))
		if *update {
			entries[i].want = got
		} else if got != e.want {
			t.Errorf("%s:%d: %s\ngot:  %s\nwant: %s", name, e.line, e.source, got, e.want)
		}
	}
	if *update {
		writeTable(t, name, entries)
	}
}

const (
	treesTable    = "testdata/trees.txt"
	errorsTable   = "testdata/errors.txt"
	recoveryTable = "testdata/recovery.txt"
)

// TestTrees compares valid source with its tree as S-expressions.
func TestTrees(t *testing.T) {
	checkTable(t, treesTable, func(tree *Tree) string {
		if len(tree.Errors) > 0 {
			return describeError(tree)
		}
		return sexprs(t, tree)
	})
}

// TestErrors compares invalid source with the first error.
func TestErrors(t *testing.T) {
	checkTable(t, errorsTable, func(tree *Tree) string {
		if len(tree.Errors) == 0 {
			return "no error"
		}
		return describeError(tree)
	})
}

// TestRecovery compares broken source with all its errors and what is left of it: the
// statements with their nesting.
func TestRecovery(t *testing.T) {
	checkTable(t, recoveryTable, func(tree *Tree) string {
		var b strings.Builder
		for _, e := range tree.Errors {
			line, col := tree.Position(e.Offset)
			fmt.Fprintf(&b, "%d:%d: %s\n", line, col, e.Msg)
		}
		if tree.Python2 {
			b.WriteString("Python 2\n")
		}
		outline(&b, tree.Root().AsModule().Body())
		return strings.TrimSpace(b.String())
	})
}

// outline writes statements in short, with the statements in them: If(Expr)
// FunctionDef f(Return).
func outline(b *strings.Builder, list NodeList) {
	for i := range list.Len() {
		if i > 0 {
			b.WriteString(" ")
		}
		outlineNode(b, list.At(i))
	}
}

func outlineNode(b *strings.Builder, n Node) {
	b.WriteString(n.Kind().String())
	switch n.Kind() {
	case KindFunctionDef, KindAsyncFunctionDef:
		b.WriteString(" " + n.AsFunctionDef().Name())
	case KindClassDef:
		b.WriteString(" " + n.AsClassDef().Name())
	}
	open := "("
	for c := range n.Children() {
		if k := c.Kind(); k.IsStmt() || k == KindExceptHandler || k == KindMatchCase {
			b.WriteString(open)
			outlineNode(b, c)
			open = " "
		}
	}
	if open == " " {
		b.WriteString(")")
	}
}

// TestTablesAgainstCPython asks the newest CPython about the cases of both tables.
func TestTablesAgainstCPython(t *testing.T) {
	all := judges(t)
	j := all[len(all)-1]
	run, dump := j.start(t, "text"), j.start(t, "text", "dump")
	for _, e := range readTable(t, treesTable) {
		verdict, rest := run.askText(t, e.source)
		tree := Parse([]byte(e.source), Options{})
		switch {
		case verdict == "error" && j.version[1] < 14: // newer grammar than the judge's
		case verdict != "ok":
			t.Errorf("%s:%d: %s\nCPython %s says: %s", treesTable, e.line, e.source, j.name, rest)
		default:
			ours := tree.dumpFor(j)
			if sum := md5.Sum(ours); hex.EncodeToString(sum[:]) != rest {
				_, theirs := dump.askText(t, e.source)
				t.Errorf("%s:%d: %s\n%s", treesTable, e.line, e.source, firstDifference(string(ours), theirs))
			}
		}
	}
	for _, e := range readTable(t, errorsTable) {
		if verdict, _ := run.askText(t, e.source); verdict != "error" && j.version[1] >= 14 {
			t.Errorf("%s:%d: %s\nCPython %s accepts it", errorsTable, e.line, e.source, j.name)
		}
	}
}

// TestSpecialAgainstCPython does the same for the sources that a text table can't hold.
func TestSpecialAgainstCPython(t *testing.T) {
	all := judges(t)
	j := all[len(all)-1]
	run := j.start(t, "text")
	for _, c := range special {
		if !utf8.ValidString(c.src) {
			continue
		}
		verdict, rest := run.askText(t, c.src)
		tree := Parse([]byte(c.src), Options{})
		if (verdict == "ok") != (len(tree.Errors) == 0) {
			t.Errorf("%s: CPython %s says %s %s; we say %v", c.name, j.name, verdict, rest, tree.Errors)
		} else if sum := md5.Sum(tree.dumpFor(j)); verdict == "ok" && hex.EncodeToString(sum[:]) != rest {
			t.Errorf("%s: trees differ", c.name)
		}
	}
}

// sexprs writes a tree's statements as S-expressions, one a line, by way of its JSON.
// A node is (Kind field …) with its fields in CPython's order; absent fields are "-",
// and at the end they and empty lists are left out. A Name is its id, with a "=" after
// it if it is assigned and a "~" if it is deleted; other nodes show this as [Store].
func sexprs(t testing.TB, tree *Tree) string {
	t.Helper()
	var b bytes.Buffer
	if err := tree.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	d.UseNumber()
	s := value(t, d)
	s = strings.TrimPrefix(s, "(Module")
	s = strings.TrimSuffix(s, ")")
	s = strings.TrimPrefix(s, " [")
	s = strings.TrimSuffix(s, "]")
	return s
}

func value(t testing.TB, d *json.Decoder) string {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token := token.(type) {
	case nil:
		return "-"
	case json.Delim:
		if token == '[' {
			var items []string
			for d.More() {
				items = append(items, value(t, d))
			}
			d.Token()
			return "[" + strings.Join(items, " ") + "]"
		}
		return object(t, d)
	case string:
		return fmt.Sprintf("%q", token)
	default:
		return fmt.Sprint(token)
	}
}

func object(t testing.TB, d *json.Decoder) string {
	var kind, ctx string
	var fields []string
	for d.More() {
		key, _ := d.Token()
		v := value(t, d)
		switch key {
		case "_type":
			kind = strings.Trim(v, `"`)
		case "lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment", "type_ignores":
		case "ctx":
			ctx = strings.Trim(v, "()")
		case "id", "name", "attr", "arg", "module", "asname", "rest":
			fields = append(fields, strings.Trim(v, `"`))
		default:
			fields = append(fields, v)
		}
	}
	d.Token()
	for n := len(fields); n > 0 && (fields[n-1] == "-" || fields[n-1] == "[]") && !(kind == "Constant" && n == 1); n-- {
		fields = fields[:n-1]
	}
	switch kind {
	case "Name":
		return fields[0] + map[string]string{"Load": "", "Store": "=", "Del": "~"}[ctx]
	case "Constant":
		if len(fields) == 1 && fields[0] == "-" {
			return "None"
		} else if len(fields) == 1 {
			return fields[0]
		}
	}
	if ctx == "Store" || ctx == "Del" {
		kind += "[" + ctx + "]"
	}
	return "(" + strings.Join(append([]string{kind}, fields...), " ") + ")"
}
