package flow

import (
	"fmt"
	"math/rand"
	"runtime"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// synthetic is a graph of 20,000 functions and 100,000 calls, a tenth of them
// dynamic, with 2,000 effects and 500 entries, all divided by share. If so asked,
// a third of the functions is foreign.
func synthetic(share int, foreign bool) (*Graph, []rules.Context) {
	funcs, calls, effects, entries := 20_000/share, 100_000/share, 2_000/share, 500/share
	rnd := rand.New(rand.NewSource(1))
	name := func(i int) rules.Func { return rules.Func(fmt.Sprintf("shop.mod%d.func%d", i/20, i)) }
	g := &Graph{Own: map[rules.Func][]Own{}, Calls: map[rules.Func][]Edge{}}
	if foreign {
		is := map[rules.Func]bool{}
		for i := funcs * 2 / 3; i < funcs; i++ {
			is[name(i)] = true
		}
		g.Foreign = func(f rules.Func) bool { return is[f] }
	}
	place := func(i, line int) rules.Pos {
		return rules.Pos{File: fmt.Sprintf("shop/mod%d.py", i/20), Line: line, Column: 5}
	}
	spawned := rules.Guard{When: "patched(thread)"}
	for c := range calls {
		from, to := rnd.Intn(funcs), rnd.Intn(funcs)
		if to >= funcs*2/3 && from < funcs*2/3 && rnd.Intn(4) > 0 { // library code calls mostly itself
			to = rnd.Intn(funcs * 2 / 3)
		}
		e := Edge{Callee: name(to), Pos: place(from, c), Dynamic: c%10 == 0}
		if c%500 == 0 {
			e.Kind, e.Guard = Spawn, spawned
		}
		g.Calls[name(from)] = append(g.Calls[name(from)], e)
	}
	for i := range effects {
		f := rnd.Intn(funcs)
		e := rules.Effect{Rule: "GL401", Symbol: fmt.Sprintf("lib.call%d", i%200)}
		if i%2 == 0 {
			e.Guard.Unless = "patched(socket)"
		}
		g.Own[name(f)] = append(g.Own[name(f)], Own{Effect: e, Pos: place(f, calls+i)})
	}
	var contexts []rules.Context
	for i := range entries {
		contexts = append(contexts, task(name(i*13%funcs)))
	}
	return g, contexts
}

func BenchmarkSolve(b *testing.B) {
	for _, foreign := range []bool{false, true} {
		b.Run(fmt.Sprintf("foreign=%v", foreign), func(b *testing.B) {
			g, contexts := synthetic(1, foreign)
			entries := Entries(contexts)
			b.ReportAllocs()
			var r *Reached
			for b.Loop() {
				r = Solve(g, entries)
			}
			hits := 0
			for range r.All() {
				hits++
			}
			b.ReportMetric(float64(hits), "hits")
			b.ReportMetric(liveMB(r), "live-MB")
		})
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, foreign := range []bool{false, true} {
		b.Run(fmt.Sprintf("foreign=%v", foreign), func(b *testing.B) {
			g, contexts := synthetic(1, foreign)
			r := Solve(g, Entries(contexts))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = len(Judge(r, contexts, []rules.Env{worker, bare, prefork, web}, words))
			}
			b.ReportMetric(float64(n), "findings")
		})
	}
}

// BenchmarkNaive is what Solve is measured against: summaries with chains,
// carried forwards to a fixed point. On a twentieth of the graph.
func BenchmarkNaive(b *testing.B) {
	g, contexts := synthetic(20, false)
	b.Run("summaries", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			naive(g)
		}
	})
	b.Run("solve", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Solve(g, Entries(contexts))
		}
	})
}

func naive(g *Graph) map[rules.Func]map[rules.Effect]rules.Chain {
	reached := map[rules.Func]map[rules.Effect]rules.Chain{}
	for f, list := range g.Own {
		reached[f] = map[rules.Effect]rules.Chain{}
		for _, o := range list {
			reached[f][o.Effect] = rules.Chain{{Func: rules.Func(o.Effect.Symbol), Pos: o.Pos}}
		}
	}
	for changed := true; changed; {
		changed = false
		for f, edges := range g.Calls {
			for _, e := range edges {
				for effect, chain := range reached[e.Callee] {
					if old, ok := reached[f][effect]; ok && len(old) <= len(chain)+1 {
						continue
					}
					if reached[f] == nil {
						reached[f] = map[rules.Effect]rules.Chain{}
					}
					reached[f][effect] = append(rules.Chain{{Func: e.Callee, Pos: e.Pos}}, chain...)
					changed = true
				}
			}
		}
	}
	return reached
}

func liveMB(keep any) float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	runtime.KeepAlive(keep)
	return float64(m.HeapAlloc) / 1e6
}
