package pyfront

import (
	"slices"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// What the catalogue describes is taken at its word. Of what is installed beside the
// project besides, the text is read, and calls are followed into it, down to what the
// catalogue knows or to an extension module. Such a module is the project's in all but
// this: what it does by itself, its tasks, loops and patches, is nobody's concern here,
// and a finding lies where the project calls it. And only what it does in any case
// counts: a library has many things under conditions that this project never meets.

// maxInstalled bounds how many modules are read; the rest is unknown, as if it were
// not installed.
const maxInstalled = 2000

// installed loads an installed module; nil where there is none, or where the
// catalogue describes it.
func (a *analysis) installed(name string) *module {
	if a.in.Installed == nil {
		return nil
	}
	file, asked := a.installs[name]
	if !asked {
		if !a.describes(firstPart(name)) {
			file = a.in.Installed(name)
		}
		a.installs[name] = file
	}
	if file == "" || a.modules[file] == nil && len(a.foreign) >= maxInstalled {
		return nil
	}
	a.foreign[file] = true
	a.project.names[file] = name
	return a.load(file)
}

// counts reports whether the tasks of a file count, and what it says of processes.
func (a *analysis) counts(file string) bool {
	return !a.foreign[file] && (a.in.Check == nil || a.in.Check(file))
}

// own are the units of the project.
func (a *analysis) own(units []*unit) []*unit {
	if len(a.foreign) == 0 {
		return units
	}
	var out []*unit
	for _, u := range units {
		if u.mod == nil || !u.mod.foreign {
			out = append(out, u)
		}
	}
	return out
}

// dropGuesses takes out of an installed function the calls back into the project of
// which nobody can tell: where several functions were handed to it, which one it calls
// depends on who called it.
func (a *analysis) dropGuesses(u *unit) {
	if u.mod == nil || !u.mod.foreign || u.copy != nil {
		return
	}
	into := map[rules.Pos]rules.Func{} // the project's functions that are called at a place
	guess := map[rules.Pos]bool{}
	for _, e := range u.edges {
		if v := a.byName[e.Callee]; v != nil && v.mod != nil && v.mod.foreign {
			continue
		}
		if f, ok := into[e.Pos]; ok && f != e.Callee {
			guess[e.Pos] = true
		}
		into[e.Pos] = e.Callee
	}
	u.edges = slices.DeleteFunc(u.edges, func(e flow.Edge) bool {
		v := a.byName[e.Callee]
		return guess[e.Pos] && (v == nil || v.mod == nil || !v.mod.foreign)
	})
}
