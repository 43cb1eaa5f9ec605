package rules

import "fmt"

// A Severity is how much a finding matters. The zero Severity means "as the rule says".
type Severity string

// From the least to the gravest.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Rank orders severities: 0 unknown, 1 info, 2 warning, 3 error.
func (s Severity) Rank() int {
	switch s {
	case Info:
		return 1
	case Warning:
		return 2
	case Error:
		return 3
	}
	return 0
}

// ParseSeverity reads a severity's name.
func ParseSeverity(s string) (Severity, error) {
	if v := Severity(s); v.Rank() > 0 {
		return v, nil
	}
	return "", fmt.Errorf("unknown severity %q: want info, warning or error", s)
}
