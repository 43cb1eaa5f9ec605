package command

import (
	"slices"
	"strings"
)

// A Candidate is a word that a command line can go on with.
type Candidate struct{ Word, Usage string }

// Complete lists what the current word, perhaps empty, can become after those
// before it, which leave out the program's name. None means that a file is wanted,
// or nothing that is known.
func (p *Program) Complete(before []string, current string) []Candidate {
	if len(before) > 0 && before[0] == "help" {
		return beginning(p.names(before[1:]), current)
	}
	c, rest := p.find(before)
	if names := p.names(before); c == nil || len(rest) == 0 && len(names) > 0 {
		if len(before) == 0 {
			names = append(names, Candidate{"help", "say how a command is used"})
		}
		return beginning(names, current)
	}
	if c.Raw || slices.Contains(rest, "--") {
		return nil
	}
	f := newFlags(c)
	if n := len(rest); n > 0 { // the value of a flag, which bash may have cut off at "="
		if rest[n-1] == "=" && n > 1 {
			return p.values(f, rest[n-2], current)
		}
		if f.wantsValue(rest[n-1]) {
			if current == "=" {
				return p.values(f, rest[n-1], "")
			}
			return p.values(f, rest[n-1], current)
		}
	}
	if name, value, given := strings.Cut(current, "="); given && strings.HasPrefix(name, "-") {
		list := p.values(f, name, value)
		for i := range list {
			list[i].Word = name + "=" + list[i].Word
		}
		return list
	}
	if strings.HasPrefix(current, "-") {
		return beginning(f.candidates(), current)
	}
	return beginning(p.words(c.Args), current)
}

// names lists the words that can follow others in the names of commands.
func (p *Program) names(before []string) (out []Candidate) {
	for _, c := range p.Commands {
		words := strings.Fields(c.Name)
		if c.Hidden || len(words) <= len(before) || !slices.Equal(words[:len(before)], before) {
			continue
		}
		next := Candidate{words[len(before)], c.Summary}
		if !slices.ContainsFunc(out, func(x Candidate) bool { return x.Word == next.Word }) {
			out = append(out, next)
		}
	}
	return out
}

// words are those that stand for an argument as usage lines call it: "[RULE…]".
func (p *Program) words(arg string) []Candidate {
	if list := p.Words[strings.Trim(arg, "[]…")]; list != nil {
		return list()
	}
	return nil
}

// values lists what a flag's value can become. Of several in one word the last one
// counts.
func (p *Program) values(f *Flags, flag, current string) []Candidate {
	s := f.shown(flag)
	if s == nil {
		return nil
	}
	head := ""
	var list []Candidate
	switch v := f.set.Lookup(s.name).Value.(type) {
	case *choiceValue:
		for _, c := range v.choices {
			list = append(list, Candidate{Word: c})
		}
	case *listValue:
		if comma := strings.LastIndexByte(current, ','); comma >= 0 {
			head, current = current[:comma+1], current[comma+1:]
		}
		list = p.words(s.arg)
	default:
		list = p.words(s.arg)
	}
	list = beginning(list, current)
	for i := range list {
		list[i].Word = head + list[i].Word
	}
	return list
}

// beginning keeps the candidates that begin with what is typed.
func beginning(list []Candidate, typed string) []Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(c Candidate) bool { return !strings.HasPrefix(c.Word, typed) })
}

// candidates are the flags, by their long names.
func (f *Flags) candidates() (out []Candidate) {
	for _, g := range f.groups {
		for _, s := range g.flags {
			out = append(out, Candidate{"--" + s.name, s.usage})
		}
	}
	return append(out, Candidate{"--help", "say how it is used"})
}

// shown is the flag that a word names; nil where it names none.
func (f *Flags) shown(word string) *shownFlag {
	name, ok := strings.CutPrefix(word, "-")
	if !ok {
		return nil
	}
	name = strings.TrimPrefix(name, "-")
	if long, ok := f.alias[name]; ok {
		name = long
	}
	for _, g := range f.groups {
		for i := range g.flags {
			if g.flags[i].name == name {
				return &g.flags[i]
			}
		}
	}
	return nil
}

// wantsValue reports whether a word is a flag whose value is the next one.
func (f *Flags) wantsValue(word string) bool {
	s := f.shown(word)
	return s != nil && s.arg != ""
}
