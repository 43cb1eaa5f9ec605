package flow

import (
	"cmp"
	"slices"
)

// A pending finding: its sink, and who gets there.
type pending struct {
	from, to int       // its sites
	contexts []listing // to be listed, the nearest first
	more     int       // processes beside the one that is told
	possible bool      // there is a process in which all of a way is loaded
}

// A listing is a context in a finding, with its best hit.
type listing struct {
	context int32
	verdict
}

// A verdict is a hit that counts, from the view of a context.
type verdict struct {
	round     int32 // in which it was found
	depth     int32
	site, hit int32
	env       int32
}

// sameSink reports whether two sites are shown as one. Where there is no
// place to tell them apart by, the function and the symbol do.
func (j *judge) sameSink(a, b int) bool {
	x, y := &j.r.sites[a], &j.r.sites[b]
	ex, ey := &j.r.sources[x.source].effect, &j.r.sources[y.source].effect
	return x.pos == y.pos && ex.Rule == ey.Rule &&
		(x.pos.Valid() || x.in == y.in && ex.Symbol == ey.Symbol)
}

// sink judges the sites from and up to to, which are one sink.
func (j *judge) sink(from, to int) {
	j.round++
	j.touched = j.touched[:0]
	for i := from; i < to; i++ {
		j.counting(i, 0, len(j.r.entries), func(c int32, v verdict) {
			old := &j.best[c]
			if old.round != j.round {
				j.touched = append(j.touched, c)
			} else if v.depth >= old.depth {
				return
			}
			*old = v
		})
	}
	if len(j.touched) == 0 {
		return
	}
	slices.SortFunc(j.touched, func(a, b int32) int {
		return cmp.Or(int(j.best[a].depth-j.best[b].depth), int(a-b))
	})
	listed := j.touched[:min(len(j.touched), cmp.Or(j.opt.MaxContexts, 50))]
	found := pending{from: from, to: to, contexts: make([]listing, len(listed))}
	for i, c := range listed {
		found.contexts[i] = listing{c, j.best[c]}
	}
	j.cases = append(j.cases, found)
}

// counting yields the hits of a site that count in some process, for each context
// of the entries from and up to to.
func (j *judge) counting(site, from, to int, yield func(c int32, v verdict)) {
	l := &j.r.sites[site]
	where := j.court.where(j.r.sources[l.source].effect.Guard)
	if l.set != 0 {
		where = where.and(j.where(l.set))
	}
	if where.first() < 0 {
		return
	}
	hits := j.r.groups[l.group].hits
	start, _ := slices.BinarySearchFunc(hits, int32(from), func(h hit, e int32) int { return int(h.entry - e) })
	for n := start; n < len(hits) && int(hits[n].entry) < to; n++ {
		h := &hits[n]
		for c := j.of[h.entry]; c < j.of[h.entry+1]; c++ {
			if env := firstOf(where, j.sets[h.set], j.envs[c]); env >= 0 {
				yield(c, verdict{j.round, h.depth + l.depth, int32(site), int32(n), env})
			}
		}
	}
}

// settle chooses among the equally short hits of a case's first context the one
// to be shown.
func (j *judge) settle(found *pending) {
	best := &found.contexts[0]
	least := j.r.cost(best.site, best.hit)
	e, _ := slices.BinarySearch(j.r.entries, j.r.x.number[j.contexts[best.context].Func])
	for i := found.from; i < found.to; i++ {
		j.counting(i, e, e+1, func(c int32, v verdict) {
			if c != best.context || v.depth != best.depth || v.site == best.site && v.hit == best.hit {
				return
			}
			if cost := j.r.cost(v.site, v.hit); cost < least {
				best.verdict, least = v, cost
			}
		})
	}
}

// where gives the processes in which all guards of a set count.
func (j *judge) where(set guardSet) envSet {
	where := j.court.all
	for _, g := range set.list() {
		where = where.and(j.court.where(j.r.x.guards[g-1]))
	}
	return where
}
