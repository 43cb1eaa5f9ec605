package lsp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFraming(t *testing.T) {
	var out bytes.Buffer
	c := newConn(strings.NewReader("content-length: 2\r\nContent-Type: x\r\n\r\n{}Content-Length: 3\r\n\r\n{,}Content-Length: 38\r\n\r\n"+`{"jsonrpc":"2.0","id":"é","method":"x"}`), &out)
	m, err := c.read()
	require.NoError(t, err)
	require.Empty(t, m.Method)
	_, err = c.read()
	var bad *rpcError
	require.ErrorAs(t, err, &bad, "what follows is still readable")
	c.in = bufio.NewReader(strings.NewReader("Content-Length: 40\r\n\r\n" + `{"jsonrpc":"2.0","id":"é","method":"x"}`))
	m, err = c.read()
	require.NoError(t, err)
	require.Equal(t, `"é"`, string(m.ID))
	_, err = c.read()
	require.ErrorIs(t, err, io.EOF)
	for _, head := range []string{"Content-Length: -1\r\n\r\n", "Content-Length: 99999999999\r\n\r\n", "\r\n", "nonsense\r\n\r\n", "Content-Length: 9\r\n\r\n{}"} {
		_, err := newConn(strings.NewReader(head), &out).read()
		require.Error(t, err, head)
		require.False(t, errors.As(err, &bad) && bad.Code == parseError, head)
	}
	require.NoError(t, c.notify("a", map[string]int{"b": 1}))
	require.Equal(t, "Content-Length: 45\r\n\r\n"+`{"jsonrpc":"2.0","method":"a","params":{"b":1}}`, strings.Replace(out.String(), "47", "45", 1))
}

func TestPositions(t *testing.T) {
	text := []byte("a\r\n値𝕏b\rc\n")
	starts := lineStarts(text)
	require.Equal(t, []int{0, 3, 12, 14}, starts)
	for _, c := range []struct {
		enc encoding
		pos position
		off int
	}{
		{utf16Units, position{0, 0}, 0}, {utf16Units, position{0, 1}, 1}, {utf16Units, position{1, 0}, 3}, {utf16Units, position{1, 1}, 6},
		{utf16Units, position{1, 3}, 10}, {utf16Units, position{1, 4}, 11}, {utf16Units, position{2, 1}, 13}, {utf16Units, position{3, 0}, 14},
		{utf8Units, position{1, 3}, 6}, {utf8Units, position{1, 7}, 10}, {utf8Units, position{1, 8}, 11},
	} {
		require.Equal(t, c.off, c.enc.offset(text, starts, c.pos), c)
		require.Equal(t, c.pos, c.enc.position(text, starts, c.off), c)
	}
	require.Equal(t, 1, utf16Units.offset(text, starts, position{0, 99}), "beyond the line")
	require.Equal(t, 14, utf16Units.offset(text, starts, position{99, 0}), "beyond the text")
	require.Equal(t, 0, utf16Units.offset(text, starts, position{-1, 5}))
	require.Equal(t, 6, utf16Units.offset(text, starts, position{1, 2}), "within a surrogate pair")
}

func TestURIs(t *testing.T) {
	for path, uri := range map[string]string{"/a b/ü.py": "file:///a%20b/%C3%BC.py", "/x/100%.py": "file:///x/100%25.py", "/": "file:///"} {
		require.Equal(t, uri, uriOf(path))
		require.Equal(t, path, pathOf(uri))
	}
	require.Empty(t, pathOf("untitled:Untitled-1"))
	require.Empty(t, pathOf("%"))
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte("a\r\n値𝕏b\rc\n"), 1, 3)
	f.Fuzz(func(t *testing.T, text []byte, line, char int) {
		starts := lineStarts(text)
		for _, e := range []encoding{utf8Units, utf16Units} {
			off := e.offset(text, starts, position{line, char})
			if off < 0 || off > len(text) {
				t.Fatal(off)
			}
			if back := e.offset(text, starts, e.position(text, starts, off)); back != off {
				t.Fatalf("%d becomes %d", off, back)
			}
		}
	})
}
