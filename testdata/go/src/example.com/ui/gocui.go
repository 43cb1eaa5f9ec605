package ui

import (
	"net/http"
	"os/exec"

	"github.com/awesome-gocui/gocui"
)

type manager struct{}

func (manager) Layout(*gocui.Gui) error {
	_, err := http.Get("http://example.com") // want `GL401: method \(ui.manager\).Layout holds the ui loop: net/http.Get`
	return err
}

func gui(g *gocui.Gui) {
	g.SetManager(manager{})
	bind(g, 'r', run_bad)
	bind(g, 's', func() error {
		go run_ok(g)
		return nil
	})
}

func bind(g *gocui.Gui, key rune, f func() error) {
	g.SetKeybinding("", key, 0, func(*gocui.Gui, *gocui.View) error { return f() })
}

func run_bad() error {
	return exec.Command("make").Run() // want `GL201: callback ui.bind\S* holds the ui loop: os/exec.Cmd.Run \(1 call away\)`
}

func run_ok(g *gocui.Gui) {
	err := exec.Command("make").Run()
	g.Update(func(*gocui.Gui) error { return err })
}
