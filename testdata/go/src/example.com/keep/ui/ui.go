// Package ui wraps a toolkit: what it is given runs on the toolkit's loop.
package ui

import "github.com/rivo/tview"

// On has f run when the button is pressed.
func On(b *tview.Button, f func()) {
	On2(b, func() bool { f(); return true })
}

// On2 is like On, for a function with a result.
func On2(b *tview.Button, f func() bool) {
	b.SetSelectedFunc(func() { f() })
}

// Hand hands f on.
func Hand(b *tview.Button, f func()) { b.SetSelectedFunc(f) }

// Now runs f here and now.
func Now(f func()) { f() }

// Later runs f elsewhere.
func Later(b *tview.Button, f func()) {
	b.SetSelectedFunc(func() { go f() })
}

// A Store is somebody else's.
type Store interface{ Load() string }

// Options are a pane's.
type Options struct {
	OnOpen  func()
	OnClose func() // called when the program ends
	Keys    map[string]func()
}

// A Pane shows what a store holds.
type Pane struct {
	opt   Options
	store Store
	jobs  []func()
}

// New makes a pane.
func New(s Store, opt Options) *Pane { return &Pane{opt: opt, store: s} }

// Add adds a job.
func (p *Pane) Add(f func()) *Pane {
	p.jobs = append(p.jobs, f)
	return p
}

// Bind binds the pane to a button.
func (p *Pane) Bind(b *tview.Button) {
	b.SetSelectedFunc(func() {
		Now(p.hint)
		p.opt.OnOpen()
		p.opt.Keys["a"]()
		for _, j := range p.jobs {
			j()
		}
		p.show()
	})
}

func (p *Pane) hint() {}

func (p *Pane) show() { p.store.Load() }

// End ends the program.
func (p *Pane) End() { p.opt.OnClose() }
