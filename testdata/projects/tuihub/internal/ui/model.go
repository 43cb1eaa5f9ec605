// Package ui draws the fleet.
package ui

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/tuihub/internal/hub"
)

// Hub is what the model asks for; tests have one of their own.
type Hub interface {
	Runners() ([]hub.Runner, error)
	Log(runner string) (string, error)
	Restart(runner string) error
}

// A Model is the whole screen.
type Model struct {
	hub     Hub
	runners []hub.Runner
	cursor  int
	log     string
	status  string
	pressed time.Time
	audit   chan string // what the user did; whoever keeps a record reads it
}

// New shows these runners first.
func New(h Hub, runners []hub.Runner) Model {
	return Model{hub: h, runners: runners, audit: make(chan string, 16)}
}

type (
	tickMsg    time.Time
	runnersMsg []hub.Runner
	logMsg     string
	statusMsg  string
)

// Init asks for the fleet every other second.
func (m Model) Init() tea.Cmd {
	return tea.Batch(m.refresh, tick())
}

// Update takes one message.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		m.pressed = time.Now()
		return m.key(msg.String())
	case tickMsg:
		return m, tea.Batch(m.refresh, tick())
	case runnersMsg:
		m.runners = msg
	case logMsg:
		m.log = string(msg)
	case statusMsg:
		m.status = string(msg)
	case hub.Event:
		m.status = msg.Runner + ": " + msg.Text
	}
	return m, nil
}

func (m Model) key(key string) (tea.Model, tea.Cmd) {
	switch key {
	case "q":
		return m, tea.Quit
	case "up":
		m.cursor = max(m.cursor-1, 0)
	case "down":
		m.cursor = min(m.cursor+1, len(m.runners)-1)
	case "r":
		return m, m.refresh
	case "l":
		return m, m.openLog()
	case "x":
		m.note("restart " + m.selected())
		return m, m.restart(m.selected())
	case "v":
		m.status = "tuihub " + revision()
	case "e":
		return m, edit(m.log)
	}
	return m, nil
}

// View draws the list and, below it, the log.
func (m Model) View() string {
	var b strings.Builder
	for i, r := range m.runners {
		mark := "  "
		if i == m.cursor {
			mark = "> "
			m.flash()
		}
		fmt.Fprintf(&b, "%s%-16s %5.2f %s\n", mark, r.Name, r.Load, bar(r.Load))
	}
	return b.String() + "\n" + m.log + "\n" + m.status + "\n"
}

// flash keeps the mark on the screen long enough to be seen.
func (m Model) flash() {
	for time.Since(m.pressed) < 80*time.Millisecond { // expect: GL101
	}
}

// note keeps a record, or loses it where nobody reads it.
func (m Model) note(what string) {
	select {
	case m.audit <- what:
	default:
	}
}

func (m Model) selected() string {
	if len(m.runners) == 0 {
		return ""
	}
	return m.runners[m.cursor].Name
}

func bar(load float64) string {
	n := 0
	for load > 0 && n < 20 {
		load, n = load-0.5, n+1
	}
	return strings.Repeat("#", n)
}
