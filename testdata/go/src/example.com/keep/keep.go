// Package keep puts its functions where another package calls them on a loop.
package keep

import (
	"time"

	"example.com/keep/aware"
	"example.com/keep/store"
	"example.com/keep/ui"
	"github.com/rivo/tview"
)

type local struct{}

func (local) Load() string {
	time.Sleep(time.Second) // want `GL204: callback \(keep.local\).Load holds the ui loop: time.Sleep`
	return ""
}

type idle struct{}

func (idle) Load() string {
	time.Sleep(time.Second) // stays_ok: it is given to nobody
	return ""
}

func wait_bad() {
	time.Sleep(time.Second) // want `GL204: callback keep.wait_bad holds the ui loop: time.Sleep`
}

func register(b *tview.Button) {
	ui.On(b, func() {
		time.Sleep(time.Second) // want `GL204: callback keep.register\S* holds the ui loop: time.Sleep`
	})
	ui.On2(b, func() bool {
		time.Sleep(time.Second) // want `GL204: callback keep.register\S* holds the ui loop: time.Sleep`
		return true
	})
	hand(b, wait_bad)
	ui.Now(func() { time.Sleep(time.Second) })      // now_ok: no loop runs yet
	ui.Later(b, func() { time.Sleep(time.Second) }) // later_ok

	near := ui.New(local{}, ui.Options{
		OnOpen: func() {
			time.Sleep(time.Second) // want `GL204: callback keep.register\S* holds the ui loop: time.Sleep`
		},
		OnClose: func() { time.Sleep(time.Second) }, // close_ok
		Keys: map[string]func(){
			"a": func() {
				time.Sleep(time.Second) // want `GL204: callback keep.register\S* holds the ui loop: time.Sleep`
			},
		},
	})
	near.Add(func() {
		time.Sleep(time.Second) // want `GL204: callback keep.register\S* holds the ui loop: time.Sleep`
	}).Bind(b)
	ui.New(&store.Remote{}, ui.Options{}).Bind(b) // want `GL401: callback \(\*store.Remote\).Load holds the ui loop: net/http.Get \(1 call away\)`
	aware.New(&store.Remote{}).Bind(b)            // aware_ok: it is told there
	idle{}.Load()
	near.End()
}

func hand(b *tview.Button, f func()) { ui.Hand(b, f) }
