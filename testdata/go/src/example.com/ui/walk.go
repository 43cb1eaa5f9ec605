package ui

import (
	"net"
	"time"

	"github.com/lxn/walk"
	. "github.com/lxn/walk/declarative"
)

func attach(w *walk.MainWindow, b *walk.PushButton) {
	b.Clicked().Attach(clicked_bad)
	w.KeyDown().Attach(func(walk.Key) {
		net.Dial("tcp", "example.com:1") // want `GL401: callback .*attach\S* holds the ui loop: net.Dial`
	})
	go func() {
		net.Dial("tcp", "example.com:1")
		w.Synchronize(func() {
			time.Sleep(time.Second) // want `GL204: callback .*attach\S* holds the ui loop: time.Sleep`
		})
		w.Synchronize(func() { b.SetText("done") }) // synchronize_ok
	}()
}

func clicked_bad() {
	time.Sleep(time.Second) // want `GL204: callback ui.clicked_bad holds the ui loop: time.Sleep`
}

func declared() {
	MainWindow{
		Title: "hub",
		OnKeyDown: func(walk.Key) {
			time.Sleep(time.Second) // want `GL204: callback .*declared\S* holds the ui loop: time.Sleep`
		},
		Children: []Widget{
			PushButton{Text: "wait", OnClicked: declared_bad},
			PushButton{Text: "go on", OnClicked: func() { go clicked_bad() }},
		},
	}.Run()
}

func declared_bad() {
	time.Sleep(time.Second) // want `GL204: callback ui.declared_bad holds the ui loop: time.Sleep`
}
