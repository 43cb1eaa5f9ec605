package report

import (
	"io"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A conciseWriter writes one line for each finding: the first line of the text
// format.
type conciseWriter struct{ o Options }

func (c *conciseWriter) Write(w io.Writer, r *Result) error {
	t := &textWriter{o: c.o}
	st := &style{c.o.Color}
	var b strings.Builder
	for f := range r.open() {
		t.headline(&b, f, st)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// open yields the findings that count.
func (r *Result) open() func(yield func(*rules.Finding) bool) {
	return func(yield func(*rules.Finding) bool) {
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Suppressed == "" && !yield(f) {
				return
			}
		}
	}
}

// ruleTitle is how a finding's rule is named in one line: "GL401 foreign-io".
func (o *Options) ruleTitle(id rules.ID) string {
	if name := o.name(id); name != "" {
		return string(id) + " " + name
	}
	return string(id)
}

// pageURL is where a rule's page can be read; "" where the catalogue doesn't know the rule.
func (o *Options) pageURL(id rules.ID) string { return PageURL(o.Catalog, id) }

// PageURL is where a rule's page can be read; "" where the catalogue, which may be
// nil, doesn't know the rule.
func PageURL(catalog *rules.Catalog, id rules.ID) string {
	name := (&Options{Catalog: catalog}).name(id)
	if name == "" {
		return ""
	}
	return "https://github.com/greenlint/greenlint/blob/main/rules/" + strings.ToLower(string(id)) + "-" + name + "/rule.md"
}
