package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A Baseline lists the findings that a project had when it began to be checked,
// or those of another revision. It names them without line numbers, so that it
// survives edits around them; see [Baseline.Match] for what else it survives.
type Baseline struct {
	Loop    rules.Loop // the assumption under which it was made; "" = none
	Entries []Entry    // sorted
}

// An Entry stands for all findings of one rule about one symbol in one function.
type Entry struct {
	Rule     rules.ID `json:"rule"`
	File     string   `json:"file"`
	Function string   `json:"function,omitempty"` // without its module
	Symbol   string   `json:"symbol,omitempty"`
	Message  string   `json:"message,omitempty"` // where there is no symbol
	Count    int      `json:"count"`
	Texts    []string `json:"texts,omitempty"` // of each, a hash of what its source says
}

// baselineSchema names the shape of the file.
const baselineSchema = "greenlint-baseline/1"

type baselineFile struct {
	Schema  string     `json:"schema"`
	About   string     `json:"about"`
	Loop    rules.Loop `json:"loop,omitempty"`
	Entries []Entry    `json:"findings"`
}

// Write writes a baseline, an entry a line, so that two branches which change
// different entries merge.
func (b *Baseline) Write(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"schema\": %q,\n", baselineSchema)
	out.WriteString("  \"about\": \"findings that greenlint does not report again; it takes those out that are gone\",\n")
	if b.Loop != "" {
		fmt.Fprintf(&out, "  \"loop\": %q,\n", string(b.Loop))
	}
	out.WriteString("  \"findings\": [")
	for i, e := range b.Entries {
		if i > 0 {
			out.WriteByte(',')
		}
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			return err
		}
		out.WriteString("\n    " + strings.TrimSpace(line.String()))
	}
	if len(b.Entries) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	_, err := io.WriteString(w, harmlessJSON(out.String()))
	return err
}

// ReadBaseline reads what [Baseline.Write] wrote.
func ReadBaseline(text []byte) (*Baseline, error) {
	var f baselineFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("not a baseline: %w", err)
	}
	if f.Schema != baselineSchema {
		return nil, fmt.Errorf("not a baseline: want schema %q, got %q", baselineSchema, f.Schema)
	}
	for _, e := range f.Entries {
		if e.Count < 1 || e.Rule == "" || e.File == "" {
			return nil, fmt.Errorf("not a baseline: an entry needs rule, file and count: %+v", e)
		}
	}
	return &Baseline{f.Loop, f.Entries}, nil
}

// A Comparison is what a baseline needs to know of a project. The zero value works.
type Comparison struct {
	Read    func(file string) ([]byte, error) // as in [Options]; nil = moved code is not recognised
	Name    func(file string) string          // a result's file, as the baseline calls it; nil = the same
	Renamed map[string]string                 // in the baseline's names: old → new

	// Gone reports whether an entry that matches nothing may be dropped: its
	// rule was run and its file was read. nil = always.
	Gone func(Entry) bool
}

// NewBaseline lists findings: those that count, and those that an earlier
// baseline lists.
func NewBaseline(all []rules.Finding, c Comparison) *Baseline {
	b := new(Baseline)
	m := newMatching(all, c)
	for _, s := range m.sites {
		b.add(s.key, s.text)
	}
	b.sort()
	return b
}

// Match marks the findings that the baseline lists, each entry as often as it
// counts, as suppressed for the reason given. It returns the baseline without
// what is gone, and what is gone.
//
// Findings are told apart by rule, file, function and symbol. Where a file was
// renamed, the new name counts. What then remains on both sides is compared by
// its source text, without blanks and kinds of quotes: code that was moved to
// another function of the file, or with its function to another file.
func (b *Baseline) Match(all []rules.Finding, why string, c Comparison) (left *Baseline, gone []Entry) {
	m := newMatching(all, c)
	left = &Baseline{Loop: b.Loop}
	entries := slices.Clone(b.Entries)
	for i := range entries {
		entries[i].Texts = slices.Clone(entries[i].Texts)
	}
	take := func(e *Entry, s *site, at int) {
		e.Count--
		if at >= 0 {
			e.Texts = slices.Delete(e.Texts, at, at+1)
		}
		s.taken = true
		if f := &m.all[s.finding]; f.Suppressed == "" {
			f.Suppressed = why
		}
		left.add(s.key, s.text)
	}
	index := func(of func(Entry) string) map[string][]*Entry {
		out := map[string][]*Entry{}
		for i := range entries {
			if e := &entries[i]; e.Count > 0 {
				k := of(*e)
				out[k] = append(out[k], e)
			}
		}
		return out
	}
	pass := func(of func(Entry) string, sameText bool) {
		known := index(of)
		for _, s := range m.sites {
			if s.taken {
				continue
			}
			for _, e := range known[of(s.key)] {
				at := -1
				if s.text != "" {
					at = slices.Index(e.Texts, s.text)
				}
				if e.Count > 0 && (at >= 0 || !sameText) {
					take(e, s, at)
					break
				}
			}
		}
	}
	exact := func(e Entry) string {
		return strings.Join([]string{string(e.Rule), e.File, e.Function, e.Symbol, e.Message}, "\x00")
	}
	pass(exact, true)
	pass(exact, false)
	for i := range entries {
		if to, ok := c.Renamed[entries[i].File]; ok {
			entries[i].File = to
		}
	}
	pass(exact, true)
	pass(exact, false)
	pass(func(e Entry) string { return string(e.Rule) + "\x00" + e.File + "\x00" + e.Symbol + "\x00" + e.Message }, true)
	pass(func(e Entry) string {
		return string(e.Rule) + "\x00" + e.Function + "\x00" + e.Symbol + "\x00" + e.Message
	}, true)
	for i, e := range entries {
		switch {
		case e.Count == 0:
		case c.Gone != nil && !c.Gone(b.Entries[i]):
			left.keep(e)
		default:
			gone = append(gone, e)
		}
	}
	left.sort()
	return left, gone
}

// Keep adds the entries of another baseline that a function picks.
func (b *Baseline) Keep(other *Baseline, pick func(Entry) bool) {
	for _, e := range other.Entries {
		if pick(e) {
			b.keep(e)
		}
	}
	b.sort()
}

// Count is how many findings the baseline lists.
func (b *Baseline) Count() int {
	n := 0
	for _, e := range b.Entries {
		n += e.Count
	}
	return n
}

// Equal reports whether two baselines list the same.
func (b *Baseline) Equal(other *Baseline) bool {
	var x, y bytes.Buffer
	b.Write(&x)
	other.Write(&y)
	return bytes.Equal(x.Bytes(), y.Bytes())
}

func (b *Baseline) add(key Entry, text string) {
	key.Count = 1
	if text != "" {
		key.Texts = []string{text}
	}
	b.keep(key)
}

// keep adds an entry, or adds it to the one that is there.
func (b *Baseline) keep(e Entry) {
	for i := range b.Entries {
		if o := &b.Entries[i]; o.Rule == e.Rule && o.File == e.File && o.Function == e.Function && o.Symbol == e.Symbol && o.Message == e.Message {
			o.Count += e.Count
			o.Texts = append(o.Texts, e.Texts...)
			return
		}
	}
	e.Texts = slices.Clone(e.Texts)
	b.Entries = append(b.Entries, e)
}

func (b *Baseline) sort() {
	for _, e := range b.Entries {
		slices.Sort(e.Texts)
	}
	slices.SortFunc(b.Entries, func(x, y Entry) int {
		return cmp.Or(
			cmp.Compare(x.File, y.File), cmp.Compare(x.Function, y.Function), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.Message, y.Message),
		)
	})
}

// A site is a finding as a baseline sees it.
type site struct {
	finding int
	key     Entry
	text    string
	taken   bool
}

type matching struct {
	all   []rules.Finding
	sites []*site
}

// newMatching looks at the findings that count or that a baseline lists already.
func newMatching(all []rules.Finding, c Comparison) *matching {
	m := &matching{all: all}
	src := &texts{o: &Options{Read: c.Read}}
	for i := range all {
		f := &all[i]
		if f.Suppressed != "" && !Known(f) {
			continue
		}
		key := Entry{Rule: f.Rule, File: f.Pos.File, Function: inModule(around(f), f.Pos.File), Symbol: f.Symbol}
		if f.Symbol == "" {
			key.Message = f.Message
		}
		if c.Name != nil {
			key.File = c.Name(key.File)
		}
		m.sites = append(m.sites, &site{finding: i, key: key, text: src.mark(f)})
	}
	return m
}

// mark is a hash of a finding's source text that survives reformatting; "" where
// the text is not known.
func (s *texts) mark(f *rules.Finding) string {
	lines := s.lines(f.Pos.File)
	if f.Pos.Line < 1 || f.Pos.Line > len(lines) || f.Pos.Column < 1 {
		return ""
	}
	last := min(max(f.End.Line, f.Pos.Line), len(lines))
	var b strings.Builder
	for n := f.Pos.Line; n <= last; n++ {
		text := lines[n-1]
		if n == last && f.End.Line == n && f.End.Column >= 1 && f.End.Column-1 <= len(text) {
			text = text[:f.End.Column-1]
		}
		if n == f.Pos.Line {
			text = text[min(f.Pos.Column-1, len(text)):]
		}
		b.WriteString(text)
	}
	norm := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\\':
			return -1
		case '\'':
			return '"'
		}
		return r
	}, b.String())
	norm = strings.ReplaceAll(norm, ",)", ")") // a formatter's comma
	sum := sha256.Sum256([]byte(norm))
	return hex.EncodeToString(sum[:4])
}

// inModule is a function's name without that of the module which its file is:
// "Sync.run" of shop.tasks.Sync.run in shop/tasks.py. Places within names of
// nameless functions are dropped.
func inModule(fn rules.Func, file string) string {
	s := placeInName.ReplaceAllString(string(fn), "")
	if strings.HasSuffix(file, ".py") {
		module := strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")
		for parts := strings.Split(module, "/"); len(parts) > 0; parts = parts[1:] {
			if rest, ok := strings.CutPrefix(s, strings.Join(parts, ".")+"."); ok {
				return rest
			}
		}
		return s
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 { // "(*example.com/shop.Hub).Refresh"
		open := s[:strings.IndexFunc(s+"x", func(r rune) bool { return r != '(' && r != '*' })]
		s = open + s[i+1:]
	}
	if dir := path.Base(path.Dir(file)); dir != "." {
		s = strings.Replace(s, dir+".", "", 1)
	}
	return s
}

var placeInName = regexp.MustCompile(`:\d+`)
