package bind

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// TestObserve runs random programs in CPython and compares what the name x is seen to
// hold with the bindings that are said to reach that place. Each value must be among
// them. The log says how many of the bindings were never seen, in which case the
// answer may be wider than it has to be.
func TestObserve(t *testing.T) {
	pys := pythons(t)
	py := pys[len(pys)-1]
	programs := 300
	if testing.Short() {
		programs = 60
	} else if os.Getenv("GREENLINT_CONFORMANCE") == "full" || os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
		programs = 3000
	}
	cmd := exec.Command(py.exe, "testdata/observe.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Wait()
	defer in.Close()
	answers := bufio.NewReaderSize(out, 1<<20)
	said, unseen := 0, 0
	for i := range programs {
		g := &generator{rnd: rand.New(rand.NewSource(int64(i))), local: i%2 == 1, match: py.minor >= 10}
		src := g.program()
		line, err := json.Marshal(src)
		require.NoError(t, err)
		fmt.Fprintf(in, "%s\n", line)
		answer, err := answers.ReadString('\n')
		require.NoError(t, err, src)
		seen := map[string][]int{}
		require.NoError(t, json.Unmarshal([]byte(answer), &seen))
		for place, predicted := range predictions(t, src) {
			values, ran := seen[place]
			for _, v := range values {
				require.Contains(t, predicted, v, "place %s of program %d (%s):\n%s", place, i, py.name, src)
			}
			if ran {
				said, unseen = said+len(predicted), unseen+len(predicted)-len(values)
			}
		}
	}
	t.Logf("%d programs: of %d values that may be, %d were not seen", programs, said, unseen)
}

// predictions returns for each see(place, x) of a program the values that x may have.
func predictions(t *testing.T, src string) map[string][]int {
	tab := parse(t, src)
	result := map[string][]int{}
	pyparse.Walk(tab.Tree().Root(), func(n pyparse.Node) bool {
		call := n.AsCall()
		if call.Func().AsName().Id() != "see" {
			return true
		}
		x := call.Args().At(1)
		r := tab.reaching(tab.Enclosing(x), "x", x.Start())
		require.True(t, r.all)
		var values []int
		for _, b := range r.bindings {
			value := b.Value
			if b.Kind == ByFor {
				value = value.AsBinOp().Left().AsTuple().Elts().At(0)
			}
			v, ok := integer(value)
			require.True(t, ok, src)
			values = append(values, int(v))
		}
		if r.unbound {
			values = append(values, -1)
		}
		slices.Sort(values)
		result[call.Args().At(0).Text()] = slices.Compact(values)
		return true
	})
	return result
}

// generator writes a random program about the name x.
type generator struct {
	rnd          *rand.Rand
	b            strings.Builder
	local, match bool
	value, place int
	budget       int
}

func (g *generator) program() string {
	g.budget = 12 + g.rnd.Intn(20)
	indent := ""
	if g.local {
		g.line("", "def main():")
		indent = "    "
		g.line(indent, "x = 0")
		g.value++
	}
	for g.budget > 0 {
		g.stmt(indent, false, 0)
	}
	g.see(indent)
	if g.local {
		g.line(indent, "call()")
		g.line("", "main()")
	} else {
		g.line("", "def late():")
		g.see("    ")
		g.line("", "late()")
	}
	return g.b.String()
}

func (g *generator) line(indent, format string, args ...any) {
	fmt.Fprintf(&g.b, indent+format+"\n", args...)
}

func (g *generator) see(indent string) {
	g.place++
	g.line(indent, "see(%d, x)", g.place)
}

func (g *generator) next() int { g.value++; return g.value - 1 }

func (g *generator) block(indent string, loop bool, depth int) {
	for range 1 + g.rnd.Intn(3) {
		g.stmt(indent+"    ", loop, depth+1)
	}
}

func (g *generator) stmt(indent string, loop bool, depth int) {
	g.budget--
	choice := g.rnd.Intn(21)
	if depth > 4 || g.budget < 0 {
		choice %= 9
	}
	switch choice {
	case 0, 1, 2:
		g.line(indent, "x = %d", g.next())
	case 3, 4:
		g.see(indent)
	case 5:
		g.line(indent, "boom()")
	case 6:
		switch {
		case loop && g.rnd.Intn(2) == 0:
			g.line(indent, []string{"break", "continue"}[g.rnd.Intn(2)])
		case g.rnd.Intn(3) == 0:
			g.line(indent, "raise ValueError")
		case g.local:
			g.line(indent, "later(lambda: see(%d, x))", g.place+1)
			g.place++
			g.line(indent, "call()")
		default:
			g.line(indent, "del x")
		}
	case 7:
		g.line(indent, "c() and (x := %d) or see(%d, x)", g.next(), g.place+1)
		g.place++
	case 8:
		switch g.rnd.Intn(4) {
		case 0:
			g.line(indent, "see(%d, x) if (x := %d) and c() else (x := %d)", g.place+1, g.next(), g.next())
			g.place++
		case 1:
			g.line(indent, "[x := %d for _ in r()]", g.next())
		case 2:
			g.line(indent, "a, x = 0, %d", g.next())
		case 3:
			if g.local {
				g.line(indent, "call()")
			} else {
				g.line(indent, "class C: see(%d, x)", g.place+1)
				g.place++
			}
		}
	case 9, 10, 11, 12:
		g.line(indent, "if c():")
		g.block(indent, loop, depth)
		for g.rnd.Intn(3) == 0 {
			if g.rnd.Intn(3) == 0 {
				g.line(indent, "elif (x := %d) and c():", g.next())
			} else {
				g.line(indent, "elif c():")
			}
			g.block(indent, loop, depth)
		}
		if g.rnd.Intn(2) == 0 {
			g.line(indent, "else:")
			g.block(indent, loop, depth)
		}
	case 13, 14, 15:
		switch g.rnd.Intn(3) {
		case 0:
			g.line(indent, "while c():")
		case 1:
			g.line(indent, "for _ in r():")
		case 2:
			g.line(indent, "for x in (%d,) * len(r()):", g.next())
		}
		g.block(indent, true, depth)
		if g.rnd.Intn(3) == 0 {
			g.line(indent, "else:")
			g.block(indent, loop, depth)
		}
	case 16, 17, 18:
		g.line(indent, "try:")
		g.block(indent, loop, depth)
		handlers := g.rnd.Intn(3)
		for i := range handlers {
			g.line(indent, "except %s:", [][]string{{"ValueError", "NameError"}, {"(ValueError, NameError)"}}[2-handlers][i])
			g.block(indent, loop, depth)
		}
		if handlers > 0 && g.rnd.Intn(2) == 0 {
			g.line(indent, "else:")
			g.block(indent, loop, depth)
		}
		if handlers == 0 || g.rnd.Intn(2) == 0 {
			g.line(indent, "finally:")
			g.block(indent, false, depth)
		}
	case 19:
		g.line(indent, "with suppress(ValueError):")
		g.block(indent, loop, depth)
	case 20:
		if !g.match {
			g.see(indent)
			return
		}
		g.line(indent, "match c():")
		g.line(indent, "  case True:")
		g.block(indent, loop, depth)
		if g.rnd.Intn(2) == 0 {
			g.line(indent, "  case _:")
			g.block(indent, loop, depth)
		}
	}
}
