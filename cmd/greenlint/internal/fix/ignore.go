package fix

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// Ignore adds comments to a file's text that suppress the findings in it, each
// with the reason. left are the findings for which no comment can be written: in
// a language without our comments, or where every line ends within a string.
func Ignore(file string, text []byte, findings []rules.Finding, reason string) (out []byte, left []rules.Finding) {
	lines := splitKeep(string(text))
	type group struct{ first, last int }
	ids := map[group][]rules.ID{}
	of := map[group][]rules.Finding{}
	var order []group
	for _, f := range findings {
		g := group{f.Pos.Line, max(f.Pos.Line, f.End.Line)}
		if f.End.Line > f.Pos.Line && f.End.Column == 1 {
			g.last--
		}
		if f.Pos.Line < 1 || g.last > len(lines) || !commentable(file) {
			left = append(left, f)
			continue
		}
		if ids[g] == nil {
			order = append(order, g)
		}
		if !slices.Contains(ids[g], f.Rule) {
			ids[g] = append(ids[g], f.Rule)
		}
		of[g] = append(of[g], f)
	}
	slices.SortFunc(order, func(a, b group) int { return a.first - b.first })
	for _, g := range order {
		slices.Sort(ids[g])
		done := false
		candidates := []int{g.first}
		for n := g.last; n > g.first; n-- {
			candidates = append(candidates, n)
		}
		for _, n := range candidates {
			if changed, ok := withComment(file, lines, n, ids[g], reason); ok {
				lines[n-1], done = changed, true
				break
			}
		}
		if !done {
			left = append(left, of[g]...)
		}
	}
	return []byte(strings.Join(lines, "")), left
}

func commentable(file string) bool {
	return strings.HasSuffix(file, ".py") || strings.HasSuffix(file, ".go")
}

var ownIgnore = regexp.MustCompile(`(#|//)(\s*greenlint:\s*ignore\[)([^\]]*)(\])`)

// withComment returns a line with the comment, if what it adds is a comment there.
func withComment(file string, lines []string, n int, ids []rules.ID, reason string) (string, bool) {
	line := lines[n-1]
	body := strings.TrimRight(line, "\r\n")
	end := line[len(body):]
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	if m := ownIgnore.FindStringSubmatchIndex(body); m != nil && isComment(file, lines, n, body+end, m[2]) {
		have := strings.FieldsFunc(body[m[6]:m[7]], func(r rune) bool { return r == ',' || r == ' ' })
		for _, name := range names {
			if !slices.Contains(have, name) {
				have = append(have, name)
			}
		}
		return body[:m[6]] + strings.Join(have, ", ") + body[m[7]:] + end, true
	}
	gap, marker := "  ", "# greenlint: "
	if strings.HasSuffix(file, ".go") {
		gap, marker = " ", "// greenlint: "
	}
	body = strings.TrimRight(body, " \t")
	changed := body + gap + marker + "ignore[" + strings.Join(names, ", ") + "]"
	if reason != "" {
		changed += " " + reason
	}
	changed += end
	return changed, isComment(file, lines, n, changed, len(body)+len(gap))
}

// isComment reports whether a comment is at a column of line n, which becomes
// the one given, and whether the file is otherwise as before.
func isComment(file string, lines []string, n int, line string, column int) bool {
	text := strings.Join(lines[:n-1], "")
	at := len(text) + column
	whole := text + line + strings.Join(lines[n:], "")
	if strings.HasSuffix(file, ".go") {
		return goComment(whole, at)
	}
	t := pyparse.Parse([]byte(whole), pyparse.Options{})
	before := pyparse.Parse([]byte(strings.Join(lines, "")), pyparse.Options{})
	return len(t.Errors) == len(before.Errors) && slices.ContainsFunc(t.Comments, func(c pyparse.Comment) bool { return int(c.Start) <= at && at < int(c.End) })
}

func goComment(text string, at int) bool {
	fset := token.NewFileSet()
	f := fset.AddFile("", fset.Base(), len(text))
	var s scanner.Scanner
	s.Init(f, []byte(text), nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		off := f.Offset(pos)
		switch {
		case tok == token.EOF || off > at:
			return false
		case tok == token.COMMENT && off <= at && at < off+len(lit):
			return true
		}
	}
}

// CheckReason refuses a reason that would not be read as one.
func CheckReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return fmt.Errorf("a reason is needed: what whoever reads the line should know")
	case strings.ContainsAny(reason, "\r\n"):
		return fmt.Errorf("the reason has to be one line")
	case strings.Contains(reason, "#") || strings.Contains(reason, "//"):
		return fmt.Errorf("the reason must not hold # or //, which begin another comment")
	}
	return nil
}
