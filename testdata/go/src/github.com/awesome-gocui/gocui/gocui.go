// Package gocui is a stub of the toolkit, with just what the fixtures use.
package gocui

type Gui struct{}

type View struct{}

type Manager interface{ Layout(*Gui) error }

func (g *Gui) SetKeybinding(view string, key any, mod int, handler func(*Gui, *View) error) error {
	return nil
}

func (g *Gui) SetManager(managers ...Manager) {}

func (g *Gui) SetManagerFunc(manager func(*Gui) error) {}

func (g *Gui) Update(f func(*Gui) error) {}
