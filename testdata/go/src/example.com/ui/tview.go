package ui

import (
	"os/exec"
	"time"

	"github.com/rivo/tview"
)

func terminal() error {
	app := tview.NewApplication()
	app.SetInputCapture(func(e *tview.Event) *tview.Event {
		exec.Command("make").Run() // want `GL201: callback .*terminal\S* holds the ui loop: os/exec.Cmd.Run`
		return e
	})
	button := tview.NewButton("wait").SetSelectedFunc(selected_bad)
	button.SetInputCapture(func(e *tview.Event) *tview.Event {
		app.QueueUpdateDraw(func() {}) // want `GL204: callback .*terminal\S* holds the ui loop: github.com/rivo/tview.Application.QueueUpdateDraw`
		return e
	})
	tview.NewList().AddItem("wait", "", 'w', func() {
		go func() {
			time.Sleep(time.Second)
			app.QueueUpdateDraw(func() { button.SetSelectedFunc(nil) }) // queue_ok
		}()
	})
	return app.Run()
}

func selected_bad() {
	time.Sleep(time.Second) // want `GL204: callback ui.selected_bad holds the ui loop: time.Sleep`
}
