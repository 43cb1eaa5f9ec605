// Package fyne is a stub of the toolkit, with just what the fixtures use.
package fyne

type CanvasObject interface{ Show() }

func Do(f func()) {}

type PointEvent struct{}

type Tappable interface{ Tapped(*PointEvent) }

type MenuItem struct{ Action func() }
