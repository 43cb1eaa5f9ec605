package pyfront

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// TestTired: of an installed package that is a program of its own, a part is looked at;
// of the other packages, all.
func TestTired(t *testing.T) {
	long := "import time\ndef long():\n" + strings.Repeat("    x = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n", maxAbroad/8)
	res := analyze(t, map[string]string{
		"m.py":                     "import vast, vast.more, small\nasync def a():\n    vast.long()\nasync def b():\n    vast.more.late()\nasync def c():\n    small.late()\n",
		site + "vast/__init__.py":  long,
		site + "vast/more.py":      "import time\ndef late():\n    time.sleep(1)\n",
		site + "small/__init__.py": "import time\ndef late():\n    time.sleep(1)\n",
	}, nil)
	require.Contains(t, res.Graph.Own, rules.Func("small.late"))
	require.NotContains(t, res.Graph.Own, rules.Func("vast.more.late"))
}

// TestTooLong: a function that calls one which is too much to follow is given up with
// it, and what stands beside both is looked at.
func TestTooLong(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates millions of expressions")
	}
	long := "def inner():\n" + strings.Repeat("    x = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n", maxSteps/9)
	res := analyze(t, map[string]string{
		"m.py": "import time\ndef outer():\n    inner()\n" + long + "\nasync def a():\n    outer()\nasync def b():\n    time.sleep(1)\n",
	}, nil)
	require.Contains(t, res.Unknown, "too much to follow")
	require.Contains(t, res.Graph.Own, rules.Func("m.b"))
}

// TestWideInstalled: a module that binds one name in each of very many statements, and one
// whose names are all asked for, cost no more than their text.
func TestWideInstalled(t *testing.T) {
	const n = 60_000
	var wide, sum strings.Builder
	for i := range n / 4 {
		fmt.Fprintf(&wide, "v%d = %d\n", i, i)
		fmt.Fprintf(&sum, "    v%d\n", i)
	}
	files := map[string]string{
		"m.py":           "import same, wide\nasync def a():\n    same.x()\n    wide.f()\n",
		site + "same.py": strings.Repeat("x = 1\n", n) + "import time\nx = time.sleep\n",
		site + "wide.py": wide.String() + "import time\ndef f():\n" + sum.String() + "    time.sleep(1)\n",
	}
	done := make(chan *Result, 1)
	go func() { done <- analyze(t, files, nil) }()
	select {
	case res := <-done:
		require.Contains(t, res.Graph.Own, rules.Func("m.a"))
		require.Contains(t, res.Graph.Own, rules.Func("wide.f"))
	case <-time.After(20 * time.Second): // what it took before, many times over
		t.Fatal("it takes longer than its text")
	}
}

// TestFaultAhead: a panic on another processor reaches who asks for the file, with where it was.
func TestFaultAhead(t *testing.T) {
	for _, wanted := range []string{"glance", "parse"} {
		reads := map[string]int{}
		var mu sync.Mutex
		read := func(f string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if reads[f]++; wanted == "glance" || reads[f] > 1 {
				panic("a fault in " + f)
			}
			return []byte("# gevent\n"), nil
		}
		func() {
			defer func() {
				text := fmt.Sprint(recover())
				require.Contains(t, text, "a fault in m.py", wanted)
				require.Contains(t, text, "installed_test.go", wanted)
			}()
			newAnalysis(t.Context(), Input{Files: []string{"m.py"}, Read: read, Catalog: catalog(t)}).all()
			t.Error("no panic")
		}()
	}
}
