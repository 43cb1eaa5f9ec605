package confirm

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVerdictsUnderLoad judges the bundled fixtures again and again. It is for a
// machine whose processors have more to do than they can: a verdict may be
// inconclusive then, and must not be wrong. It takes an hour or more and is not for
// every day; testdata/load.sh makes the load and runs it:
//
//	GREENLINT_LOAD=20             how often; the test is skipped without
//	GREENLINT_ENGINE_VENV=dir     the interpreter; without it, Go and what the built-in one can run
func TestVerdictsUnderLoad(t *testing.T) {
	times, _ := strconv.Atoi(os.Getenv("GREENLINT_LOAD"))
	if times == 0 {
		t.Skip("GREENLINT_LOAD does not say how often")
	}
	dir, err := filepath.Abs("../../testdata/stalls")
	require.NoError(t, err)
	list, err := Parse(dir, ".")
	require.NoError(t, err)
	s, err := NewSession(t.Context(), Options{Python: os.Getenv("GREENLINT_ENGINE_VENV")})
	require.NoError(t, err)
	defer s.Close()
	count := map[string]int{}
	for n := range times {
		require.NoError(t, s.ConfirmAll(t.Context(), list, func(x *Target, v Verdict) error {
			switch {
			case v.Engine == NoEngine:
				count["not run"]++
			case v.Verdict == x.Expected:
				count["right"]++
			case v.Verdict == Inconclusive:
				count["inconclusive"]++
				t.Logf("round %d: %s", n+1, v.Headline(filepath.Base))
			default:
				count["wrong"]++
				t.Errorf("round %d: %s", n+1, v.Headline(filepath.Base))
			}
			return nil
		}))
		t.Logf("after round %d: %v", n+1, count)
	}
	require.Positive(t, count["right"])
}
