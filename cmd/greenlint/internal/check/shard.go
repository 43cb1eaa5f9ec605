package check

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/rules"
)

// A Shard is one part of a check that several machines share: the first of three
// is {1, 3}. The zero value is the whole.
//
// What is shared out are units that are analysed by themselves anyway: Go
// packages, each by its import path, and the Python part as one, since what a
// name denotes in one Python file may depend on any other. Parts hold what was
// found before anything is merged, suppressed or worded, and [Merge] puts them
// together before that, so that the result is the same as that of one run.
type Shard struct{ Index, Count int }

// ParseShard reads "i/n".
func ParseShard(s string) (Shard, error) {
	i, n, ok := strings.Cut(s, "/")
	index, err1 := strconv.Atoi(i)
	count, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || index < 1 || count < index {
		return Shard{}, fmt.Errorf("want i/n, such as 1/4: the first of four parts")
	}
	return Shard{index, count}, nil
}

func (s Shard) String() string {
	if s == (Shard{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// owns reports whether a unit belongs to the shard.
func (s Shard) owns(unit string) bool {
	if s.Count < 2 {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(unit))
	return int(h.Sum32()%uint32(s.Count)) == s.Index-1
}

// packages lists the packages of a module that the shard checks.
func (g *goRun) packages(dir string) ([]string, error) {
	if g.req.Shard.Count < 2 {
		return []string{"./..."}, nil
	}
	cmd := exec.Command("go", "list", "-e", "./...")
	cmd.Dir = filepath.Join(g.req.Root, filepath.FromSlash(dir))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return []string{"./..."}, nil // its absence is told where it is missed again
	}
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", dir, err, stderr.Bytes())
	}
	var mine []string
	for _, p := range strings.Fields(string(out)) {
		if g.req.Shard.owns("go " + p) {
			mine = append(mine, p)
		}
	}
	return mine, nil
}

// A Part is what one shard found, in a form that can be written to a file.
type Part struct {
	Greenlint string // the version that made it
	Shard     Shard
	Args      []string // what was asked for, as it was typed
	Select    []string
	Ignore    []string
	Loop      rules.Loop

	Findings []rules.Finding       // of Python and deployment files
	Units    []goUnit              // of Go, file names relative to the root
	Comments []report.FileComments // not of Go files, which are read again
	Skipped  []rules.Skip
	Stats    report.Stats
	Notes    []string
	Partial  bool
}

// PartOf makes the part of a run, or nothing where it was the whole.
func PartOf(req *Request, out *Outcome, args []string, version string) ([]byte, error) {
	if req.Shard == (Shard{}) {
		return nil, nil
	}
	return json.Marshal(Part{
		version, req.Shard, args, req.Select, req.Ignore, req.Loop,
		out.other, out.units, out.otherComments, out.Skipped, out.Stats, out.Notes, out.Partial,
	})
}

// Merge is [Run] from the parts that shards have written.
func Merge(req Request, parts []Part) (Outcome, error) {
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Shard.Index, b.Shard.Index) })
	out, err := prepare(&req)
	if err != nil {
		return Outcome{}, err
	}
	g := newGoRun(req, &out)
	for i := range parts {
		p := &parts[i]
		out.Findings = append(out.Findings, p.Findings...)
		out.Comments = append(out.Comments, p.Comments...)
		out.Skipped = append(out.Skipped, p.Skipped...)
		out.Notes = append(out.Notes, p.Notes...)
		out.Partial = out.Partial || p.Partial
		out.Stats.Add(&p.Stats)
		out.units = append(out.units, p.Units...)
	}
	stats := out.Stats
	g.join()
	out.Stats = stats // each part has counted its own
	return out, nil
}

// Complete reports what is wrong with a set of parts: one is missing, or they
// come from different checks.
func Complete(parts []Part, names []string) error {
	seen := map[Shard]string{}
	for i, p := range parts {
		if other, twice := seen[p.Shard]; twice {
			return fmt.Errorf("%s and %s are both shard %s", other, names[i], p.Shard)
		}
		seen[p.Shard] = names[i]
		first := parts[0]
		for what, same := range map[string]bool{
			"the number of shards":   p.Shard.Count == first.Shard.Count,
			"greenlint's version":    p.Greenlint == first.Greenlint,
			"the paths":              slices.Equal(p.Args, first.Args),
			"--select or --ignore":   slices.Equal(p.Select, first.Select) && slices.Equal(p.Ignore, first.Ignore),
			"--loop or its settings": p.Loop == first.Loop,
		} {
			if !same {
				return fmt.Errorf("%s and %s come from different checks: %s differ", names[0], names[i], what)
			}
		}
	}
	for i := 1; i <= parts[0].Shard.Count; i++ {
		if s := (Shard{i, parts[0].Shard.Count}); seen[s] == "" {
			return fmt.Errorf("shard %s is missing", s)
		}
	}
	return nil
}
