package confirm

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocsNamePlaceholders compares the page with what there is.
func TestDocsNamePlaceholders(t *testing.T) {
	page, err := os.ReadFile("../../docs/confirm.md")
	require.NoError(t, err)
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`\\{(\\w+)\\}`").FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
		require.Contains(t, peerKinds, m[1])
	}
	for name := range peerKinds {
		require.True(t, named[name], "docs/confirm.md does not name {%s}", name)
	}
}

// TestPeersStart starts each of them once.
func TestPeersStart(t *testing.T) {
	p := &Peers{dir: t.TempDir()}
	defer p.Close()
	for name := range peerKinds {
		first, err := p.Fill("<{" + name + "}>")
		require.NoError(t, err, name)
		require.NotContains(t, first, name+"}")
		again, err := p.Fill("<{" + name + "}>")
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
	text, err := p.Fill(`{"a": {1}} {unknown}`)
	require.NoError(t, err)
	require.Equal(t, `{"a": {1}} {unknown}`, text)
}
