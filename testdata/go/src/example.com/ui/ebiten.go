// Package ui has windows, a game and a terminal, whose callbacks run on the thread
// that draws.
package ui

import (
	"net/http"
	"os"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

type game struct {
	score chan int
	last  int
}

func (g *game) Update() error {
	select {
	case g.last = <-g.score:
	default:
	}
	return g.save_bad()
}

func (g *game) save_bad() error {
	return os.WriteFile("score", nil, 0o644) // want `GL203: method \(\*ui.game\).Update holds the ui loop: os.WriteFile \(1 call away\)`
}

func (g *game) Draw(screen *ebiten.Image) {
	time.Sleep(time.Second) // want `GL204: method \(\*ui.game\).Draw holds the ui loop: time.Sleep`
}

func (g *game) Layout(w, h int) (int, int) { return w, h }

// Reset_ok is called by no engine.
func (g *game) Reset_ok() { time.Sleep(time.Second) }

func play() error {
	g := &game{score: make(chan int)}
	go func() {
		http.Get("http://example.com")
		g.score <- 1
	}()
	return ebiten.RunGame(g)
}
