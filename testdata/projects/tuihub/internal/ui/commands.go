package ui

import (
	"os"
	"os/exec"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func tick() tea.Cmd {
	return tea.Tick(2*time.Second, func(at time.Time) tea.Msg { return tickMsg(at) })
}

// refresh is a command itself: bubbletea calls it on a goroutine of its own.
func (m Model) refresh() tea.Msg {
	runners, err := m.hub.Runners()
	if err != nil {
		return statusMsg(err.Error())
	}
	return runnersMsg(runners)
}

// restart does its work in the command that it returns, and waits there until the
// runner is up again.
func (m Model) restart(runner string) tea.Cmd {
	return func() tea.Msg {
		if err := m.hub.Restart(runner); err != nil {
			return statusMsg(err.Error())
		}
		time.Sleep(3 * time.Second)
		return m.refresh()
	}
}

// openLog has the log before it returns a command: so Update waits for hubd.
func (m Model) openLog() tea.Cmd {
	text, err := m.hub.Log(m.selected()) // expect: GL401
	if err != nil {
		text = err.Error()
	}
	return func() tea.Msg { return logMsg(text) }
}

// revision says what was built.
func revision() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output() // expect: GL201
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// edit shows the log in the user's editor.
func edit(text string) tea.Cmd {
	return func() tea.Msg {
		file, err := os.CreateTemp("", "tuihub-*.log")
		if err != nil {
			return statusMsg(err.Error())
		}
		defer os.Remove(file.Name())
		file.WriteString(text)
		file.Close()
		if err := exec.Command(os.Getenv("EDITOR"), file.Name()).Run(); err != nil {
			return statusMsg(err.Error())
		}
		return statusMsg("edited")
	}
}
