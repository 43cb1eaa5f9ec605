package flow

import (
	"iter"

	"github.com/greenlint/greenlint/rules"
)

// Solve finds, for every entry, the effects that it reaches.
func Solve(g *Graph, entries []rules.Func) *Reached { panic("flow: not there yet") }

// SolveAll is [Solve] with every function of the graph as an entry.
func SolveAll(g *Graph) *Reached { panic("flow: not there yet") }

// Reached is the answer of [Solve].
type Reached struct{}

// A Hit is an effect that an entry reaches.
type Hit struct {
	Entry     rules.Func
	Effect    rules.Effect
	Pos, End  rules.Pos  // the sink site: the last frame of the chain in the user's own code
	In        rules.Func // the function in which the sink site lies
	Depth     int        // calls between the entry and the effect
	Dynamic   int        // of them, those with several possible callees
	Offloaded bool       // the way leads through another thread
}

// All yields every hit, in an order that depends only on the graph's contents.
func (r *Reached) All() iter.Seq[Hit] { panic("flow: not there yet") }

// Chain gives the calls from the hit's entry to its effect.
func (r *Reached) Chain(h Hit) rules.Chain { panic("flow: not there yet") }

// Guards gives what must count in a process for the hit to be there, beside
// the effect's own guard.
func (r *Reached) Guards(h Hit) []rules.Guard { panic("flow: not there yet") }

// Summary gives the hit as a fact about its entry, for other units.
func (r *Reached) Summary(h Hit) Summary { panic("flow: not there yet") }
