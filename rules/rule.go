package rules

import (
	"fmt"
	"sort"
	"strings"
)

// A Rule is one folder of this package: its rule.md is the single source of
// what the documentation, the command and the editors say of it.
type Rule struct {
	ID       ID
	Name     string // "foreign-io"
	Severity Severity
	Default  bool   // switched on unless the user says otherwise
	Phrase   string // what a context does, in a message: "starts a loop on the {loop}'s thread"; "" = "holds the {loop}"
	Title    string // the heading: "Third-party I/O that bypasses the loop"
	Summary  string // the first paragraph, one line
	Doc      string // the whole page in Markdown, without its head
	Examples []Example
}

// An Example is a fenced block of a rule's page that is also a test.
type Example struct {
	Bad   bool     // it must be found, on the lines marked "# GL…"; otherwise it must be silent
	Lang  string   // "python" or "go"
	Attrs []string // words after the language: "gevent", "file=Procfile"
	Line  int      // of the opening fence in rule.md
	Code  string
}

// parseRule reads a rule.md: a head between lines of "---" with id, name,
// severity and default, then a Markdown page.
func parseRule(file string, src string) (*Rule, error) {
	src = strings.ReplaceAll(src, "\r\n", "\n")
	fail := func(line int, format string, args ...any) (*Rule, error) {
		return nil, &FileError{Pos{File: file, Line: line}, fmt.Sprintf(format, args...)}
	}
	head, body, ok := strings.Cut(strings.TrimPrefix(src, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(src, "---\n") {
		return fail(1, "want a head between lines of ---")
	}
	r := &Rule{Default: true}
	for i, l := range strings.Split(head, "\n") {
		k, v, ok := strings.Cut(l, ":")
		v = strings.TrimSpace(v)
		if !ok {
			return fail(i+2, "want key: value")
		}
		switch k {
		case "id":
			r.ID = ID(v)
		case "name":
			r.Name = v
		case "severity":
			s, err := ParseSeverity(v)
			if err != nil {
				return fail(i+2, "%v", err)
			}
			r.Severity = s
		case "phrase":
			r.Phrase = v
		case "default":
			if v != "on" && v != "off" {
				return fail(i+2, "default: want on or off, got %q", v)
			}
			r.Default = v == "on"
		default:
			return fail(i+2, "unknown key %q", k)
		}
	}
	if r.ID == "" || r.Name == "" || r.Severity == "" {
		return fail(1, "want id, name and severity")
	}
	r.Doc = strings.TrimSpace(body) + "\n"
	bodyLine := strings.Count(head, "\n") + 4
	section := ""
	lines := strings.Split(body, "\n")
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		switch {
		case strings.HasPrefix(l, "# ") && r.Title == "":
			r.Title = strings.TrimSpace(l[2:])
		case strings.HasPrefix(l, "## "):
			section = strings.ToLower(strings.TrimSpace(l[3:]))
		case strings.HasPrefix(l, "```"):
			open := i
			words := strings.Fields(strings.TrimPrefix(l, "```"))
			var code []string
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				code = append(code, lines[i])
			}
			if i == len(lines) {
				return fail(bodyLine+open, "the block is never closed")
			}
			if len(words) > 0 && (section == "bad" || section == "good") {
				r.Examples = append(r.Examples, Example{
					Bad: section == "bad", Lang: words[0], Attrs: words[1:],
					Line: bodyLine + open, Code: strings.Join(code, "\n") + "\n",
				})
			}
		case r.Title != "" && r.Summary == "" && strings.TrimSpace(l) != "" && section == "":
			var para []string
			for ; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
				para = append(para, strings.TrimSpace(lines[i]))
			}
			r.Summary = strings.Join(para, " ")
		}
	}
	if r.Title == "" || r.Summary == "" {
		return fail(bodyLine, "want a title and a first paragraph")
	}
	return r, nil
}

// Rules lists all rules by id. The slice is the catalogue's own.
func (c *Catalog) Rules() []*Rule { return c.rules }

// Rule finds a rule by its id or name, in any case; nil when there is none.
func (c *Catalog) Rule(idOrName string) *Rule {
	for _, r := range c.rules {
		if strings.EqualFold(string(r.ID), idOrName) || strings.EqualFold(r.Name, idOrName) {
			return r
		}
	}
	return nil
}

// A Selection is a choice of rules. Later choices win over earlier ones only by
// being more specific, as in ruff: a full id beats a prefix.
type Selection struct{ on map[ID]bool }

// Has reports whether a rule is chosen.
func (s Selection) Has(id ID) bool { return s.on[id] }

// Select chooses rules by id, id prefix ("GL1") or name. With no select at all,
// the rules that are on by default are chosen; "ALL" chooses every rule.
func (c *Catalog) Select(sel, ignore []string) (Selection, error) {
	out := Selection{on: map[ID]bool{}}
	weight := map[ID]int{}
	apply := func(list []string, on bool) error {
		for _, s := range list {
			matched := c.matching(s)
			if len(matched) == 0 {
				return fmt.Errorf("no rule matches %q: want an id (GL401), a prefix (GL4) or a name (foreign-io)%s", s, c.didYouMean(s))
			}
			w := len(s)
			if c.Rule(s) != nil {
				w = 100
			}
			for _, r := range matched {
				if w > weight[r.ID] || w == weight[r.ID] && !on {
					out.on[r.ID], weight[r.ID] = on, w
				}
			}
		}
		return nil
	}
	if len(sel) == 0 {
		for _, r := range c.rules {
			out.on[r.ID] = r.Default
		}
	}
	if err := apply(sel, true); err != nil {
		return out, err
	}
	return out, apply(ignore, false)
}

func (c *Catalog) matching(s string) []*Rule {
	if strings.EqualFold(s, "all") {
		return c.rules
	}
	if r := c.Rule(s); r != nil {
		return []*Rule{r}
	}
	var out []*Rule
	if len(s) >= 2 {
		for _, r := range c.rules {
			if strings.HasPrefix(string(r.ID), strings.ToUpper(s)) {
				out = append(out, r)
			}
		}
	}
	return out
}

func (c *Catalog) didYouMean(s string) string {
	for _, r := range c.rules {
		if len(s) > 3 && (strings.Contains(r.Name, strings.ToLower(s)) || strings.Contains(strings.ToLower(s), r.Name)) {
			return fmt.Sprintf("; did you mean %s (%s)?", r.Name, r.ID)
		}
	}
	return ""
}

func sortRules(rs []*Rule) {
	sort.Slice(rs, func(i, j int) bool { return rs[i].ID < rs[j].ID })
}
