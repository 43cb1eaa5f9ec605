package pyfront

import (
	"strings"
	"testing"

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
