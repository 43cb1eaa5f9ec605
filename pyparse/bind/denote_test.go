package bind

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// The files under testdata/denotes say in comments what the first name or attribute
// chain that is read on the line denotes:
//
//	sleep(1)  # = gevent.sleep | time.sleep
//
// A ? says that it may be something else, and a name with a * is a star import's.
// The first line may say the module's or the package's name.
func TestDenotes(t *testing.T) {
	files, err := filepath.Glob("testdata/denotes/*.py")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			tree := pyparse.Parse(src, pyparse.Options{})
			require.Empty(t, tree.Errors)
			module, isPackage := header(string(src))
			tab := Bind(tree, module, isPackage)
			marks := 0
			for _, c := range tree.Comments {
				want, ok := strings.CutPrefix(string(src[c.Start:c.End]), "# = ")
				if !ok {
					continue
				}
				marks++
				line, _ := tree.Position(c.Start)
				n := firstRead(tree, line)
				if got := show(tab.Denotes(n)); got != want {
					t.Errorf("%s:%d: %s denotes %s, want %s", file, line, n.Text(), got, want)
				}
			}
			require.NotZero(t, marks)
		})
	}
}

func header(src string) (module string, isPackage bool) {
	first, _, _ := strings.Cut(src, "\n")
	if m, ok := strings.CutPrefix(first, "# module: "); ok {
		return m, false
	}
	if m, ok := strings.CutPrefix(first, "# package: "); ok {
		return m, true
	}
	return "", false
}

func firstRead(tree *pyparse.Tree, line int) (found pyparse.Node) {
	pyparse.Walk(tree.Root(), func(n pyparse.Node) bool {
		switch n.Kind() {
		case pyparse.KindName, pyparse.KindAttribute:
			if at, _ := n.Position(); at == line && n.Ctx() == pyparse.Load && (!found.Valid() || n.Start() < found.Start()) {
				found = n
			}
		}
		return true
	})
	return found
}

func show(list []Denotation) string {
	whole := len(list) > 0
	var names []string
	for _, d := range list {
		name := d.Name
		if d.Star {
			name += "*"
		}
		whole = whole && d.Known
		names = append(names, name)
	}
	if !whole {
		names = append(names, "?")
	}
	return strings.Join(names, " | ")
}

func TestDenotesIsSorted(t *testing.T) {
	tab := parse(t, "if c:\n  def f(): pass\nelif d:\n  import z as f\nelse:\n  def f(): pass\nf\n")
	list := tab.Denotes(lastExpr(tab))
	require.True(t, slices.IsSortedFunc(list, compare))
	require.Len(t, list, 3)
	require.NotEqual(t, list[0].Def, list[1].Def)
	require.Equal(t, "m.f", tab.ScopeOf(list[0].Def).Name)
	require.Equal(t, uint32(strings.Index(string(tab.Tree().Source()), "f(): pass\nelif")), list[0].Offset)
}

func TestReaching(t *testing.T) {
	for src, want := range map[string]string{
		"x = 1\nx = 2\nx":                              "assign 2",
		"x = 1\nif c: x = 2\nx":                        "assign 1, assign 2",
		"x = 1\nfor y in z: x = y\nelse: x = 3\nx":     "assign 3",
		"def f(a):\n  a":                               "param",
		"def f(a):\n  if b: a = C()\n  a":              "param, assign C()",
		"if c: x = 1\nx":                               "assign 1",
		"if c: open = 1\nopen":                         "assign 1 ?",
		"from a import *\nif c: x = 1\nx":              "assign 1 ?",
		"y":                                            " ?",
		"with a as b: b":                               "with a",
		"def f():\n  global x\n  x = C()\nx":           "assign C()",
		"x = None\ndef f():\n  global x\n  x = C()\nx": "assign None, assign C()",
	} {
		tab := parse(t, src)
		var got []string
		bs, all := tab.Reaching(lastRead(tab))
		for _, b := range bs {
			got = append(got, strings.TrimSpace(b.Kind.String()+" "+b.Value.Text()))
		}
		s := strings.Join(got, ", ")
		if !all {
			s += " ?"
		}
		require.Equal(t, want, s, src)
	}
}
