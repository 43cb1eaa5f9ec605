package pyparse

import (
	"bytes"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzScan checks that the scanner always comes to the end, with tokens in order.
func FuzzScan(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		var s scanner
		s.init(src, 0)
		end := uint32(0)
		level := 0
		for n := 0; ; n++ {
			s.next()
			if n > 3*len(src)+10 {
				t.Fatalf("%d tokens in %d bytes", n, len(src))
			}
			if s.start < end || s.end < s.start || int(s.end) > len(src) {
				t.Fatalf("token %v at %d-%d after %d, of %d bytes", s.tok, s.start, s.end, end, len(src))
			}
			end = s.end
			switch s.tok {
			case tIndent:
				level++
			case tDedent:
				level--
			}
			if level < 0 {
				t.Fatal("more dedents than indents")
			}
			if s.tok == tEOF {
				break
			}
		}
		if level != 0 {
			t.Fatalf("%d indents are never closed", level)
		}
	})
}

// FuzzParse checks what holds of every tree.
func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src []byte) { checkTree(t, src) })
}

func addSeeds(f *testing.F) {
	for _, name := range []string{"expressions.py", "statements.py", "strings.py", "broken.py"} {
		src, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		// Each paragraph by itself, so that mutations stay small.
		for part := range bytes.SplitSeq(src, []byte("\n\n")) {
			f.Add(part)
		}
	}
}

// checkTree parses a file and checks the invariants of its tree.
func checkTree(t testing.TB, src []byte) *Tree {
	t.Helper()
	given := bytes.Clone(src)
	tree := Parse(src, Options{})
	if !bytes.Equal(given, src) {
		t.Fatal("the parser has changed its input")
	}
	size := uint32(len(tree.Source()))
	if root := tree.Root(); root.Kind() != KindModule {
		t.Fatalf("the root is a %v", root.Kind())
	}
	for i, e := range tree.Errors {
		if strings.HasPrefix(e.Msg, "internal error") {
			t.Fatal(e.Msg)
		}
		if e.Offset > e.End || e.End > size {
			t.Fatalf("error %q at %d-%d of %d bytes", e.Msg, e.Offset, e.End, size)
		}
		if i > 0 && e.Offset < tree.Errors[i-1].Offset {
			t.Fatalf("error %q is out of order", e.Msg)
		}
	}
	for i, c := range tree.Comments {
		if c.Start >= c.End || c.End > size || tree.src[c.Start] != '#' || i > 0 && c.Start < tree.Comments[i-1].End {
			t.Fatalf("comment %d-%d", c.Start, c.End)
		}
	}
	seen := 0
	Walk(tree.Root(), func(n Node) bool {
		seen++
		if n.Start() > n.End() || n.End() > size {
			t.Fatalf("%v at %d-%d of %d bytes", n.Kind(), n.Start(), n.End(), size)
		}
		decorated := n.AsFunctionDef().Valid() || n.AsClassDef().Valid()
		for c := range n.Children() {
			if c.End() > n.End() || c.Start() < n.Start() && !decorated {
				t.Fatalf("%v at %d-%d has a child %v at %d-%d\n%q", n.Kind(), n.Start(), n.End(), c.Kind(), c.Start(), c.End(), src)
			}
		}
		return true
	})
	if seen > len(tree.nodes) {
		t.Fatalf("%d nodes are reached, of %d: some more than once", seen, len(tree.nodes))
	}
	if seen > 8*len(src)+16 {
		t.Fatalf("%d nodes for %d bytes", seen, len(src))
	}
	if len(tree.Errors) == 0 || len(src) < 1<<12 {
		if err := tree.WriteJSON(io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

// TestInvariants checks the invariants on broken versions of real files.
func TestInvariants(t *testing.T) {
	var files []string
	for _, j := range judges(t) {
		if dir := j.library(t); dir != "" {
			files = pythonFiles(dir)
		}
	}
	if len(files) == 0 {
		missing(t, "no Python standard library found")
	}
	r := rand.New(rand.NewSource(7))
	for range 300 {
		src, err := os.ReadFile(files[r.Intn(len(files))])
		if err != nil || len(src) > 100_000 {
			continue
		}
		for range 1 + r.Intn(12) {
			src = mutate(r, src)
		}
		checkTree(t, src)
	}
}
