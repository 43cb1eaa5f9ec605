package fix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Apply makes the edits of all fixes that can be made together: one that overlaps
// an earlier one is left out as a whole. The same insertion is made once. It
// returns the new texts of the changed files, and which fixes were made.
func Apply(fixes []rules.Fix, read func(string) ([]byte, error)) (texts map[string][]byte, made []bool, err error) {
	made = make([]bool, len(fixes))
	edits := map[string][]rules.Edit{}
	for i, x := range fixes {
		ok := len(x.Edits) > 0
		for _, e := range x.Edits {
			for _, other := range edits[e.Pos.File] {
				ok = ok && (same(e, other) && e.Pos.Offset == e.End.Offset || !overlap(e, other))
			}
		}
		if !ok {
			continue
		}
		made[i] = true
		for _, e := range x.Edits {
			if !slices.ContainsFunc(edits[e.Pos.File], func(o rules.Edit) bool { return same(e, o) }) {
				edits[e.Pos.File] = append(edits[e.Pos.File], e)
			}
		}
	}
	texts = map[string][]byte{}
	for file, list := range edits {
		old, err := read(file)
		if err != nil {
			return nil, nil, err
		}
		slices.SortStableFunc(list, func(a, b rules.Edit) int {
			return cmp.Or(a.Pos.Offset-b.Pos.Offset, a.End.Offset-b.End.Offset, strings.Compare(a.Text, b.Text))
		})
		var out []byte
		at := 0
		for _, e := range list {
			if e.Pos.Offset < at || e.End.Offset < e.Pos.Offset || e.End.Offset > len(old) {
				return nil, nil, fmt.Errorf("%s: an edit from %d to %d does not fit", e.Pos, e.Pos.Offset, e.End.Offset)
			}
			out = append(append(out, old[at:e.Pos.Offset]...), e.Text...)
			at = e.End.Offset
		}
		texts[file] = append(out, old[at:]...)
	}
	return texts, made, nil
}

func same(a, b rules.Edit) bool {
	return a.Pos.Offset == b.Pos.Offset && a.End.Offset == b.End.Offset && a.Text == b.Text
}

// overlap reports whether two edits of a file can't both be made: they share
// bytes, or one inserts inside the other, or both replace at the same place.
func overlap(a, b rules.Edit) bool {
	if a.Pos.Offset == a.End.Offset && b.Pos.Offset == b.End.Offset {
		return false // two insertions: both, in the order of their texts
	}
	return a.Pos.Offset < b.End.Offset && b.Pos.Offset < a.End.Offset
}

// Diff is the change of a file in the unified format, with three lines of
// context; "" where there is none.
func Diff(name string, old, new []byte) string {
	a, b := splitKeep(string(old)), splitKeep(string(new))
	ops := lineDiff(a, b)
	if len(ops) == 0 {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
	const context = 3
	for i := 0; i < len(ops); {
		j := i + 1
		for j < len(ops) && ops[j].a1-ops[j-1].a2 <= 2*context {
			j++
		}
		first, last := ops[i], ops[j-1]
		a1, a2 := max(0, first.a1-context), min(len(a), last.a2+context)
		b1, b2 := max(0, first.b1-context), min(len(b), last.b2+context)
		fmt.Fprintf(&out, "@@ -%s +%s @@\n", hunk(a1, a2), hunk(b1, b2))
		at := a1
		for _, o := range ops[i:j] {
			put(&out, " ", a[at:o.a1])
			put(&out, "-", a[o.a1:o.a2])
			put(&out, "+", b[o.b1:o.b2])
			at = o.a2
		}
		put(&out, " ", a[at:a2])
		i = j
	}
	return out.String()
}

func hunk(from, to int) string {
	if to == from {
		return fmt.Sprintf("%d,0", from)
	}
	if to == from+1 {
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func put(out *strings.Builder, mark string, lines []string) {
	for _, l := range lines {
		out.WriteString(mark + l)
		if !strings.HasSuffix(l, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// splitKeep splits into lines that keep their ends.
func splitKeep(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// A change says that lines a1..a2 of the old text became b1..b2 of the new one.
type change struct{ a1, a2, b1, b2 int }

// lineDiff compares lines. What is alike at both ends is cut off; within, a
// longest common subsequence is looked for, up to a bound beyond which all is
// one change.
func lineDiff(a, b []string) []change {
	p := 0
	for p < len(a) && p < len(b) && a[p] == b[p] {
		p++
	}
	s := 0
	for s < len(a)-p && s < len(b)-p && a[len(a)-1-s] == b[len(b)-1-s] {
		s++
	}
	x, y := a[p:len(a)-s], b[p:len(b)-s]
	if len(x)+len(y) == 0 {
		return nil
	}
	const bound = 4 << 20
	if len(x)*len(y) > bound {
		return []change{{p, p + len(x), p, p + len(y)}}
	}
	best := make([][]int32, len(x)+1) // best[i][j]: common lines of x[i:] and y[j:]
	for i := range best {
		best[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	var out []change
	add := func(i1, i2, j1, j2 int) {
		if n := len(out); n > 0 && out[n-1].a2 == p+i1 && out[n-1].b2 == p+j1 {
			out[n-1].a2, out[n-1].b2 = p+i2, p+j2
			return
		}
		out = append(out, change{p + i1, p + i2, p + j1, p + j2})
	}
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && best[i+1][j] >= best[i][j+1]:
			add(i, i+1, j, j)
			i++
		default:
			add(i, i, j, j+1)
			j++
		}
	}
	return out
}
