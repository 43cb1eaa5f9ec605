// Tuihub shows a fleet of build runners.
package main

import (
	"flag"
	"log"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/tuihub/internal/hub"
	"example.com/tuihub/internal/ui"
)

func main() {
	addr := flag.String("hub", "http://localhost:7070", "where hubd listens")
	flag.Parse()

	client := hub.NewClient(*addr)
	runners, err := client.Runners() // nothing is drawn yet
	if err != nil {
		log.Fatal(err)
	}
	p := tea.NewProgram(ui.New(client, runners), tea.WithAltScreen())
	go func() {
		for e := range client.Events() {
			p.Send(e)
		}
	}()
	if _, err := p.Run(); err != nil {
		log.Fatal(err)
	}
}
