// Package tea is a program of bubbletea's.
package tea

import (
	"os/exec"
	"time"

	"github.com/charmbracelet/bubbletea"
)

type model struct {
	p   *tea.Program
	out string
}

func (m model) Init() tea.Cmd { return m.load() }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg {
	case "sleep":
		time.Sleep(time.Second) // want `GL204: method \(tea.model\).Update holds the bubbletea loop: time.Sleep`
	case "send":
		m.p.Send("x") // want `GL204: .*Program.Send`
	case "eager":
		return m, eager_bad()
	case "lazy":
		return m, tea.Batch(lazy_ok, m.method_ok)
	}
	return m, nil
}

func (m model) View() string { return m.out }

// load works in the command, not before it returns it.
func (m model) load() tea.Cmd {
	return func() tea.Msg {
		out, _ := exec.Command("ls").Output()
		return string(out)
	}
}

// eager_bad works before it returns the command.
func eager_bad() tea.Cmd {
	out, _ := exec.Command("ls").Output() // want `GL201: method \(tea.model\).Update holds the bubbletea loop: os/exec.Cmd.Output \(1 call away\)`
	return func() tea.Msg { return string(out) }
}

func lazy_ok() tea.Msg {
	time.Sleep(time.Second)
	return nil
}

func (m model) method_ok() tea.Msg {
	time.Sleep(time.Second)
	return nil
}
