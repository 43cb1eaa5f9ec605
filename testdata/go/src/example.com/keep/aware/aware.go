// Package aware knows the stores that it may be given.
package aware

import (
	"example.com/keep/store"
	"github.com/rivo/tview"
)

// A Store is one of them.
type Store interface{ Load() string }

var _ Store = (*store.Remote)(nil)

// A Pane shows what a store holds.
type Pane struct{ store Store }

// New makes a pane.
func New(s Store) *Pane { return &Pane{s} }

// Bind binds the pane to a button.
func (p *Pane) Bind(b *tview.Button) {
	b.SetSelectedFunc(func() {
		p.store.Load() // want `GL401: callback .*Bind\S* holds the ui loop: net/http.Get \(1 call away\)`
	})
}
