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

func form() {
	new(tview.Form).AddCheckbox("wait", false, func(bool) {
		time.Sleep(time.Second) // want `GL204: callback ui.form\S* holds the ui loop: time.Sleep`
	})
	tview.NewList().SetDoneFunc(selected_bad)
}

type gauge struct{ *tview.Box }

func (g *gauge) Draw(screen any) {
	exec.Command("uptime").Output() // want `GL201: method \(\*ui.gauge\).Draw holds the ui loop: os/exec.Cmd.Output`
	g.Box.Draw(screen)
}

func (g *gauge) InputHandler() func(*tview.Event, func(tview.Primitive)) {
	return g.WrapInputHandler(func(*tview.Event, func(tview.Primitive)) {
		exec.Command("uptime").Run() // want `GL201: callback .*InputHandler\S* holds the ui loop: os/exec.Cmd.Run`
	})
}

// measure_ok is no method of the toolkit's.
func (g *gauge) measure_ok() { exec.Command("uptime").Run() }

// answer_ok is called from elsewhere, and waits for what is pressed.
func answer_ok(yes, no *tview.Button) bool {
	pressed, refused := make(chan bool), make(chan bool)
	yes.SetSelectedFunc(func() { pressed <- true })
	no.SetSelectedFunc(func() { refused <- true })
	select {
	case <-pressed:
		return true
	case <-refused:
		return false
	}
}

// answer_bad may have gone when the button is pressed.
func answer_bad(yes *tview.Button) bool {
	pressed := make(chan bool)
	yes.SetSelectedFunc(func() {
		pressed <- true // want `GL204: callback ui.answer_bad\S* holds the ui loop: channel send`
	})
	select {
	case <-pressed:
		return true
	case <-time.After(time.Minute):
		return false
	}
}
