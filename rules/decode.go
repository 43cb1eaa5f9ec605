package rules

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// A FileError is a fault in a catalogue or configuration file, with its place.
type FileError struct {
	Pos Pos
	Msg string
}

func (e *FileError) Error() string { return e.Pos.String() + ": " + e.Msg }

// decodeStrict decodes TOML and refuses unknown keys; every error has its place.
func decodeStrict(file string, src []byte, into any) error {
	d := toml.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var missing *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &missing) && len(missing.Errors) > 0:
		e := missing.Errors[0]
		line, col := e.Position()
		return &FileError{Pos{File: file, Line: line, Column: col}, fmt.Sprintf("unknown key %q", strings.Join(e.Key(), "."))}
	case errors.As(err, &bad):
		line, col := bad.Position()
		return &FileError{Pos{File: file, Line: line, Column: col}, strings.TrimPrefix(bad.Error(), "toml: ")}
	}
	return &FileError{Pos{File: file}, strings.TrimPrefix(err.Error(), "toml: ")}
}

// parseLibrary decodes and checks one catalogue file.
func parseLibrary(file, language, name string, src []byte, known func(ID) bool) (*Library, error) {
	lib := new(Library)
	if err := decodeStrict(file, src, lib); err != nil {
		return nil, err
	}
	lib.Name, lib.Language, lib.File = name, language, file
	if err := lib.compile(src, known); err != nil {
		return nil, err
	}
	return lib, nil
}

// compile checks every table and prepares it for look-up. src is the file's
// text, for the places of errors. known reports whether a rule exists.
func (lib *Library) compile(src []byte, known func(ID) bool) error {
	at := func(table string, i int, err error) error {
		return &FileError{Pos{File: lib.File, Line: tableLine(src, table, i, err.Error())}, fmt.Sprintf("[[%s]]: %s", table, err)}
	}
	need := func(row *Row, source bool) error {
		if len(row.Calls) == 0 {
			return errors.New("no calls")
		}
		if source && len(row.Source) == 0 {
			return errors.New("no source: name a document, a thread, or \"measured\"")
		}
		return nil
	}
	for i, e := range lib.Effects {
		err := e.Row.compile(lib)
		if err == nil {
			err = need(&e.Row, true)
		}
		if err == nil && !known(e.Rule) {
			err = fmt.Errorf("unknown rule id %q", string(e.Rule))
		}
		if err == nil && e.Severity != "" {
			_, err = ParseSeverity(string(e.Severity))
		}
		if err == nil && e.Cost != "" {
			e.cost, err = parseCost(e.Cost)
		}
		for _, r := range e.Repairs {
			if err == nil {
				err = r.check()
			}
		}
		if err == nil && e.GIL != "" && e.GIL != "holds" && e.GIL != "releases" {
			err = fmt.Errorf("gil = %q: want \"holds\" or \"releases\"", e.GIL)
		}
		if err == nil && e.Early != "" && e.Early != "stalls" && e.Early != "raises" {
			err = fmt.Errorf("early = %q: want \"stalls\" or \"raises\"", e.Early)
		}
		if err != nil {
			return at("effect", i, err)
		}
	}
	for pattern, name := range lib.Vendored {
		if rest, ok := strings.CutPrefix(pattern, "*."); !ok || rest == "" || name == "" || strings.Contains(rest, "*") {
			return at("vendored", 0, fmt.Errorf("%q: want \"*.\" and the end of a qualified name", pattern))
		}
	}
	lib.sizes = map[string]costExpr{}
	for name, expr := range lib.Sizes {
		x, err := parseCost(expr)
		if err != nil {
			return at("sizes", 0, fmt.Errorf("%q: %w", name, err))
		}
		lib.sizes[name] = x
	}
	for i, d := range lib.Detours {
		if err := d.check(); err != nil {
			return at("detour", i, err)
		}
	}
	if lib.Threads != "" && lib.Threads != "bound" {
		return at("threads", 0, fmt.Errorf("threads = %q: want \"bound\"", lib.Threads))
	}
	for i, s := range lib.Safe {
		err := s.Row.compile(lib)
		if err == nil {
			err = need(&s.Row, false)
		}
		if err != nil {
			return at("safe", i, err)
		}
	}
	for i, y := range lib.Yields {
		err := y.Row.compile(lib)
		if err == nil {
			err = need(&y.Row, false)
		}
		if err != nil {
			return at("yield", i, err)
		}
	}
	for i, s := range lib.Streams {
		err := s.Row.compile(lib)
		if err == nil {
			err = need(&s.Row, false)
		}
		if err != nil {
			return at("stream", i, err)
		}
	}
	for i, r := range lib.Returns {
		err := r.Row.compile(lib)
		if err == nil {
			err = need(&r.Row, false)
		}
		if err == nil {
			_, err = selectorOf(r.Like)
		}
		if err == nil && r.Type == "" {
			err = errors.New("no type")
		}
		if err == nil && r.Make != "" && len(r.Like) > 0 {
			err = errors.New("both make and like")
		}
		if err != nil {
			return at("returns", i, err)
		}
	}
	for i, r := range lib.Variables {
		err := r.Row.compile(lib)
		if err == nil {
			err = need(&r.Row, false)
		}
		for _, list := range [][]any{r.Name, r.Value} {
			if err == nil {
				_, err = selectorOf(list)
			}
			if err == nil && len(list) == 0 {
				err = errors.New("neither name nor value: say where they are")
			}
		}
		if err != nil {
			return at("variable", i, err)
		}
	}
	for i, r := range lib.Turns {
		err := r.Row.compile(lib)
		if err == nil {
			err = need(&r.Row, false)
		}
		if err == nil {
			_, err = selectorOf(r.Arg)
		}
		if err == nil && len(r.Arg) == 0 {
			err = errors.New("no arg: say which object it is")
		}
		if err != nil {
			return at("turn", i, err)
		}
	}
	for i, h := range lib.Handles {
		err := h.Row.compile(lib)
		if err == nil {
			err = need(&h.Row, true)
		}
		if err != nil {
			return at("handle", i, err)
		}
	}
	for i, r := range lib.Forks {
		err := r.Row.compile(lib)
		if err == nil {
			err = need(&r.Row, true)
		}
		if err != nil {
			return at("fork", i, err)
		}
	}
	for i, r := range lib.Regexes {
		err := r.Row.compile(lib)
		if err == nil {
			err = need(&r.Row, r.How != "compile")
		}
		if err == nil {
			err = r.check()
		}
		if err != nil {
			return at("regex", i, err)
		}
	}
	for i, l := range lib.Loads {
		err := l.Row.compile(lib)
		if err == nil {
			err = need(&l.Row, false)
		}
		if err == nil {
			_, err = selectorOf(l.Arg)
		}
		if err == nil {
			_, err = selectorOf(l.Below)
		}
		if err == nil {
			_, err = selectorOf(l.Of)
		}
		if err == nil {
			_, err = selectorOf(l.Group)
		}
		if err == nil && l.Gives != "module" && l.Gives != "name" && l.Gives != "object" {
			err = fmt.Errorf("gives = %q: want \"module\", \"name\" or \"object\"", l.Gives)
		}
		if err != nil {
			return at("load", i, err)
		}
	}
	for i, o := range lib.Options {
		err := o.Row.compile(lib)
		if err == nil {
			err = need(&o.Row, true)
		}
		for _, list := range [][]any{o.Name, o.Default, o.Options, o.Group} {
			if err == nil {
				_, err = selectorOf(list)
			}
		}
		switch {
		case err != nil:
		case len(o.Name)+len(o.Options) == 0:
			err = errors.New("neither name nor options")
		case len(o.Group) > 0 && o.Holder == "":
			err = errors.New("a group without a holder")
		}
		if err != nil {
			return at("option", i, err)
		}
	}
	moves := func(table string, rows []*MoveRow) error {
		for i, m := range rows {
			err := m.Row.compile(lib)
			if err == nil {
				_, err = selectorOf(m.Arg)
			}
			if err == nil {
				_, err = selectorOf(m.Each)
			}
			switch {
			case err != nil:
			case len(m.Calls) == 0 && len(m.Bases) == 0:
				err = errors.New("neither calls nor bases")
			case len(m.Calls) > 0 && len(m.Arg) == 0:
				err = errors.New("no arg: say where the callable is")
			case len(m.Bases) > 0 && len(m.Methods) == 0:
				err = errors.New("bases without methods")
			case m.Loop != "" && !KnownLoop(m.Loop):
				err = fmt.Errorf("unknown loop %q", m.Loop)
			}
			if err != nil {
				return at(table, i, err)
			}
		}
		return nil
	}
	if err := errors.Join(moves("offload", lib.Offloads), moves("spawn", lib.Spawns), moves("higher-order", lib.HigherOrder)); err != nil {
		return err
	}
	for i, c := range lib.Contexts {
		err := c.Row.compile(lib)
		if err == nil {
			_, err = selectorOf(c.Arg)
		}
		switch {
		case err != nil:
		case c.Kind == "":
			err = errors.New("no kind")
		case len(c.Calls)+len(c.Decorators)+len(c.Bases)+len(c.Params)+len(c.Fields)+len(c.Entries)+len(c.Settings) == 0 && c.Syntax == "":
			err = errors.New("none of decorators, bases, calls, params, fields, entries, settings and syntax")
		case c.Made != 0 && (len(c.Entries)+len(c.Settings) == 0 || c.Made < 0 || c.Made > 3):
			err = errors.New("made goes with entries or settings, and is 1, 2 or 3")
		case len(c.Bases) > 0 && len(c.Methods) == 0:
			err = errors.New("bases without methods")
		case len(c.Methods) > 0 && len(c.Bases)+len(c.Arg)+len(c.Settings) == 0:
			err = errors.New("methods without bases, and without an arg that has them")
		case len(c.Names)+len(c.Tags) > 0 && c.Syntax != "func":
			err = errors.New("names and tags go with syntax = \"func\"")
		case c.Loop != "" && !KnownLoop(c.Loop):
			err = fmt.Errorf("unknown loop %q", c.Loop)
		}
		if err != nil {
			return at("context", i, err)
		}
	}
	for i, s := range lib.Stubs {
		if err := s.compile(); err != nil {
			return at("stub", i, err)
		}
	}
	for i, p := range lib.Patches {
		p.Lib = lib
		if p.Call == "" || !KnownLoop(p.Loop) {
			return at("patch", i, fmt.Errorf("want call and a known loop, got %q and %q", p.Call, p.Loop))
		}
	}
	for i, v := range lib.Bad {
		row := Row{Loops: v.Loops, When: v.When, Unless: v.Unless}
		err := row.compile(lib)
		v.Lib, v.guard = lib, row.guard
		switch {
		case err != nil:
		case !known(v.Rule):
			err = fmt.Errorf("unknown rule id %q", string(v.Rule))
		case len(v.Source) == 0:
			err = errors.New("no source")
		case v.Bad != "":
			_, err = ParseSpec(v.Bad)
		}
		if err != nil {
			return at("version", i, err)
		}
	}
	for i, l := range lib.Launches {
		if err := l.check(); err != nil {
			return at("launch", i, err)
		}
	}
	for i, s := range lib.Settings {
		if err := s.check(); err != nil {
			return at("setting", i, err)
		}
	}
	return lib.checkDuplicates(at)
}

// checkDuplicates refuses two rows that say the same of the same call: one of
// them would be dead.
func (lib *Library) checkDuplicates(at func(string, int, error) error) error {
	type key struct{ call, what string }
	seen := map[key]bool{}
	for i, e := range lib.Effects {
		for _, c := range e.Calls {
			k := key{c, fmt.Sprint(e.Rule, e.guard, e.When, e.Unless)}
			if seen[k] {
				return at("effect", i, fmt.Errorf("duplicate: %s is already in an earlier [[effect]] under the same conditions", c))
			}
			seen[k] = true
		}
	}
	for i, s := range lib.Safe {
		for _, c := range s.Calls {
			k := key{c, fmt.Sprint("safe", s.guard, s.When, s.Unless)}
			if seen[k] {
				return at("safe", i, fmt.Errorf("duplicate: %s is already in an earlier [[safe]]", c))
			}
			seen[k] = true
		}
	}
	return nil
}

// tableLine finds the line of the i-th [[table]] header, or within that table
// the first line that holds a word which the message quotes.
func tableLine(src []byte, table string, i int, msg string) int {
	header := regexp.MustCompile(`(?m)^[ \t]*\[\[?[ \t]*(?:tool\.greenlint\.)?` + regexp.QuoteMeta(table) + `[ \t]*\]\]?`)
	heads := header.FindAllIndex(src, i+1)
	if len(heads) <= i {
		return 0
	}
	start := heads[i][0]
	end := len(src)
	if next := regexp.MustCompile(`(?m)^[ \t]*\[`).FindIndex(src[heads[i][1]:]); next != nil {
		end = heads[i][1] + next[0]
	}
	line := 1 + bytes.Count(src[:start], []byte("\n"))
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(msg, -1) {
		if at := bytes.Index(src[start:end], []byte(m[1])); at >= 0 {
			return line + bytes.Count(src[start:start+at], []byte("\n"))
		}
	}
	return line
}

// importsOf reads the imports line of a catalogue file without decoding the
// file, so that the hundreds of files which a project doesn't need cost nothing.
func importsOf(src []byte) []string {
	m := importsLine.FindSubmatch(src)
	if m == nil {
		return nil
	}
	var out []string
	for _, q := range quoted.FindAllSubmatch(m[1], -1) {
		out = append(out, string(q[1]))
	}
	sort.Strings(out)
	return out
}

var (
	importsLine = regexp.MustCompile(`(?ms)^imports[ \t]*=[ \t]*\[(.*?)\]`)
	quoted      = regexp.MustCompile(`"([^"]+)"`)
)
