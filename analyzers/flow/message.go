package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// message words a finding in one line, the cause last:
//
//	task refresh holds the gevent hub: pycurl.Curl.perform (3 calls away)
//	task refresh holds the gevent hub for about 3.2 s: bcrypt.hashpw at 16 rounds
//	view login holds the gevent hub: crypt.crypt, on a thread, but with the GIL held
//
// An effect's detail is read as a duration if it begins with "about", and else
// as what follows the symbol: "that never yields".
func message(f *rules.Finding, offloaded bool, opt Options) string {
	nearest := &f.Contexts[0]
	var b strings.Builder
	b.WriteString(ask(opt.Noun, nearest.Context.Kind, "function"))
	b.WriteByte(' ')
	if opt.Short != nil {
		b.WriteString(opt.Short(nearest.Context.Func))
	} else {
		b.WriteString(ShortName(nearest.Context.Func))
	}
	b.WriteByte(' ')
	b.WriteString(strings.ReplaceAll(ask(opt.Phrase, f.Rule, "holds the {loop}"), "{loop}", f.Loop.Noun()))

	duration, detail := cutDuration(f.Detail)
	if duration != "" {
		b.WriteString(" for " + duration)
	}
	b.WriteString(": ")
	if f.Symbol == "loop" {
		b.WriteString("a ")
	}
	b.WriteString(f.Symbol)
	if detail != "" {
		b.WriteString(joint(detail) + detail)
	}
	if offloaded {
		b.WriteString(", on a thread, but with the GIL held")
	}
	switch nearest.Depth {
	case 0:
	case 1:
		b.WriteString(" (1 call away)")
	default:
		fmt.Fprintf(&b, " (%d calls away)", nearest.Depth)
	}
	return b.String()
}

// ask gives a word of the options, or the usual one.
func ask[K any](words func(K) string, key K, usual string) string {
	if words != nil {
		if w := words(key); w != "" {
			return w
		}
	}
	return usual
}

// cutDuration splits "about 3.2 s at 16 rounds" after the unit.
func cutDuration(detail string) (duration, rest string) {
	words := strings.SplitN(detail, " ", 4)
	if len(words) < 3 || words[0] != "about" {
		return "", detail
	}
	if len(words) == 4 {
		rest = words[3]
	}
	return strings.TrimSuffix(strings.Join(words[:3], " "), ","), rest
}

// joint is what stands between a symbol and its detail: a blank before words
// that carry on, else a comma.
func joint(detail string) string {
	switch first, _, _ := strings.Cut(detail, " "); first {
	case "at", "by", "for", "from", "in", "of", "on", "over", "that", "to", "which", "with", "without":
		return " "
	}
	return ", "
}

// ShortName is a function's name without what an editor shows anyway: the
// method with its class in Python ("Sync.run" of shop.tasks.Sync.run), without
// the directories of the import path in Go ("(*shop.Hub).Refresh").
func ShortName(f rules.Func) string {
	s := string(f)
	if i := strings.LastIndexByte(s, '/'); i >= 0 || strings.HasPrefix(s, "(") {
		open := s[:max(strings.IndexFunc(s, func(r rune) bool { return r != '(' && r != '*' }), 0)]
		return open + strings.TrimPrefix(s[i+1:], open)
	}
	scope, name, ok := cutLast(s)
	if !ok {
		return s
	}
	if _, class, _ := cutLast(scope); class != "" && class[0] >= 'A' && class[0] <= 'Z' {
		return class + "." + name
	}
	return name
}

// cutLast splits at the last dot that is not within <…>; without one, all is name.
func cutLast(s string) (scope, name string, ok bool) {
	deep := 0
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case '>':
			deep++
		case '<':
			deep--
		case '.':
			if deep == 0 {
				return s[:i], s[i+1:], true
			}
		}
	}
	return "", s, false
}

// fingerprint marks each finding with what survives a move of lines: rule, file,
// function, symbol, and the how-manieth of the same it is in its file. in[i] is
// the function around the place of list[i].
func fingerprint(list []rules.Finding, in []rules.Func) {
	seen := map[string]int{}
	for i := range list {
		f := &list[i]
		key := strings.Join([]string{string(f.Rule), f.Pos.File, withoutLines(string(in[i])), f.Symbol}, "\x00")
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		f.Fingerprint = hex.EncodeToString(sum[:8])
	}
}

// withoutLines drops the places from the names of nameless functions:
// "shop.tasks.<lambda:12:5>" becomes "shop.tasks.<lambda>".
func withoutLines(s string) string {
	if !strings.Contains(s, ":") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == ':' && i+1 < len(s) && isDigit(s[i+1]) {
			for i+1 < len(s) && isDigit(s[i+1]) {
				i++
			}
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
