package report

import "github.com/greenlint/greenlint/rules"

// A style colours text for a terminal, or leaves it alone. What it is given must
// have been escaped.
type style struct{ on bool }

func (s *style) paint(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *style) bold(t string) string { return s.paint("1", t) }
func (s *style) dim(t string) string  { return s.paint("2", t) }
func (s *style) help(t string) string { return s.paint("1;32", t) }

// caret is for what a finding points at.
func (s *style) caret(sev rules.Severity, t string) string { return s.paint(severityCodes[sev], t) }

var severityCodes = map[rules.Severity]string{rules.Error: "1;31", rules.Warning: "1;33", rules.Info: "1;36", "": "1"}
