// Package declarative is a stub of the toolkit's, with just what the fixtures use.
package declarative

import "github.com/lxn/walk"

type Widget interface{ Create() error }

type PushButton struct {
	Text      string
	OnClicked walk.EventHandler
}

func (PushButton) Create() error { return nil }

type MainWindow struct {
	Title     string
	OnKeyDown walk.KeyEventHandler
	Children  []Widget
}

func (MainWindow) Run() (int, error) { return 0, nil }
