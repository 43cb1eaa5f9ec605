package flow

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

var solveTests = []struct{ name, graph, entries, want string }{
	{"own effect", "W ! sleep", "W", "W ! sleep"},
	{"chain", "W -> A; A -> B; B ! sleep", "W", "W -> A -> B ! sleep"},
	{"nothing", "W -> A; B ! sleep", "W A", ""},
	{"self loop", "W -> W; W ! sleep", "W", "W ! sleep"},
	{"self loop on the way", "W -> A; A -> A; A -> B; B -> B; B ! sleep", "W", "W -> A -> B ! sleep"},
	{"mutual recursion, both ends reach", "W -> A; V -> B; A <-> B; B -> C; C ! sleep", "W V A B", `
		W -> A -> B -> C ! sleep
		V -> B -> C ! sleep
		A -> B -> C ! sleep
		B -> C ! sleep`},
	{"mutual recursion of three, effect behind the last", "A -> B; B -> C; C -> A; C -> S; S ! sleep; W -> B; V -> A", "W V", `
		W -> B -> C -> S ! sleep
		V -> A -> B -> C -> S ! sleep`},
	{"shortest", "W -> A; A -> B; B -> C; W -> C; C ! sleep", "W", "W -> C ! sleep"},
	{"diamond: the earlier call", "W -> B; W -> A; A -> C; B -> C; C ! sleep", "W", "W -> B -> C ! sleep"},
	{"diamond: the less dynamic", "W -> A; W -> B; A -> C ?; B -> C; C ! sleep", "W", "W -> B -> C ! sleep"},
	{"shorter beats less dynamic", "W -> A ?; A -> B; W -> X; X -> Y; Y -> B; B ! sleep", "W", "W ->? A -> B ! sleep"},
	{"two effects, two entries", "W -> A; V -> A; A ! sleep; A ! read", "W V", `
		W -> A ! sleep
		V -> A ! sleep
		W -> A ! read
		V -> A ! read`},
	{"entry on the way", "W -> V; V -> A; A ! sleep", "W V", "W -> V -> A ! sleep\nV -> A ! sleep"},
	{"spawn", "W ~> A; A ! sleep", "W", "W -> A ! sleep"},
	{"guarded spawn", "W ~> A [patched(thread)]; W => A [unless patched(thread)]; A ! sleep", "W",
		"W -> A ! sleep [patched(thread)]"},
	{"GIL holder through both halves", "W ~> A [patched(thread)]; W => A [unless patched(thread)]; A !! crunch", "W", `
		W -> A ! crunch [patched(thread)]
		W -> A ! crunch [unless patched(thread)] offloaded`},
	{"offload is a wall", "W => A; A ! sleep; A -> B; B ! read", "W", ""},
	{"but not for a GIL holder", "W => A; A ! sleep; A -> B; B !! crunch", "W", "W -> A -> B ! crunch offloaded"},
	{"the way without an offload", "W => A; A -> C; W -> B; B -> C; C !! crunch", "W", "W -> B -> C ! crunch"},
	{"a longer way that asks for nothing stays", "W ~> A [patched(thread)]; W -> B; B -> A; A ! sleep", "W", `
		W -> A ! sleep [patched(thread)]
		W -> B -> A ! sleep`},
	{"a longer way that asks for more goes", "W -> A; W -> B; B ~> A [patched(thread)]; A ! sleep", "W", "W -> A ! sleep"},
	{"an equal way that asks for more goes", "W ~> A [patched(thread)]; W -> A; A ! sleep", "W", "W -> A ! sleep"},
	{"the same guard twice is one", "W ~> A [patched(thread)]; A ~> B [patched(thread)]; B ! sleep", "W",
		"W -> A -> B ! sleep [patched(thread)]"},
	{"four guards are too many", "W ~> A [g(1)]; A ~> B [g(2)]; B ~> C [g(3)]; C ~> D [g(4)]; D ! sleep", "W A", `
		A -> B -> C -> D ! sleep [g(2)] [g(3)] [g(4)]
		lost 1`},
	{"too many guards, but a better way", "W ~> A [g(1)]; A ~> B [g(2)]; B ~> C [g(3)]; C ~> D [g(4)]; D ! sleep; W -> D", "W",
		"W -> D ! sleep"},
	{"a guard is asked for as late as can be", "W ~> V [g(1)]; V ~> A [g(1)]; V -> B; A -> S; B -> S; S ! sleep", "W",
		"W -> V -> B -> S ! sleep [g(1)]"},

	{"foreign: the sink is the call that leaves", "W -> A; A -> get; get -> connect; connect ! socket", "W",
		"W -> A -> get -> connect ! socket @2 in A"},
	{"foreign: each call that leaves is a sink", "W -> get; W -> A; A -> get; get -> send; send ! socket", "W", `
		W -> get -> send ! socket @1 in W
		W -> A -> get -> send ! socket @3 in A`},
	{"foreign: recursion inside", "W -> get; get <-> redirect; redirect -> send; send ! socket", "W",
		"W -> get -> redirect -> send ! socket @1 in W"},
	{"foreign: a callback comes back", "W -> run; run -> Hook; Hook -> send; send ! socket; W -> send", "W", `
		W -> run -> Hook -> send ! socket @3 in Hook
		W -> send ! socket @5 in W`},
	{"foreign: one effect of a kind speaks for all", "W -> get; get ! connect; get -> send; send ! write", "W",
		"W -> get ! connect @1 in W"},
	{"foreign: but not for one with another guard", "W -> get; get ! connect [unless patched(socket)]; get -> send; send ! write", "W", `
		W -> get ! connect @1 in W
		W -> get -> send ! write @1 in W`},
	{"foreign entry, nothing of the user's", "get -> send; send ! write", "get", ""},
	{"foreign entry that calls back", "serve -> Hook; Hook ! sleep", "serve", "serve -> Hook ! sleep"},
	{"foreign offload", "W => get; get !! crunch; get ! write", "W", "W -> get ! crunch @1 in W offloaded"},

	{"known", "W -> A; A -> K; K !> x y sleep", "W", "W -> A -> K -> x -> y ! sleep @1 in K"},
	{"known, foreign", "W -> A; A -> k; k !> x sleep", "W", "W -> A -> k -> x ! sleep @2 in A"},
	{"known, user code inside", "W -> k; k !> Hook x sleep", "W", "W -> k -> Hook -> x ! sleep @2 in Hook"},
	{"elsewhere: the place is the call that sets it going", "W -> A; A !>> x Hook sleep", "W", "W -> A -> x -> Hook ! sleep @2 in A"},
	{"elsewhere, from foreign code", "W -> get; get !>> x sleep", "W", "W -> get -> x ! sleep @1 in W"},
	{"known: not asked for what has a body", "W -> K; K -> B; K !> x sleep", "W", ""},
}

func TestSolve(t *testing.T) {
	for _, tt := range solveTests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(solveText(t, tt.graph, tt.entries)); got != lines(tt.want) {
				t.Errorf("%s\ngot:\n%s\nwant:\n%s", tt.graph, got, lines(tt.want))
			}
		})
	}
}

// The order in which sets of guards are found must not decide which are kept.
func TestManySets(t *testing.T) {
	g := &Graph{Own: map[rules.Func][]Own{"S": {{Effect: rules.Effect{Rule: "GL401", Symbol: "sleep"}}}}, Calls: map[rules.Func][]Edge{}}
	for i := range 100 {
		g.Calls["W"] = append(g.Calls["W"], Edge{Callee: "S", Kind: Spawn, Guard: rules.Guard{When: fmt.Sprint(i)}})
	}
	want := format(Solve(g, funcs("W")))
	if n := len(slices.Collect(Solve(g, funcs("W")).All())); n != maxSets {
		t.Errorf("%d hits, want %d", n, maxSets)
	}
	for range 100 {
		shuffle(g)
		if got := format(Solve(g, funcs("W"))); got != want {
			t.Fatalf("got:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestShuffle(t *testing.T) {
	const text = `
		W -> A; W -> B; V ~> A; A <-> B; A -> C ?; B -> C; C -> A; C ! sleep; B ! read; C !! crunch
		V => C; X ~> C [patched(thread)]; X => C [unless patched(thread)]; X -> get; Y -> get; Y -> X
		get -> send; get -> recv; send -> sock; recv -> sock; sock ! read; sock !! crunch; recv ! poll
		get -> Hook ?; Hook -> get; W -> K; B -> K; K !> x y sleep; K !> z sleep`
	all := funcs("W V X Y A Hook")
	want, wantJudged := format(Solve(parse(t, text), all)), judgeText(parse(t, text), all)
	if len(want) < 1000 || len(wantJudged) < 500 {
		t.Fatalf("the graph is too small a test:\n%s%s", want, wantJudged)
	}
	for range 1000 {
		g := parse(t, text)
		shuffle(g)
		entries := slices.Clone(all)
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if got := format(Solve(g, entries)); got != want {
			t.Fatalf("got:\n%s\nwant:\n%s", got, want)
		}
		if got := judgeText(g, entries); got != wantJudged {
			t.Fatalf("got:\n%s\nwant:\n%s", got, wantJudged)
		}
	}
}

// shuffle puts the slices of a graph in another order, and its maps together anew.
func shuffle(g *Graph) {
	own, calls, known := map[rules.Func][]Own{}, map[rules.Func][]Edge{}, g.Known
	for f, list := range g.Own {
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		own[f] = list
	}
	for f, list := range g.Calls {
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		calls[f] = list
	}
	g.Own, g.Calls = own, calls
	g.Known = func(f rules.Func) []Summary {
		if known == nil {
			return nil
		}
		list := slices.Clone(known(f))
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	}
}

// A unit's summaries, given to the next unit as Known, make the chain that one
// graph of both would have.
func TestSummaries(t *testing.T) {
	lower := parse(t, "Get -> Dial; Dial <-> Retry; Dial ! connect; Get ! write [unless patched(socket)]; Put ~> Dial [patched(thread)]")
	facts := SolveAll(lower).Summaries()
	upper := parse(t, "W -> Get; V -> Put; V -> Retry")
	upper.Known = func(f rules.Func) []Summary { return facts[f] }
	got := lines(format(Solve(upper, funcs("W V"))))
	want := lines(`
		W -> Get -> Dial ! connect
		W -> Get ! write
		V -> Put -> Dial ! connect [patched(thread)]
		V -> Retry -> Dial ! connect`)
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestGuardSet(t *testing.T) {
	var s guardSet
	for _, g := range []uint32{7, 3, 1<<guardBits - 1, 3, 0} {
		var ok bool
		if s, ok = s.with(g); !ok {
			t.Fatalf("no room for %d", g)
		}
	}
	if got := s.list(); !slices.Equal(got, []uint32{3, 7, 1<<guardBits - 1}) {
		t.Errorf("list = %v", got)
	}
	if _, ok := s.with(9); ok {
		t.Error("a fourth guard found room")
	}
	small, _ := guardSet(0).with(7)
	if !small.within(s) || s.within(small) || !guardSet(0).within(small) || small > s {
		t.Error("within or order")
	}
}

// Searching for many effects at once finds what searching for each alone does.
func TestBatches(t *testing.T) {
	for _, foreign := range []bool{false, true} {
		g, contexts := synthetic(80, foreign)
		entries := Entries(contexts)
		for i := range 9 { // enough effects for several batches, of both kinds
			more, _ := synthetic(80-i, foreign)
			for f, list := range more.Own {
				for j := range list {
					list[j].Effect.HoldsGIL = (i+j)%3 == 0
					list[j].Effect.Symbol += fmt.Sprint(i, j)
				}
				g.Own[f] = append(g.Own[f], list...)
			}
		}
		var alone []string
		sources := 0
		for f, list := range g.Own {
			for _, own := range list {
				sources++
				one := *g
				one.Own = map[rules.Func][]Own{f: {own}}
				alone = append(alone, strings.Split(format(Solve(&one, entries)), "\n")...)
			}
		}
		slices.Sort(alone)
		all := format(Solve(g, entries))
		if foreign { // one effect of a kind speaks for all, so compare those that speak
			for l := range strings.SplitSeq(all, "\n") {
				if _, ok := slices.BinarySearch(alone, l); !ok {
					t.Errorf("not found alone: %s", l)
				}
			}
		} else if joined := strings.Join(alone, "\n"); lines(all) != lines(joined) {
			t.Errorf("%d bytes together, %d alone", len(all), len(joined))
		}
		if sources < 3*batch || len(all) < 10_000 {
			t.Errorf("%d effects, %d bytes: too small a test", sources, len(all))
		}
	}
}
