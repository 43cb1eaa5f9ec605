package flow

import (
	"iter"

	"github.com/greenlint/greenlint/rules"
)

// Reached is the answer of [Solve].
type Reached struct {
	Lost int // ways given up because they asked for too many guards, counted per search and function

	x       *index
	entries []int32
	sources []source
	sites   []site // by place
	trail   trail
	hits    []hit
	groups  []int32
	sets    []guardSet
}

// A Hit is an effect that an entry reaches.
type Hit struct {
	Entry     rules.Func
	Effect    rules.Effect
	Pos, End  rules.Pos  // the sink site; End is zero where unknown
	In        rules.Func // the function around the sink site
	Depth     int        // calls between the entry and the effect
	Dynamic   int        // how many of them have several possible callees
	Offloaded bool       // the way leads through another thread

	site, hit int32
}

// All yields every hit: by sink site, then by rule, entry and depth.
func (r *Reached) All() iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		for i := range r.sites {
			l := &r.sites[i]
			for j := r.groups[l.group]; j < r.groups[l.group+1]; j++ {
				h := &r.hits[j]
				if !yield(Hit{
					Entry:  r.x.names[r.entries[h.entry]],
					Effect: r.sources[l.source].effect,
					Pos:    l.pos, End: l.end, In: l.in,
					Depth:     int(h.depth + l.depth),
					Dynamic:   int(h.dynamic) + l.cost.dynamic(),
					Offloaded: h.offload > 0 || l.cost.offload() > 0,
					site:      int32(i), hit: j,
				}) {
					return
				}
			}
		}
	}
}

// Chain gives the calls from the hit's entry to its effect.
func (r *Reached) Chain(h Hit) rules.Chain { return r.chain(h.site, h.hit) }

// Guards gives what must count in a process for the hit to be there, beside
// the effect's own guard.
func (r *Reached) Guards(h Hit) []rules.Guard {
	var out []rules.Guard
	for _, g := range r.sets[r.hits[h.hit].set].list() {
		out = append(out, r.x.guards[g-1])
	}
	return out
}

// Summary gives the hit as a fact about its entry, for other units.
func (r *Reached) Summary(h Hit) Summary {
	return Summary{Effect: h.Effect, Guards: r.Guards(h), Offloaded: h.Offloaded, Chain: r.Chain(h)}
}

// Summaries gives what other units have to know of each entry: of the effects
// that are judged alike, the nearest. Entries that reach nothing are left out.
func (r *Reached) Summaries() map[rules.Func][]Summary {
	type key struct {
		entry, set int32
		class      effectClass
	}
	best := map[key]Hit{}
	var order []key
	for h := range r.All() {
		way := &r.hits[h.hit]
		k := key{way.entry, way.set, classOf(&h.Effect)}
		old, ok := best[k]
		if !ok {
			order = append(order, k)
		}
		if !ok || h.Depth < old.Depth || h.Depth == old.Depth && h.Dynamic < old.Dynamic {
			best[k] = h
		}
	}
	out := map[rules.Func][]Summary{}
	for _, k := range order {
		h := best[k]
		out[h.Entry] = append(out[h.Entry], r.Summary(h))
	}
	return out
}

func (r *Reached) chain(site, hit int32) rules.Chain {
	l := &r.sites[site]
	src := &r.sources[l.source]
	out := make(rules.Chain, 0, int(r.hits[hit].depth+l.depth)+1)
	out = r.follow(out, r.hits[hit].node)
	if l.edge >= 0 {
		out = append(out, r.frame(l.edge))
		out = r.follow(out, l.node)
	}
	if src.tail != nil {
		return append(out, src.tail...)
	}
	return append(out, rules.Frame{Func: rules.Func(src.effect.Symbol), Pos: src.pos})
}

func (r *Reached) follow(out rules.Chain, node int32) rules.Chain {
	for ; node != 0; node = r.trail[node].next {
		out = append(out, r.frame(r.trail[node].edge))
	}
	return out
}

func (r *Reached) frame(e int32) rules.Frame {
	edge := &r.x.edges[e]
	return rules.Frame{Func: edge.Callee, Pos: edge.Pos, Dynamic: edge.Dynamic}
}
