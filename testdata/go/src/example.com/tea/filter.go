package tea

import (
	"github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"
)

type list struct {
	entries []string
	pattern string
	found   []int
}

func (l list) Init() tea.Cmd { return nil }

func (l list) Update(tea.Msg) (tea.Model, tea.Cmd) {
	targets := []string{}
	for _, e := range l.entries {
		targets = append(targets, e)
	}
	l.found = fuzzy.Find(l.pattern, targets) // want `GL102: .*fuzzy.Find`
	return l, nil
}

func (l list) View() string { return marked_ok(l.entries[0], l.pattern) }

// marked_ok looks at one entry.
func marked_ok(entry, pattern string) string {
	if len(fuzzy.Find(pattern, []string{entry})) == 0 {
		return ""
	}
	return entry
}
