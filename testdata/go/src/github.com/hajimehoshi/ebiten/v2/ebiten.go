// Package ebiten is a stub of the engine, with just what the fixtures use.
package ebiten

type Image struct{}

type Game interface {
	Update() error
	Draw(screen *Image)
	Layout(outsideWidth, outsideHeight int) (screenWidth, screenHeight int)
}

func RunGame(game Game) error { return nil }
