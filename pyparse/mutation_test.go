package pyparse

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// mutate makes one small change, as an editor or an accident would.
func mutate(r *rand.Rand, src []byte) []byte {
	if len(src) == 0 {
		return src
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	i, l := r.Intn(len(src)), r.Intn(len(lines))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	switch r.Intn(9) {
	case 0, 1: // delete a byte
		return join(src[:i], src[i+1:])
	case 2: // delete a line
		return join(join(lines[:l]...), join(lines[l+1:]...))
	case 3, 4: // insert something
		const marks = "()[]{}:,=*'\"\\ \n\t;.@!-+<>|&%~^/#0aef_?$`"
		return join(src[:i], []byte{marks[r.Intn(len(marks))]}, src[i:])
	case 5: // insert a word
		words := []string{" if ", " else ", " for x in y ", " in ", " not ", " and ", " is ", " lambda: ", " yield ", " await ",
			" async ", " def ", " class ", " return ", " import ", " from ", " as ", " := ", " ** ", " * ", " == ", " = ", "None", "1",
			" x ", ", ", "f'{x}'", "f\"{x!r:>{y}}\"", " match ", " case ", " type ", "del ", "print ", ": int", " -> ", "...", "\n    ", "\n"}
		return join(src[:i], []byte(words[r.Intn(len(words))]), src[i:])
	case 6: // two lines change places
		k := r.Intn(len(lines))
		lines[l], lines[k] = lines[k], lines[l]
		return join(lines...)
	case 7: // delete a stretch within a line
		n := min(1+r.Intn(12), len(src)-i)
		return join(src[:i], src[i+n:])
	default: // indent or dedent a line
		line := lines[l]
		if len(line) > 0 && line[0] == ' ' && r.Intn(2) == 0 {
			line = line[1:]
		} else {
			line = append([]byte(" "), line...)
		}
		return join(join(lines[:l]...), line, join(lines[l+1:]...))
	}
}

// TestMutations breaks real files a little and asks whether CPython and we agree on
// what is still valid. GREENLINT_MUTATIONS sets how many, GREENLINT_SEED which.
func TestMutations(t *testing.T) {
	all := judges(t)
	var native *judge
	for _, j := range all {
		if j.library(t) != "" {
			native = j
		}
	}
	if native == nil {
		missing(t, "no CPython with a standard library")
	}
	count, seed := 400, 1
	if testing.Short() {
		count = 100
	} else if fullConformance() {
		count = 4000
	}
	if n, err := strconv.Atoi(os.Getenv("GREENLINT_MUTATIONS")); err == nil {
		count = n
	}
	if n, err := strconv.Atoi(os.Getenv("GREENLINT_SEED")); err == nil {
		seed = n
	}
	files := pythonFiles(native.library(t))
	r := rand.New(rand.NewSource(int64(seed)))
	run := native.start(t, "text")
	accepted, rejected, wrong := 0, 0, 0
	for accepted+rejected < count {
		file := files[r.Intn(len(files))]
		src, err := os.ReadFile(file)
		if err != nil || len(src) > 12000 || !utf8.Valid(src) || bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
			continue
		}
		at := r.Int63()
		src = mutate(rand.New(rand.NewSource(at)), src)
		if !utf8.Valid(src) {
			continue
		}
		verdict, rest := run.askText(t, string(src))
		tree := Parse(src, Options{})
		problem := ""
		switch verdict {
		case "ok":
			accepted++
			if len(tree.Errors) > 0 && native.version[1] < 14 && newerThan313.Match(src) {
				continue
			}
			if len(tree.Errors) > 0 {
				problem = "CPython accepts it: " + describeError(tree)
			} else if sum := md5.Sum(tree.dumpFor(native)); hex.EncodeToString(sum[:]) != rest {
				problem = "trees differ"
				_, theirs := native.start(t, "text", "dump").askText(t, string(src))
				problem += "\n" + firstDifference(string(tree.dumpFor(native)), theirs)
			}
		case "error":
			rejected++
			// The names of characters are not known here.
			if len(tree.Errors) == 0 && !strings.Contains(rest, "unknown Unicode character name") {
				problem = "CPython rejects it: " + rest
			}
		}
		if problem != "" {
			wrong++
			if dir := os.Getenv("GREENLINT_KEEP"); dir != "" {
				os.WriteFile(fmt.Sprintf("%s/mutant%d.py", dir, at), src, 0o666)
			}
			t.Errorf("%s, mutation %d: %s", file, at, problem)
		}
	}
	t.Logf("%d mutants accepted, %d rejected, %d wrong", accepted, rejected, wrong)
}

// TestTableMutations breaks the cases of the tables, which are denser than real files,
// and asks CPython in the same way.
func TestTableMutations(t *testing.T) {
	all := judges(t)
	j := all[len(all)-1]
	if j.version[1] < 13 { // the tables have what is new
		missing(t, "no CPython 3.13 or later found")
	}
	count, seed := 1000, 1
	if fullConformance() {
		count = 20_000
	}
	if n, err := strconv.Atoi(os.Getenv("GREENLINT_MUTATIONS")); err == nil {
		count = n
	}
	if n, err := strconv.Atoi(os.Getenv("GREENLINT_SEED")); err == nil {
		seed = n
	}
	var sources []string
	for _, e := range append(readTable(t, treesTable), readTable(t, errorsTable)...) {
		if len(e.source) < 300 { // 200 brackets are too much for some versions
			sources = append(sources, e.source)
		}
	}
	r := rand.New(rand.NewSource(int64(seed)))
	run := j.start(t, "text")
	accepted, rejected := 0, 0
	for range count {
		src := []byte(sources[r.Intn(len(sources))])
		if r.Intn(3) == 0 {
			src = append(append(src, '\n'), sources[r.Intn(len(sources))]...)
		}
		for range 1 + r.Intn(3) {
			src = mutate(r, src)
		}
		if !utf8.Valid(src) {
			continue
		}
		tree := checkTree(t, src)
		verdict, rest := run.askText(t, string(src))
		if j.version[1] < 14 && newerThan313.Match(src) {
			continue
		}
		switch verdict {
		case "ok":
			accepted++
			if len(tree.Errors) > 0 {
				t.Errorf("%q: CPython accepts it: %s", src, describeError(tree))
			} else if sum := md5.Sum(tree.dumpFor(j)); hex.EncodeToString(sum[:]) != rest {
				_, theirs := j.start(t, "text", "dump").askText(t, string(src))
				t.Errorf("%q: trees differ\n%s", src, firstDifference(string(tree.dumpFor(j)), theirs))
			}
		case "error":
			rejected++
			if len(tree.Errors) == 0 && !strings.Contains(rest, "unknown Unicode character name") {
				t.Errorf("%q: CPython rejects it: %s", src, rest)
			}
		}
	}
	t.Logf("%d mutants accepted, %d rejected by CPython %s", accepted, rejected, j.name)
}

// newerThan313 matches what 3.14 sees with other eyes than 3.13: t-strings, except
// without parentheses, unknown future features, and an f-string whose format spec is
// ended by a line end.
var newerThan313 = regexp.MustCompile(`(?is)\b(t|tr|rt)['"]|except.*,|__future__|\bf.*\{.*:.*\n`)
