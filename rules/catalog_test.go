package rules

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryBuiltinFileDecodes(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	libs, err := c.Libraries()
	require.NoError(t, err)
	require.NotEmpty(t, libs)
}

func TestLookupPrecedence(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	e := c.For("python").Symbol("time.sleep")
	require.Len(t, e.Effects, 1)
	require.Len(t, e.Yields, 1)
	require.Empty(t, e.Safe, "the function's own row beats the package's")
	require.Equal(t, Guard{Unless: "patched(time)"}, e.Effects[0].Guard())
	require.NotEmpty(t, c.For("python").Symbol("time.monotonic").Safe)
	require.False(t, c.For("python").Symbol("nowhere.at_all").Known)
}
