package report

import (
	"regexp"
	"strings"
)

// A directive is one order to ignore something, as written in a comment.
type directive struct {
	family    family
	file      bool     // speaks for the whole file
	all       bool     // no list: every rule
	selectors []string // as written: ids, id prefixes, names
	problem   string   // why it can't be understood; then it orders nothing
	start     int      // in the comment's text: where it begins
	end       int      // and ends
}

// A family is a tool whose comments are honoured. Its text is what
// [rules.Finding.Suppressed] says.
type family string

const (
	inline      family = "inline"      // greenlint's own; the only ones that are reported when unused
	noqa        family = "noqa"        // flake8, ruff
	nolint      family = "nolint"      // golangci-lint
	staticcheck family = "lint:ignore" // staticcheck
)

// readDirectives finds the directives in a comment's text. A comment may hold
// several, each behind a marker of its own: "# noqa: E501  # greenlint:
// ignore[GL401] reason". known reports whether a selector names any rule.
//
//	# greenlint: ignore                         everything here
//	# greenlint: ignore[GL401, foreign-io] why  these; also with // in Go
//	//greenlint:ignore GL401,GL2 why            the same, as Go writes directives
//	# greenlint: ignore-file[GL2] why           in the whole file
//	# noqa     # noqa: GL401
//	//nolint   //nolint:greenlint,other         //lint:ignore GL401 why
func readDirectives(text string, known func(string) bool) []directive {
	marker := "#"
	if strings.HasPrefix(text, "//") {
		marker = "//"
	} else if !strings.HasPrefix(text, "#") {
		return nil
	}
	var out []directive
	for at := 0; at < len(text); {
		end := len(text)
		if next := strings.Index(text[at+len(marker):], marker); next >= 0 {
			end = at + len(marker) + next
		}
		body := strings.TrimSpace(text[at+len(marker) : end])
		if d, ok := readDirective(body, marker == "//", known); ok {
			d.start, d.end = at, at+len(strings.TrimRight(text[at:end], " \t"))
			out = append(out, d)
		}
		at = end
	}
	return out
}

func readDirective(body string, goSyntax bool, known func(string) bool) (directive, bool) {
	if m := ownForm.FindStringSubmatch(body); m != nil {
		return readOwn(m[1], m[2], goSyntax, known)
	}
	if !goSyntax {
		m := noqaForm.FindStringSubmatch(body)
		if m == nil {
			return directive{}, false
		}
		d := directive{family: noqa, all: m[1] == ""}
		if !d.all {
			d.selectors = noqaCode.FindAllString(noqaCodes.FindString(m[2]), -1)
		}
		return d, true
	}
	if m := nolintForm.FindStringSubmatch(body); m != nil {
		d := directive{family: nolint, all: m[1] == ""}
		for name := range strings.SplitSeq(strings.TrimPrefix(m[1], ":"), ",") {
			if n := strings.ToLower(strings.TrimSpace(name)); n == "greenlint" || n == "all" {
				d.all = true
			}
		}
		return d, true
	}
	if m := lintForm.FindStringSubmatch(body); m != nil {
		return directive{family: staticcheck, file: m[1] != "", selectors: list(m[2])}, true
	}
	return directive{}, false
}

var (
	ownForm    = regexp.MustCompile(`(?i)^greenlint:\s*([a-z_-]*)(.*)$`)
	noqaForm   = regexp.MustCompile(`(?i)^noqa(?:\s*(:)(.*)|$|[^\w-].*$)`)
	noqaCodes  = regexp.MustCompile(`^\s*[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+\b)*`)
	noqaCode   = regexp.MustCompile(`[A-Za-z]+[0-9]+`)
	nolintForm = regexp.MustCompile(`^nolint(:[\w,\- ]*|$|\s.*$)`)
	lintForm   = regexp.MustCompile(`^lint:(file-)?ignore\s+(\S+)`)
	idLike     = regexp.MustCompile(`(?i)^GL[0-9]*(,GL[0-9]*)*$`)
)

// otherWords are what users of other tools may write where we say "ignore".
var otherWords = map[string]bool{"allow": true, "disable": true, "noqa": true, "nolint": true, "off": true, "skip": true, "suppress": true}

// readOwn reads what follows "greenlint:": a word and the rest.
func readOwn(word, rest string, goSyntax bool, known func(string) bool) (directive, bool) {
	d := directive{family: inline}
	switch word = strings.ToLower(word); {
	case word == "ignore":
	case word == "ignore-file":
		d.file = true
	case strings.HasPrefix(word, "ignore"), otherWords[word]:
		d.problem = "want ignore[RULE, …] or ignore-file[RULE, …], got " + word
		return d, true
	default: // some other directive of ours, such as "task"
		return d, false
	}
	if after, ok := strings.CutPrefix(rest, "["); ok {
		inner, _, closed := strings.Cut(after, "]")
		if d.selectors = list(inner); !closed {
			d.problem = "the bracket is never closed"
		} else if len(d.selectors) == 0 {
			d.problem = "the brackets are empty"
		}
		return d, true
	}
	// Without brackets the first word is a list in Go, and in Python where it
	// can't be the beginning of a reason. "ignore: GL401" is such a list too.
	switch {
	case rest == "":
	case rest[0] == ':', rest[0] == '=':
		rest = rest[1:]
	case rest[0] != ' ' && rest[0] != '\t':
		d.problem = "want blanks or [RULE, …] after " + word
		return d, true
	}
	if words := strings.Fields(rest); len(words) > 0 {
		names := list(words[0])
		if goSyntax || idLike.MatchString(words[0]) || len(names) > 0 && allOf(names, known) {
			d.selectors = names
		}
	}
	d.all = len(d.selectors) == 0
	return d, true
}

// list splits at commas and blanks.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

func allOf(names []string, ok func(string) bool) bool {
	for _, n := range names {
		if !ok(n) {
			return false
		}
	}
	return true
}
