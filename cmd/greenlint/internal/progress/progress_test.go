package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLine(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	l := newLine(&b, func() time.Time { return now })
	l.Update("parse", 1, 10)
	require.Empty(t, b.String(), "not within the first second")
	now = now.Add(patience)
	l.Update("parse", 2, 10)
	l.Update("parse", 3, 10)
	require.Equal(t, clear+"parse 2/10", b.String(), "not too often")
	now = now.Add(interval)
	l.Update("solve", 0, 0)
	l.Close()
	l.Close()
	now = now.Add(interval)
	l.Update("late", 1, 1)
	require.Equal(t, clear+"parse 2/10"+clear+"solve …"+clear, b.String())
}

func TestNothingToErase(t *testing.T) {
	var b strings.Builder
	l := New(&b)
	l.Update("parse", 1, 10)
	l.Close()
	require.Empty(t, b.String())
	var none *Line
	none.Update("parse", 1, 10)
	none.Close()
	new(Line).Update("parse", 1, 10)
}
