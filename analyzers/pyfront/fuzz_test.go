package pyfront

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// writer makes small programs from bytes: every byte chooses a form, a name or
// a number, so that each input is a program and small changes make small changes.
type writer struct {
	data  []byte
	at    int
	out   strings.Builder
	deep  int
	lines int
}

func (w *writer) next(n int) int {
	if w.at >= len(w.data) {
		return 0
	}
	w.at++
	return int(w.data[w.at-1]) % n
}

func (w *writer) name() string { return string("abcdefg"[w.next(7)]) }

func (w *writer) expr() string {
	if w.deep > 5 || w.at >= len(w.data) {
		return w.name()
	}
	w.deep++
	defer func() { w.deep-- }()
	switch w.next(30) {
	case 0, 1, 2:
		return w.name()
	case 3, 4:
		return w.expr() + "()"
	case 5, 6:
		return w.expr() + "(" + w.expr() + ")"
	case 7:
		return w.expr() + "(*" + w.expr() + ", " + w.name() + "=" + w.expr() + ")"
	case 8, 9, 10:
		return w.expr() + "." + w.name()
	case 11:
		return w.expr() + "[" + w.expr() + "]"
	case 12:
		return "[" + w.expr() + ", " + w.expr() + "]"
	case 13:
		return "{" + w.expr() + ": " + w.expr() + "}"
	case 14:
		return "(lambda " + w.name() + ": " + w.expr() + ")"
	case 15:
		return "[" + w.expr() + " for " + w.name() + " in " + w.expr() + "]"
	case 16:
		return "(" + w.expr() + " for " + w.name() + " in " + w.expr() + " if " + w.expr() + ")"
	case 17:
		return "(" + w.expr() + " or " + w.expr() + ")"
	case 18:
		return "(" + w.expr() + " if " + w.expr() + " else " + w.expr() + ")"
	case 19:
		return "(" + w.expr() + " + " + w.expr() + ")"
	case 20:
		return "functools.partial(" + w.expr() + ", " + w.expr() + ")"
	case 21:
		return "os.system(" + w.expr() + ")"
	case 22:
		return "gevent.spawn(" + w.expr() + ", " + w.expr() + ")"
	case 23:
		return "super()." + w.name()
	case 24:
		return "getattr(" + w.expr() + ", '" + w.name() + "')"
	case 25:
		return "list(map(" + w.expr() + ", " + w.expr() + "))"
	case 26:
		return fmt.Sprint(w.next(256))
	case 27:
		return "(" + w.name() + " := " + w.expr() + ")"
	case 28:
		return "(not " + w.expr() + " == " + w.expr() + ")"
	}
	return "f'{" + w.name() + "}x'"
}

func (w *writer) line(indent int, format string, args ...any) {
	w.lines++
	fmt.Fprintf(&w.out, strings.Repeat(" ", indent)+format+"\n", args...)
}

func (w *writer) body(indent int) {
	for range 1 + w.next(3) {
		w.stmt(indent)
	}
}

func (w *writer) stmt(indent int) {
	if indent > 5 || w.at >= len(w.data) || w.lines > 200 {
		w.line(indent, "%s", w.expr())
		return
	}
	switch w.next(24) {
	case 0, 1, 2:
		w.line(indent, "%s = %s", w.name(), w.expr())
	case 3:
		w.line(indent, "%s.%s = %s", w.name(), w.name(), w.expr())
	case 4:
		w.line(indent, "%s, %s = %s", w.name(), w.name(), w.expr())
	case 5, 6, 7:
		w.line(indent, "%s", w.expr())
	case 8, 9, 10:
		if w.next(3) == 0 {
			w.line(indent, "@%s", w.expr())
		}
		w.line(indent, "def %s(%s, *args, %s=%s):", w.name(), w.name(), "z", w.expr())
		w.body(indent + 1)
		w.line(indent+1, "return %s", w.expr())
	case 11, 12:
		w.line(indent, "class %s(%s):", w.name(), w.name())
		w.line(indent+1, "def __init__(self, %s): self.%s = %s", w.name(), w.name(), w.expr())
		w.body(indent + 1)
	case 13:
		w.line(indent, "for %s in %s:", w.name(), w.expr())
		w.body(indent + 1)
	case 14:
		w.line(indent, "while %s:", w.expr())
		w.body(indent + 1)
		if w.next(2) == 0 {
			w.line(indent+1, "break")
		}
	case 15:
		w.line(indent, "if %s:", w.expr())
		w.body(indent + 1)
		w.line(indent, "else:")
		w.body(indent + 1)
	case 16:
		w.line(indent, "try:")
		w.body(indent + 1)
		w.line(indent, "except %s as %s:", w.expr(), w.name())
		w.body(indent + 1)
	case 17:
		w.line(indent, "with %s as %s:", w.expr(), w.name())
		w.body(indent + 1)
	case 18:
		w.line(indent, "from %s import %s, *", w.name(), w.name())
	case 19:
		w.line(indent, "def %s(): yield %s", w.name(), w.expr())
	case 20:
		w.line(indent, "async def %s(%s): await %s", w.name(), w.name(), w.expr())
	case 21:
		w.line(indent, "match %s:", w.expr())
		w.line(indent+1, "case [%s, *%s]: %s", "p", "q", w.expr())
		w.line(indent+1, "case %s() as %s: %s", w.name(), "r", w.expr())
	case 22:
		w.line(indent, "%s += %s", w.name(), w.expr())
	case 23:
		w.line(indent, "del %s", w.name())
	}
}

// generate makes a project of two modules.
func generate(data []byte) map[string]string {
	w := &writer{data: data}
	files := map[string]string{}
	for _, f := range []string{"a.py", "b.py"} {
		w.out.Reset()
		w.lines = 0
		w.line(0, "import os, gevent, functools")
		for range 12 {
			w.stmt(0)
		}
		files[f] = w.out.String()
	}
	return files
}

// FuzzAnalyze checks that small generated programs are analysed without a panic,
// soon, and with the same answer for another order of files.
func FuzzAnalyze(f *testing.F) {
	for i := range 40 {
		data := make([]byte, 60+i*20)
		x := uint32(i + 1)
		for j := range data {
			x = x*1664525 + 1013904223
			data[j] = byte(x >> 24)
		}
		f.Add(data)
	}
	cat := catalog(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		files := generate(data)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		run := func(order ...string) string {
			a := newAnalysis(ctx, Input{Files: order, Catalog: cat, Read: func(f string) ([]byte, error) { return []byte(files[f]), nil }})
			res, err := a.all()
			if err != nil {
				t.Fatalf("%v for\n%s\n%s", err, files["a.py"], files["b.py"])
			}
			for _, u := range a.units {
				if u.runs > maxRuns {
					t.Fatalf("%s ran %d times", u.name, u.runs)
				}
			}
			return everything(t, res)
		}
		if x, y := run("a.py", "b.py"), run("b.py", "a.py"); x != y {
			t.Fatalf("%s\n%s\n%s", difference(x, y), files["a.py"], files["b.py"])
		}
	})
}
