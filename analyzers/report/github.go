package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A githubWriter writes workflow commands, which GitHub Actions shows beside the
// lines of a pull request. See "Workflow commands for GitHub Actions" in its
// documentation. GitHub shows ten errors and ten warnings of a step; SARIF has
// no such bound.
type githubWriter struct{ o Options }

var githubLevels = map[rules.Severity]string{rules.Error: "error", rules.Warning: "warning", rules.Info: "notice"}

func (g *githubWriter) Write(w io.Writer, r *Result) error {
	src := &texts{o: &g.o}
	var b strings.Builder
	for f := range r.open() {
		from, to := span(f)
		level := githubLevels[f.Severity]
		if level == "" {
			level = "warning"
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d", level, githubProperty(g.o.path(f.Pos.File)), from.Line, src.utf16(from))
		if to.Line > from.Line {
			fmt.Fprintf(&b, ",endLine=%d", to.Line) // endColumn is for findings of one line only
		} else if to.Column > from.Column {
			fmt.Fprintf(&b, ",endLine=%d,endColumn=%d", to.Line, src.utf16(to))
		}
		text := g.o.ruleTitle(f.Rule) + ": " + escape(f.Message)
		if chain := chainLine(f); chain != "" {
			text += "\n" + chain
		}
		if f.Remedy != "" {
			text += "\n" + f.Remedy
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", githubProperty("greenlint "+g.o.ruleTitle(f.Rule)), githubText(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// chainLine is a chain of more than one call in one line: "a → b → c".
func chainLine(f *rules.Finding) string {
	if len(f.Chain) < 2 {
		return ""
	}
	var names []string
	for i := range f.Chain {
		if fn := caller(f, i); fn != "" {
			names = append(names, string(fn))
		}
	}
	return strings.Join(append(names, string(f.Chain[len(f.Chain)-1].Func)), " → ")
}

// githubText escapes what would end a workflow command.
func githubText(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = escape(strings.TrimSuffix(lines[i], "\r"))
	}
	return githubTextEscapes.Replace(strings.Join(lines, "\n"))
}

// githubProperty escapes what would also end a property.
func githubProperty(s string) string { return githubPropertyEscapes.Replace(escape(s)) }

var (
	githubTextEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubPropertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
