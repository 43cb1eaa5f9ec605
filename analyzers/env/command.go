package env

import (
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A Command is the words that start one program, without the wrappers around it
// (exec, env, gosu, poetry run …).
type Command struct {
	Name string   // the Procfile's process, the compose service, the section; may be empty
	Argv []Word   // never empty
	Vars []string // environment variables that are set for it, "NAME=value", sorted
	Pos  rules.Pos
	Text string // as written, on one line

	patched  string      // the call by which a wrapper has patched already: python -m gevent.monkey
	kept     switchedOff // flags that the wrapper was told not to patch
	method   string      // a method that takes the words as a list, instead of a program: "worker_main"
	ownPatch bool        // the code before it patches by hand
	file     string      // in which it stands
	list     bool        // the words come as a list, so that none can become two
	config   bool        // the file is one of settings, and the command stands for it
	scope    scope       // what it was expanded with
	pos      [2]int      // of the whole, in its file
}

// A Word is one argument.
type Word struct {
	Text     string    // what is known of it
	Unknown  bool      // a part of it depends on a variable whose value isn't known
	Var      string    // that variable
	Pos, End rules.Pos // where it is written, which may be another place than the command's
	Exact    bool      // the bytes from Pos to End are Text

	pieces []piece
}

// A piece is a part of a word.
type piece struct {
	span
	quoted  bool   // blanks in it do not separate words
	unknown bool   // the value of a variable that isn't known; no text
	name    string // of that variable; may be empty
	brk     bool   // nothing but the end of a word: between the elements of "${args[@]}"
	value   bool   // of a variable: its text stands elsewhere
}

// newWord puts pieces together.
func newWord(pieces []piece) Word {
	w := Word{pieces: pieces}
	var first, last *piece
	exact := true
	for i := range pieces {
		p := &pieces[i]
		w.Text += p.s
		if p.unknown {
			w.Unknown = true
			if w.Var == "" {
				w.Var = p.name
			}
		}
		if p.f == nil {
			exact = false
			continue
		}
		if first == nil {
			first, last = p, p
			continue
		}
		if p.f == first.f && p.off(len(p.s)) >= first.off(0) {
			if last.off(len(last.s)) != p.off(0) {
				exact = false
			}
			last = p
		}
	}
	if first != nil {
		w.Pos, w.End = first.pos(0), last.pos(len(last.s))
		src := first.f.src
		w.Exact = exact && !w.Unknown && w.End.Offset <= len(src) && string(src[w.Pos.Offset:w.End.Offset]) == w.Text
	}
	return w
}

// literal is a word that stands in a file as it is.
func literal(p span) Word { return newWord([]piece{{span: p, quoted: true}}) }

// split cuts a row of pieces into words at the blanks of those that are not quoted.
func split(pieces []piece) []Word {
	var out []Word
	var cur []piece
	open := false // a word has begun, if only with ""
	flush := func() {
		if open {
			out = append(out, newWord(cur))
		}
		cur, open = nil, false
	}
	for _, p := range pieces {
		if p.brk {
			flush()
			continue
		}
		if p.quoted || p.unknown {
			cur, open = append(cur, p), true
			continue
		}
		start := -1
		for i := 0; i <= len(p.s); i++ {
			if i < len(p.s) && !blank(p.s[i]) {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 {
				cur, open = append(cur, piece{span: p.slice(start, i), value: p.value}), true
				start = -1
			}
			if i < len(p.s) {
				flush()
			}
		}
	}
	flush()
	return out
}

// line joins words into a line of shell, of which the unknown parts are
// variables again.
func line(words []Word) span {
	var b builder
	end := 0
	for i, w := range words {
		if i > 0 {
			b.byte(' ', end)
		}
		for _, p := range w.pieces {
			if b.f == nil {
				b.f = p.f
			}
			at := p.off(0)
			elsewhere := p.value || p.f != b.f
			if elsewhere { // the value of a variable has its place where it is used
				at = end
			}
			if p.unknown {
				for _, c := range []byte("${" + unknownName(p.name) + "}") {
					b.byte(c, at)
				}
				continue
			}
			if elsewhere {
				for i := range len(p.s) {
					b.byte(p.s[i], end)
				}
				continue
			}
			b.add(p.span)
			end = p.off(len(p.s))
		}
	}
	return b.span(end)
}

func unknownName(name string) string {
	if name == "" {
		return "_"
	}
	return name
}

// oneLine is text as written, without line ends and with single blanks.
func oneLine(s string) string {
	s = strings.NewReplacer("\\\r\n", " ", "\\\n", " ").Replace(s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + " …"
	}
	return s
}
