package cache

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func key(t *testing.T, c *Cache, parts ...string) ID {
	t.Helper()
	k, ok := c.Key("test")
	require.True(t, ok)
	for _, p := range parts {
		k.Add([]byte(p))
	}
	return k.ID()
}

func TestKey(t *testing.T) {
	c := open(&directory{path: t.TempDir(), limit: 1000})
	require.Equal(t, key(t, c, "a", "b"), key(t, c, "a", "b"))
	require.NotEqual(t, key(t, c, "a", "b"), key(t, c, "ab"))
	require.NotEqual(t, key(t, c, "a", "b"), key(t, c, "b", "a"))
	var none *Cache
	_, ok := none.Key("test")
	require.False(t, ok)
	require.NoError(t, none.Close())
}

// files lists what a directory holds, by name.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		out[name], err = os.ReadFile(name)
		return err
	}))
	return out
}

// TestDamaged checks that an entry of which a byte is missing or changed is none.
func TestDamaged(t *testing.T) {
	d := &directory{path: t.TempDir(), limit: 1 << 20}
	id, body := ID{1}, []byte("what was found")
	d.put(id, body)
	got, ok := d.get(id)
	require.True(t, ok)
	require.Equal(t, body, got)
	for name, whole := range files(t, d.path) {
		for i := range whole {
			require.NoError(t, os.WriteFile(name, whole[:i], 0o600))
			_, ok := d.get(id)
			require.False(t, ok, "cut to %d bytes", i)
			bad := bytes.Clone(whole)
			bad[i] ^= 1
			require.NoError(t, os.WriteFile(name, bad, 0o600))
			_, ok = d.get(id)
			require.False(t, ok, "byte %d changed", i)
		}
	}
	d.put(id, body) // and it can be put again
	got, ok = d.get(id)
	require.True(t, ok)
	require.Equal(t, body, got)
}

// TestTogether lets several stores write and read one directory at once: who
// finds an entry finds all of it.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	body := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 10_000+i) }
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			d := &directory{path: dir, limit: 100_000} // not enough for all, so that they remove entries of one another
			for round := range 50 {
				i := round % 20
				if got, ok := d.get(ID{byte(i)}); ok && !bytes.Equal(got, body(i)) {
					t.Errorf("entry %d: %d bytes", i, len(got))
				}
				d.put(ID{byte(i)}, body(i))
			}
		})
	}
	all.Wait()
	for name := range files(t, dir) {
		require.NotContains(t, name, temporary)
	}
}

func TestLimit(t *testing.T) {
	d := &directory{path: t.TempDir(), limit: 1000}
	other := filepath.Join(d.path, "00", "of the user's")
	require.NoError(t, os.MkdirAll(filepath.Dir(other), 0o700))
	require.NoError(t, os.WriteFile(other, make([]byte, 5000), 0o600))
	start := time.Now().Add(-time.Hour)
	for i := range 20 {
		d.put(ID{byte(i)}, make([]byte, 200))
		if e := d.file(ID{byte(i)}); i < 19 {
			at := start.Add(time.Duration(i) * time.Minute)
			os.Chtimes(e, at, at) // where it is still there
		}
		d.get(ID{0})
	}
	_, ok := d.get(ID{0})
	require.True(t, ok, "it was used all the time")
	_, ok = d.get(ID{1})
	require.False(t, ok)
	_, ok = d.get(ID{19})
	require.True(t, ok)
	var sum int64
	for _, e := range d.entries() {
		sum += e.size
	}
	require.LessOrEqual(t, sum, d.limit)
	d.put(ID{50}, make([]byte, 2000))
	_, ok = d.get(ID{50})
	require.False(t, ok, "larger than all of the cache")

	require.NoError(t, d.clean())
	require.Empty(t, d.entries())
	require.Equal(t, []string{other}, keys(files(t, d.path)), "what is not ours stays")
}

func keys(m map[string][]byte) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// programIn builds a cache program and has it keep its entries in a directory.
func programIn(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cache program")
	out, err := exec.Command("go", "build", "-o", file, "testdata/program/main.go").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Setenv("GOCACHEPROG", "'"+file+"' '"+dir+"'")
}

func TestProgram(t *testing.T) {
	shared, local := t.TempDir(), t.TempDir()
	programIn(t, shared)
	t.Setenv("GREENLINT_CACHE", local)
	body := []byte(strings.Repeat("what was found ", 1000))
	c, err := Open(t.Context())
	require.NoError(t, err)
	id := key(t, c, "x")
	_, ok := c.Get(id)
	require.False(t, ok)
	c.Put(id, body)
	got, ok := c.Get(id)
	require.True(t, ok)
	require.Equal(t, body, got)
	require.NoError(t, c.Close())

	again, err := Open(t.Context())
	require.NoError(t, err)
	got, ok = again.Get(id)
	require.True(t, ok)
	require.Equal(t, body, got)
	for name := range files(t, shared) {
		if strings.HasPrefix(filepath.Base(name), "output-") {
			require.NoError(t, os.WriteFile(name, body[1:], 0o600))
		}
	}
	_, ok = again.Get(id)
	require.False(t, ok, "the file is not what was put")
	require.NoError(t, again.Close())
	require.Empty(t, files(t, local))
}

// TestBadProgram checks that a program that is none costs the cache, not the run.
func TestBadProgram(t *testing.T) {
	for _, command := range []string{"/no/such/program", "'open", "  "} {
		t.Setenv("GOCACHEPROG", command)
		c, err := Open(t.Context())
		require.Error(t, err, command)
		require.NoError(t, c.Close())
	}
	t.Setenv("GOCACHEPROG", "go version") // says something else, and ends
	_, err := Open(t.Context())
	require.ErrorContains(t, err, "does not say")

	t.Setenv("GOCACHEPROG", "")
	programIn(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	c, err := Open(ctx)
	require.NoError(t, err)
	id := key(t, c, "x")
	cancel() // the program is killed under way
	c.Put(id, []byte("x"))
	_, ok := c.Get(id)
	require.False(t, ok)
	c.Close()
}

func TestSplitCommand(t *testing.T) {
	for in, want := range map[string][]string{
		"prog":                    {"prog"},
		" prog  -dir /x ":         {"prog", "-dir", "/x"},
		`"a b" 'c "d"' e`:         {"a b", `c "d"`, "e"},
		`'C:\cache program' -v`:   {`C:\cache program`, "-v"},
		"prog --header='not one'": {"prog", "--header='not", "one'"},
	} {
		got, err := splitCommand(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", " ", `"a`, `a 'b`} {
		_, err := splitCommand(in)
		require.Error(t, err, in)
	}
}
