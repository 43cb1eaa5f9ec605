package rules

import (
	"slices"
	"strings"
)

// An About is what one library's file says of a name: all of it where the name is the
// library's own, else what concerns the name and what is below it.
type About struct {
	Library *Library
	Rows    []AboutRow
}

// An AboutRow is a row of any of its tables, in one shape.
type AboutRow struct {
	Table    string   `json:"table"` // "effect", "safe" …
	Rule     ID       `json:"rule,omitempty"`
	Severity string   `json:"severity,omitempty"` // where it is not the rule's own
	Names    []string `json:"names"`              // calls, decorators, classes; distributions of a version, programs of a launch
	Detail   string   `json:"detail,omitempty"`   // what the table says besides: a cost, a set of versions, a kind
	Loops    []Loop   `json:"loops,omitempty"`
	When     []string `json:"when,omitempty"`
	Unless   []string `json:"unless,omitempty"`
	Why      string   `json:"why,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	Source   []string `json:"source,omitempty"`
}

// About lists what is known of a name: a distribution, a module or package, or what is
// in one. Like every question, it goes to the user's tables too. Where some library
// names it, those are left out that only cover it by a star.
func (c *Catalog) About(name string) ([]About, error) {
	libs, err := c.Libraries()
	if err != nil {
		return nil, err
	}
	var named, covered []About
	for _, lib := range libs {
		symbol := name
		if lib.Language != "" {
			symbol = c.For(lib.Language).Resolve(name)
		}
		whole := strings.EqualFold(lib.Name, name) || slices.ContainsFunc(lib.Dist, func(d string) bool { return NormalDist(d) == NormalDist(name) })
		if whole = whole || len(lib.Imports) > 0 && !slices.ContainsFunc(lib.Imports, func(i string) bool { return !within(i, symbol) }); !whole && !lib.mentions(symbol) {
			continue
		}
		a, by := About{Library: lib}, whole
		for _, r := range lib.rows() {
			if !whole {
				r.Names = slices.DeleteFunc(slices.Clone(r.Names), func(n string) bool { return !concerns(n, symbol) })
			}
			if len(r.Names) > 0 {
				a.Rows = append(a.Rows, r)
				by = by || slices.ContainsFunc(r.Names, func(n string) bool { return within(n, symbol) })
			}
		}
		switch {
		case by:
			named = append(named, a)
		case len(a.Rows) > 0:
			covered = append(covered, a)
		}
	}
	if len(named) == 0 {
		return covered, nil
	}
	return named, nil
}

// Names lists every name that [Catalog.About] knows as a whole library's or module's,
// sorted.
func (c *Catalog) Names() ([]string, error) {
	libs, err := c.Libraries()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, lib := range libs {
		out = append(append(append(out, lib.Name), lib.Dist...), lib.Imports...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// mentions reports whether a library is imported under a name, above it or below it.
// A user's tables are imported under every name.
func (l *Library) mentions(symbol string) bool {
	return len(l.Imports) == 0 || slices.ContainsFunc(l.Imports, func(i string) bool { return within(i, symbol) || within(symbol, i) })
}

// within reports whether a name is another one or below it.
func within(name, other string) bool {
	return name == other || strings.HasPrefix(name, other+".") || strings.HasPrefix(name, other+"/")
}

// concerns reports whether what a row names is a symbol, is below it, or covers it.
func concerns(name, symbol string) bool {
	all, star := strings.CutSuffix(name, ".*")
	return within(name, symbol) || star && strings.HasPrefix(symbol, all+".")
}

// rows puts the tables into one shape, those first that say what holds a loop.
func (l *Library) rows() (out []AboutRow) {
	add := func(table, detail string, r *Row, names []string) *AboutRow {
		out = append(out, AboutRow{
			Table: table, Names: names, Detail: detail, Loops: r.Loops, When: r.When, Unless: r.Unless, Why: r.Why, Remedy: r.Remedy, Source: r.Source,
		})
		return &out[len(out)-1]
	}
	for _, e := range l.Effects {
		var detail []string
		if e.Cost != "" {
			detail = append(detail, "seconds: "+e.Cost)
		}
		if e.GIL == "holds" {
			detail = append(detail, "keeps the interpreter's lock")
		}
		if e.Thread {
			detail = append(detail, "in a real thread")
		}
		row := add("effect", strings.Join(detail, "; "), &e.Row, e.Calls)
		row.Rule, row.Severity = e.Rule, string(e.Severity)
	}
	for _, v := range l.Bad {
		out = append(out, AboutRow{
			Table: "version", Rule: v.Rule, Severity: string(v.Severity), Names: v.Dists(), Detail: v.Bad,
			Loops: v.Loops, When: v.When, Unless: v.Unless, Why: v.Why, Remedy: v.Remedy, Source: v.Source,
		})
	}
	for _, y := range l.Yields {
		add("yield", "", &y.Row, y.Calls)
	}
	for _, s := range l.Streams {
		add("stream", "", &s.Row, s.Calls)
	}
	for _, moves := range []struct {
		table string
		rows  []*MoveRow
	}{{"offload", l.Offloads}, {"spawn", l.Spawns}, {"higher-order", l.HigherOrder}} {
		for _, m := range moves.rows {
			add(moves.table, strings.Join(m.Methods, ", "), &m.Row, slices.Concat(m.Calls, m.Bases))
		}
	}
	for _, x := range l.Contexts {
		names := slices.Concat(x.Calls, x.Decorators, x.Bases, x.Params, x.Fields, x.Entries, x.Settings)
		if x.Syntax != "" {
			names = append(names, x.Syntax)
		}
		add("context", x.Kind, &x.Row, names)
	}
	for _, r := range l.Variables {
		add("variable", "", &r.Row, r.Calls)
	}
	for _, r := range l.Turns {
		add("turn", r.Make, &r.Row, r.Calls)
	}
	for _, h := range l.Handles {
		add("handle", "", &h.Row, h.Calls)
	}
	for _, o := range l.Options {
		add("option", o.Holder, &o.Row, o.Calls)
	}
	for _, r := range l.Forks {
		add("fork", "", &r.Row, r.Calls)
	}
	for _, x := range l.Regexes {
		add("regex", x.How, &x.Row, x.Calls)
	}
	for _, p := range l.Patches {
		out = append(out, AboutRow{Table: "patch", Names: []string{p.Call}, Detail: strings.Join(p.Flags, ", "), Loops: []Loop{p.Loop}, Source: p.Source})
	}
	for _, p := range l.Launches {
		out = append(out, AboutRow{Table: "launch", Names: slices.Concat(p.Programs, p.Modules, p.Scripts, p.Calls), Detail: strings.Join(p.Runs, ", "), Why: p.Why, Remedy: p.Remedy, Source: p.Source})
	}
	for _, s := range l.Settings {
		out = append(out, AboutRow{Table: "setting", Names: slices.Concat(s.Names, s.Attributes), Detail: s.Role, Loops: s.Loops, Why: s.Why, Remedy: s.Remedy, Source: s.Source})
	}
	for _, s := range l.Safe {
		add("safe", "", &s.Row, s.Calls)
	}
	return out
}
