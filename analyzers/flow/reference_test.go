package flow

import (
	"cmp"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// A refWay is a way as the reference search finds it: all of them, one by one.
type refWay struct {
	depth, dynamic, offload int
	set                     []rules.Guard // sorted
	lines                   []int         // of the edges on the way
	sets                    [][]rules.Guard
}

// A refKey is what Judge tells apart.
type refKey struct {
	sink  rules.Pos
	entry rules.Func
	gil   bool
	guard rules.Guard
}

// refSolve walks every simple way from every entry to every place where user
// code leaves for an effect, and every simple way on through foreign code.
func refSolve(g *Graph, entries []rules.Func) map[refKey][]refWay {
	callers := map[rules.Func][]edge{}
	names := map[rules.Func]rules.Func{}
	var order []rules.Func
	for f, list := range g.Calls {
		for i := range list {
			callers[list[i].Callee] = append(callers[list[i].Callee], edge{Edge: &list[i], caller: int32(len(order))})
		}
		order, names[f] = append(order, f), f
	}
	// back visits every simple way that leads to fn, the empty one included.
	var back func(fn rules.Func, gil bool, way refWay, seen map[rules.Func]bool, visit func(rules.Func, refWay), enter func(rules.Func) bool)
	step := func(way refWay, e edge) (refWay, bool) {
		out := refWay{depth: way.depth + 1, dynamic: way.dynamic, offload: way.offload, set: way.set,
			lines: append([]int{e.Pos.Line}, way.lines...), sets: append([][]rules.Guard{way.set}, way.sets...)}
		if e.Dynamic {
			out.dynamic++
		}
		if e.Kind == Offload {
			out.offload++
		}
		if e.Guard != (rules.Guard{}) && !slices.Contains(way.set, e.Guard) {
			out.set = append(slices.Clone(way.set), e.Guard)
			slices.SortFunc(out.set, compareGuards)
		}
		return out, len(out.set) <= maxGuards
	}
	back = func(fn rules.Func, gil bool, way refWay, seen map[rules.Func]bool, visit func(rules.Func, refWay), enter func(rules.Func) bool) {
		visit(fn, way)
		seen[fn] = true
		for _, e := range callers[fn] {
			from := order[e.caller]
			if seen[from] || e.Kind == Offload && !gil || !enter(from) {
				continue
			}
			if next, ok := step(way, e); ok {
				back(from, gil, next, seen, visit, enter)
			}
		}
		delete(seen, fn)
	}
	all := map[refKey][]refWay{}
	anywhere := func(rules.Func) bool { return true }
	for f, list := range g.Own {
		for _, own := range list {
			gil := own.Effect.HoldsGIL
			heads := func(sink rules.Pos, in rules.Func, tail refWay) {
				found := map[rules.Func][]refWay{}
				back(in, gil, refWay{}, map[rules.Func]bool{}, func(fn rules.Func, head refWay) {
					if slices.Contains(entries, fn) {
						found[fn] = append(found[fn], head)
					}
				}, anywhere)
				for fn, ways := range found {
					k := refKey{sink, fn, gil, own.Effect.Guard}
					for _, head := range reduce(ways) {
						all[k] = append(all[k], join(head, tail))
					}
				}
			}
			if !g.Foreign(f) {
				heads(own.Pos, f, refWay{})
				continue
			}
			back(f, gil, refWay{}, map[rules.Func]bool{}, func(fn rules.Func, way refWay) {
				for _, e := range callers[fn] {
					from := order[e.caller]
					if g.Foreign(from) || e.Kind == Offload && !gil {
						continue
					}
					if next, ok := step(way, e); ok {
						heads(e.Pos, from, next)
					}
				}
			}, g.Foreign)
		}
	}
	return all
}

func join(head, tail refWay) refWay {
	head.depth += tail.depth
	head.dynamic += tail.dynamic
	head.offload += tail.offload
	head.lines = slices.Concat(head.lines, tail.lines)
	head.sets = slices.Concat(head.sets, tail.sets)
	head.set = slices.Concat(head.set, tail.set)
	slices.SortFunc(head.set, compareGuards)
	head.set = slices.Compact(head.set)
	return head
}

// reduce keeps the best way for each set of guards that no way undercuts.
func reduce(ways []refWay) []refWay {
	slices.SortFunc(ways, func(a, b refWay) int {
		return cmp.Or(compareRefSets(a.set, b.set), cmp.Compare(a.depth, b.depth), cmp.Compare(a.dynamic, b.dynamic),
			cmp.Compare(a.offload, b.offload), compareRefWays(a, b))
	})
	ways = slices.CompactFunc(ways, func(a, b refWay) bool { return slices.Equal(a.set, b.set) })
	var out []refWay
	for _, w := range ways {
		void := slices.ContainsFunc(ways, func(v refWay) bool {
			return len(v.set) < len(w.set) && v.depth <= w.depth && !slices.ContainsFunc(v.set, func(g rules.Guard) bool { return !slices.Contains(w.set, g) })
		})
		if !void {
			out = append(out, w)
		}
	}
	return out
}

// compareRefSets orders sets as guardSet does: by size, then from the highest guard down.
func compareRefSets(a, b []rules.Guard) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	for i := len(a) - 1; i >= 0; i-- {
		if c := compareGuards(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// compareRefWays orders ways of equal length by their calls' places.
func compareRefWays(a, b refWay) int {
	for i := range min(len(a.lines), len(b.lines)) {
		if c := cmp.Or(cmp.Compare(a.lines[i], b.lines[i]), compareRefSets(a.sets[i], b.sets[i])); c != 0 {
			return c
		}
	}
	return 0
}

// compareWithReference solves the graph both ways. chains asks for the very same
// chains, which the reference only knows where all code is the user's.
func compareWithReference(t *testing.T, text string, entries []rules.Func, chains bool) {
	g := parse(t, text)
	want := map[string]bool{}
	for k, ways := range refSolve(g, entries) {
		for _, w := range reduce(ways) {
			want[refText(k, w, chains)] = true
		}
	}
	found := map[refKey][]refWay{}
	r := Solve(g, entries)
	for h := range r.All() {
		w := refWay{depth: h.Depth, set: r.Guards(h)}
		chain, offloaded := r.Chain(h)
		if offloaded {
			w.offload = 1
		}
		checkChain(t, g, h, w, chain)
		for _, f := range chain[:len(chain)-1] {
			if f.Dynamic {
				w.dynamic++
			}
			w.lines = append(w.lines, f.Pos.Line)
			w.sets = append(w.sets, nil)
		}
		k := refKey{h.Pos, h.Entry, h.Effect.HoldsGIL, h.Effect.Guard}
		found[k] = append(found[k], w)
	}
	got := map[string]bool{}
	for k, ways := range found {
		for _, w := range reduce(ways) {
			got[refText(k, w, chains)] = true
		}
	}
	for s := range want {
		if !got[s] {
			t.Errorf("missing %s", s)
		}
	}
	for s := range got {
		if !want[s] {
			t.Errorf("not true %s", s)
		}
	}
	if t.Failed() {
		t.Fatalf("%s\n%s", text, format(r))
	}
}

func refText(k refKey, w refWay, chains bool) string {
	s := fmt.Sprintf("%s to %d, gil %v %v: depth %d dynamic %d offload %v %v", k.entry, k.sink.Line, k.gil, k.guard, w.depth, w.dynamic, w.offload > 0, w.set)
	if chains {
		s += fmt.Sprint(w.lines)
	}
	return s
}

// checkChain walks a chain along the graph's edges.
func checkChain(t *testing.T, g *Graph, h Hit, w refWay, chain rules.Chain) {
	at, sink := h.Entry, rules.Pos{}
	var set []rules.Guard
	offload := false
	for i, f := range chain {
		if !g.Foreign(at) {
			sink = f.Pos
		}
		if i == len(chain)-1 {
			break
		}
		n := slices.IndexFunc(g.Calls[at], func(e Edge) bool { return e.Callee == f.Func && e.Pos == f.Pos })
		if n < 0 {
			t.Fatalf("%s does not call %s at %v", at, f.Func, f.Pos)
		}
		e := g.Calls[at][n]
		if e.Guard != (rules.Guard{}) && !slices.Contains(set, e.Guard) {
			set = append(set, e.Guard)
		}
		if e.Dynamic != f.Dynamic {
			t.Fatalf("the frame %v and the edge %v", f, e)
		}
		offload = offload || e.Kind == Offload
		at = f.Func
	}
	slices.SortFunc(set, compareGuards)
	if sink != h.Pos || len(chain)-1 != h.Depth || offload != (w.offload > 0) || !slices.Equal(set, w.set) {
		t.Fatalf("the chain %v is not that of %+v, guards %v", chain, h, w.set)
	}
	if !slices.ContainsFunc(g.Own[at], func(o Own) bool { return o.Effect == h.Effect }) {
		t.Fatalf("%s has no %v", at, h.Effect)
	}
}

// textOf reads bytes as a graph: three for a statement.
func textOf(data []byte, foreign bool) string {
	names := []string{"A", "B", "C", "D", "E", "F"}
	if foreign {
		names = []string{"A", "B", "C", "d", "e", "f"}
	}
	var b strings.Builder
	for i := 0; i+2 < len(data) && i < 3*14; i += 3 {
		from, to, how := names[int(data[i])%6], names[int(data[i+1])%6], data[i+2]
		guard := ""
		if how&8 != 0 {
			guard = fmt.Sprintf(" [g(%d)]", how>>4&3)
		}
		switch how & 7 {
		case 0, 1, 2:
			fmt.Fprintf(&b, "%s -> %s;", from, to)
		case 3:
			fmt.Fprintf(&b, "%s -> %s ?%s;", from, to, guard)
		case 4:
			fmt.Fprintf(&b, "%s ~> %s%s;", from, to, guard)
		case 5:
			fmt.Fprintf(&b, "%s => %s%s;", from, to, guard)
		case 6:
			fmt.Fprintf(&b, "%s ! s%d%s;", from, i, guard)
		case 7:
			fmt.Fprintf(&b, "%s !! s%d%s;", from, i, guard)
		}
	}
	return b.String()
}

func FuzzSolve(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 0, 0, 1, 2, 4, 2, 0, 6}, false)
	f.Add([]byte{0, 3, 12, 3, 4, 0, 4, 3, 0, 4, 1, 5, 4, 0, 7}, true)
	f.Fuzz(func(t *testing.T, data []byte, foreign bool) {
		compareWithReference(t, textOf(data, foreign), funcs("A B d"), !foreign)
	})
}

// The fuzzer's comparison on graphs from a fixed seed, so that every test run has it.
func TestAgainstReference(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	n := 4000
	if testing.Short() {
		n = 400
	}
	for i := range n {
		data := make([]byte, 3*(4+rnd.Intn(11)))
		rnd.Read(data)
		foreign := i%2 == 0
		compareWithReference(t, textOf(data, foreign), funcs("A B d"), !foreign)
	}
}
