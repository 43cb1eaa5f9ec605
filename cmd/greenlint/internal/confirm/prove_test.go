package confirm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProveNeedsNoLoop shows what comes of findings that are not to be run.
func TestProveNeedsNoLoop(t *testing.T) {
	proofs, err := Prove(t.Context(), t.TempDir(), "", []byte(`{"schema": "greenlint/1", "findings": [
		{"rule": "GL702", "file": "requirements.txt", "line": 1, "suppressed": null},
		{"rule": "GL401", "file": "a.py", "line": 1, "suppressed": "inline"}]}`))
	require.NoError(t, err)
	require.Len(t, proofs, 2)
	require.Equal(t, "not run", proofs[0].Verdict)
	require.Contains(t, proofs[0].Text, "how the process is started")
	require.Nil(t, proofs[1])
	_, err = Prove(t.Context(), t.TempDir(), "", []byte(`{}`))
	require.Error(t, err)
}
