package rules

import (
	"iter"
	"sort"
	"strings"
)

// A Lookup answers what the catalogue knows of one language's names. All
// questions, about built-in and user tables alike, go through it.
type Lookup struct {
	c        *Catalog
	language string
}

// An Entry is what is known of one symbol. The zero Entry: nothing.
type Entry struct {
	Known       bool         // the catalogue names the symbol, its class or its package in some table about calls
	Symbol      string       // after aliases
	Effects     []*EffectRow // on the loop
	InThread    []*EffectRow // in a real thread beside it
	Safe        []*SafeRow
	Offloads    []*MoveRow
	Spawns      []*MoveRow
	HigherOrder []*MoveRow
	Yields      []*YieldRow
	Streams     []*StreamRow
	Returns     []*ReturnRow
	Turns       []*TurnRow
	Variables   []*VariableRow
	Regexes     []*RegexRow
	Loads       []*LoadRow
	Options     []*OptionRow
	Handles     []*HandleRow
	Forks       []*ForkRow
	Contexts    []*ContextRow
	Whose       Whose // what it tells of where it is called
}

// Wall reports whether a call to the symbol needs no further look: it is
// described, as harmful or harmless.
func (e *Entry) Wall() bool { return len(e.Effects)+len(e.Safe) > 0 }

// table is the merged view of the libraries that have been asked about.
type table struct {
	loaded  map[string]bool // libraries by file
	asked   map[string]bool // top-level packages
	forms   map[string]bool // forms of the language that were asked about
	user    view
	builtin view
	copies  map[string]string // vendored names; nil = not gathered yet
}

// view is one layer of precedence.
type view struct {
	rows    map[string]*Entry // by name as written in calls
	types   map[string]string
	aliases map[string]string
	bases   map[string][]string
	decor   map[string][]*ContextRow
	subs    map[string][]*ContextRow // contexts by base class
	started map[string][]*MoveRow    // offload and spawn by base class
	syntax  map[string][]*ContextRow
	stdlib  map[string]bool
	sizes   map[string]costExpr
	clocks  map[string]bool
	polls   map[string]bool
	replac  map[string]bool
	holds   map[string][]int
	handles map[string]bool // classes
	holders map[string]bool // classes that have options as attributes
	alone   map[string]bool // kinds of contexts
	idle    map[string]bool // likewise
	context []*ContextRow
}

func newView() view {
	return view{
		rows: map[string]*Entry{}, types: map[string]string{}, aliases: map[string]string{}, bases: map[string][]string{},
		decor: map[string][]*ContextRow{}, subs: map[string][]*ContextRow{}, started: map[string][]*MoveRow{},
		syntax: map[string][]*ContextRow{}, stdlib: map[string]bool{}, sizes: map[string]costExpr{},
		clocks: map[string]bool{}, polls: map[string]bool{}, replac: map[string]bool{}, holds: map[string][]int{},
		handles: map[string]bool{}, holders: map[string]bool{}, alone: map[string]bool{}, idle: map[string]bool{},
	}
}

// enter puts each row of a table under the names of the calls that it is about.
func enter[R interface{ names() []string }](row func(string) *Entry, rows []R, list func(*Entry) *[]R) {
	for _, r := range rows {
		for _, c := range r.names() {
			l := list(row(c))
			*l = append(*l, r)
		}
	}
}

func (v *view) add(lib *Library) {
	row := func(name string) *Entry {
		e := v.rows[name]
		if e == nil {
			e = &Entry{Known: true, Symbol: name}
			v.rows[name] = e
		}
		return e
	}
	var onLoop, inThread []*EffectRow
	for _, r := range lib.Effects {
		if r.Thread {
			inThread = append(inThread, r)
		} else {
			onLoop = append(onLoop, r)
		}
	}
	enter(row, onLoop, func(e *Entry) *[]*EffectRow { return &e.Effects })
	enter(row, inThread, func(e *Entry) *[]*EffectRow { return &e.InThread })
	enter(row, lib.Safe, func(e *Entry) *[]*SafeRow { return &e.Safe })
	enter(row, lib.Offloads, func(e *Entry) *[]*MoveRow { return &e.Offloads })
	enter(row, lib.Spawns, func(e *Entry) *[]*MoveRow { return &e.Spawns })
	enter(row, lib.HigherOrder, func(e *Entry) *[]*MoveRow { return &e.HigherOrder })
	enter(row, lib.Yields, func(e *Entry) *[]*YieldRow { return &e.Yields })
	enter(row, lib.Streams, func(e *Entry) *[]*StreamRow { return &e.Streams })
	enter(row, lib.Returns, func(e *Entry) *[]*ReturnRow { return &e.Returns })
	enter(row, lib.Variables, func(e *Entry) *[]*VariableRow { return &e.Variables })
	enter(row, lib.Turns, func(e *Entry) *[]*TurnRow { return &e.Turns })
	enter(row, lib.Regexes, func(e *Entry) *[]*RegexRow { return &e.Regexes })
	enter(row, lib.Loads, func(e *Entry) *[]*LoadRow { return &e.Loads })
	enter(row, lib.Options, func(e *Entry) *[]*OptionRow { return &e.Options })
	enter(row, lib.Handles, func(e *Entry) *[]*HandleRow { return &e.Handles })
	enter(row, lib.Forks, func(e *Entry) *[]*ForkRow { return &e.Forks })
	enter(row, lib.Contexts, func(e *Entry) *[]*ContextRow { return &e.Contexts })
	for _, rows := range [][]*MoveRow{lib.Offloads, lib.Spawns} {
		for _, r := range rows {
			for _, b := range r.Bases {
				v.started[b] = append(v.started[b], r)
			}
		}
	}
	for _, r := range lib.Handles {
		for _, c := range r.Calls {
			if i := strings.LastIndexByte(c, '.'); i > 0 {
				v.handles[c[:i]] = true
			}
		}
	}
	for _, r := range lib.Options {
		if r.Holder != "" {
			v.holders[r.Holder] = true
		}
	}
	for _, r := range lib.Spawns {
		if r.Alone {
			v.alone[r.Kind] = true
		}
	}
	for _, r := range lib.Contexts {
		if r.Alone {
			v.alone[r.Kind] = true
		}
		if r.Idle {
			v.idle[r.Kind] = true
		}
		for _, d := range r.Decorators {
			v.decor[d] = append(v.decor[d], r)
		}
		for _, b := range r.Bases {
			v.subs[b] = append(v.subs[b], r)
		}
		if r.Syntax != "" {
			v.syntax[r.Syntax] = append(v.syntax[r.Syntax], r)
		}
	}
	for k, t := range lib.Types {
		v.types[k] = t
	}
	for k, a := range lib.Aliases {
		v.aliases[k] = a
	}
	for k, b := range lib.Bases {
		v.bases[k] = b
	}
	for k, x := range lib.sizes {
		v.sizes[k] = x
	}
	for _, c := range lib.Replaced {
		v.replac[c] = true
	}
	for _, c := range lib.WhoseThread {
		row(c).Whose = WhoseThread
	}
	for _, c := range lib.WhoseLoop {
		row(c).Whose = WhoseLoop
	}
	for _, c := range lib.Clocks {
		v.clocks[c] = true
	}
	for _, c := range lib.Polls {
		v.polls[c] = true
	}
	for k, args := range lib.Holds {
		v.holds[k] = args
	}
	v.context = append(v.context, lib.Contexts...)
	if lib.Stdlib {
		for _, i := range lib.Imports {
			v.stdlib[i] = true
		}
	}
}

// table returns the merged view after loading what describes a symbol's
// package. The caller holds c.mu.
func (l *Lookup) table(symbol string) *table {
	t := l.c.tables[l.language]
	if t == nil {
		t = &table{loaded: map[string]bool{}, asked: map[string]bool{}, user: newView(), builtin: newView()}
		for _, u := range l.c.user {
			if u.Language == "" || u.Language == l.language {
				t.user.add(u)
			}
		}
		l.c.tables[l.language] = t
	}
	top := symbol
	if i := strings.IndexByte(symbol, '.'); i > 0 && l.language == "python" {
		top = symbol[:i]
	}
	if t.asked[top] {
		return t
	}
	t.asked[top] = true
	for p := range prefixes(symbol) {
		for _, file := range l.c.index[l.language+" "+p] {
			l.load(t, file)
		}
	}
	if l.language == "python" {
		// A distribution may hold several catalogued modules under one name:
		// "google.cloud.storage" and "google.auth".
		for key, files := range l.c.index {
			if lang, imp, _ := strings.Cut(key, " "); lang == l.language && strings.HasPrefix(imp, top+".") {
				for _, f := range files {
					l.load(t, f)
				}
			}
		}
	}
	return t
}

func (l *Lookup) load(t *table, file string) {
	if t.loaded[file] {
		return
	}
	t.loaded[file] = true
	if lib, err := l.c.libraryLocked(file); err == nil { // a test decodes every built-in file
		t.builtin.add(lib)
	}
}

// prefixes lists a symbol and the packages above it, the longest first.
func prefixes(symbol string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(symbol) {
			return
		}
		for i := len(symbol) - 1; i > 0; i-- {
			if (symbol[i] == '.' || symbol[i] == '/') && !yield(symbol[:i]) {
				return
			}
		}
	}
}

// Symbol answers what is known of a qualified name: the user's word before the
// built-in one, the function's before its class's before its package's.
func (l *Lookup) Symbol(symbol string) Entry {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(canonicalSymbol(symbol))
	s := t.resolve(canonicalSymbol(symbol))
	for _, v := range []*view{&t.user, &t.builtin} {
		if e := v.find(s); e != nil {
			out := *e
			out.Symbol = s
			return out
		}
	}
	return Entry{Symbol: s}
}

// find looks the symbol up in one layer: by itself, then as a member of a
// described prefix. Moves, yields and contexts are only ever exact.
func (v *view) find(symbol string) *Entry {
	exact := v.rows[symbol]
	if exact != nil && exact.Wall() {
		return exact
	}
	for p := range prefixes(symbol) {
		if e := v.rows[p+".*"]; e != nil && (p != symbol || exact == nil) {
			if exact == nil {
				return e
			}
			merged := *exact
			merged.Effects, merged.Safe = e.Effects, e.Safe
			return &merged
		}
	}
	return exact
}

// Method answers what is known of a method of one class, as far as a row names
// the method or the class: the package as a whole says nothing of its base classes.
func (l *Lookup) Method(class, method string) Entry {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(canonicalSymbol(class))
	s := t.resolve(canonicalSymbol(class) + "." + method)
	class = strings.TrimSuffix(s, "."+method)
	for _, v := range []*view{&t.user, &t.builtin} {
		exact, all := v.rows[s], v.rows[class+".*"]
		switch {
		case exact != nil && (exact.Wall() || all == nil):
			return *exact
		case exact != nil:
			merged := *exact
			merged.Effects, merged.Safe = all.Effects, all.Safe
			return merged
		case all != nil:
			out := *all
			out.Symbol = s
			return out
		}
	}
	return Entry{Symbol: s}
}

// Describes reports whether some library is imported under a name or below it.
func (l *Lookup) Describes(pkg string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	for key := range l.c.index {
		if lang, imp, _ := strings.Cut(key, " "); lang == l.language && (imp == pkg || strings.HasPrefix(imp, pkg+".")) {
			return true
		}
	}
	return false
}

// Size is how many bytes or elements something gives back, where that is known, and how
// far they extend in each direction; what is the key of a type: a call, an attribute, or
// what indexing gives.
func (l *Lookup) Size(what string, args Args) (n float64, dims []float64, ok bool) {
	l.c.mu.Lock()
	t := l.table(what)
	x, ok := t.user.sizes[what]
	if !ok {
		x, ok = t.builtin.sizes[what]
	}
	l.c.mu.Unlock()
	if !ok {
		return 0, nil, false
	}
	n, ok = x.eval(args)
	return n, x.extent(args), ok
}

// Whose is what a function tells of where it is called; zero = nothing.
type Whose uint8

const (
	WhoseThread Whose = iota + 1 // which thread it is
	WhoseLoop                    // which loop runs on it, if any does
)

// Replaced reports whether a class is one that a patch replaces.
func (l *Lookup) Replaced(class string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	s := t.resolve(class)
	return t.user.replac[s] || t.builtin.replac[s]
}

// Clock reports whether a function tells the time.
func (l *Lookup) Clock(symbol string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(symbol)
	s := t.resolve(symbol)
	return t.user.clocks[s] || t.builtin.clocks[s]
}

// Poll reports whether a function only looks whether something has happened.
func (l *Lookup) Poll(symbol string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	symbol = canonicalSymbol(symbol)
	t := l.table(symbol)
	s := t.resolve(symbol)
	return t.user.polls[s] || t.builtin.polls[s] || t.user.clocks[s] || t.builtin.clocks[s]
}

// Holds lists the arguments, by position, that the result of a call passes its
// own calls on to.
func (l *Lookup) Holds(call string) []int {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	call = canonicalSymbol(call)
	t := l.table(call)
	key := t.resolve(call) + "()"
	if h, ok := t.user.holds[key]; ok {
		return h
	}
	return t.builtin.holds[key]
}

// Contexts lists what makes a context, of the files that describe one of the
// packages, and of the user's. The user's come first, else the order is that of
// the packages.
func (l *Lookup) Contexts(packages []string) []*ContextRow {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	for _, p := range packages {
		l.table(p)
	}
	t := l.table("")
	return append(append([]*ContextRow(nil), t.user.context...), t.builtin.context...)
}

// Vendored is a library's name for something that a project defines in its copy
// of the library, or "".
func (l *Lookup) Vendored(symbol string) string {
	copies := l.copies()
	for p := range prefixes(symbol) {
		for i := range len(p) {
			if p[i] != '.' {
				continue
			}
			if name, ok := copies[p[i+1:]]; ok {
				return name + symbol[len(p):]
			}
		}
	}
	return ""
}

// VendoredNames lists, sorted, the last parts of the names of vendored copies: a
// file that has none of them uses none.
func (l *Lookup) VendoredNames() []string {
	var out []string
	for p := range l.copies() {
		out = append(out, p[strings.LastIndexByte(p, '.')+1:])
	}
	sort.Strings(out)
	return out
}

// copies are all vendored names, without the star.
func (l *Lookup) copies() map[string]string {
	l.c.mu.Lock()
	t := l.table("")
	out := t.copies
	l.c.mu.Unlock()
	if out != nil {
		return out
	}
	out = map[string]string{}
	for _, lib := range l.c.all(l.language) { // the user's come last, and win
		for p, name := range lib.Vendored {
			out[strings.TrimPrefix(p, "*.")] = name
		}
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t.copies = out
	return out
}

// Handle reports whether an object of a class is one that tasks must not share.
func (l *Lookup) Handle(class string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	return t.user.handles[class] || t.builtin.handles[class]
}

// OptionHolder reports whether the options of the program are attributes of an
// object of a class.
func (l *Lookup) OptionHolder(class string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	return t.user.holders[class] || t.builtin.holders[class]
}

// Alone reports whether no two contexts of a kind and function run at once, as far as
// the libraries that were asked about say so.
func (l *Lookup) Alone(kind string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table("")
	return t.user.alone[kind] || t.builtin.alone[kind]
}

// Idle reports whether no other task runs beside a context of a kind, as far as the
// libraries that were asked about say so.
func (l *Lookup) Idle(kind string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table("")
	return t.user.idle[kind] || t.builtin.idle[kind]
}

// Resolve applies the aliases to a name.
func (l *Lookup) Resolve(symbol string) string {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	symbol = canonicalSymbol(symbol)
	return l.table(symbol).resolve(symbol)
}

func (t *table) resolve(symbol string) string {
	for range 4 { // an alias of an alias; a circle ends here
		next := symbol
		for _, v := range []*view{&t.user, &t.builtin} {
			if len(v.aliases) == 0 {
				continue
			}
			for p := range prefixes(symbol) {
				if a, ok := v.aliases[p]; ok {
					next = a + symbol[len(p):]
					break
				}
			}
			if next != symbol {
				break
			}
		}
		if next == symbol {
			return symbol
		}
		symbol = next
	}
	return symbol
}

// Type answers what "pkg.func()", "pkg.Class.attr" or "pkg.Class[]" gives: the
// qualified name of a class, or "".
func (l *Lookup) Type(expr string) string {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(expr)
	for _, v := range []*view{&t.user, &t.builtin} {
		if x, ok := v.types[expr]; ok {
			return x
		}
	}
	return ""
}

// Bases lists the base classes of a library's class, as far as it is described.
func (l *Lookup) Bases(class string) []string {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	if b, ok := t.user.bases[class]; ok {
		return b
	}
	return t.builtin.bases[class]
}

// Decorator lists the contexts that a decorator makes.
func (l *Lookup) Decorator(symbol string) []*ContextRow {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(symbol)
	s := t.resolve(symbol)
	return append(append([]*ContextRow(nil), t.user.decor[s]...), t.builtin.decor[s]...)
}

// Subclass lists the contexts that deriving from a class makes.
func (l *Lookup) Subclass(class string) []*ContextRow {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	s := t.resolve(class)
	return append(append([]*ContextRow(nil), t.user.subs[s]...), t.builtin.subs[s]...)
}

// Started lists the offloads and spawns that starting an object of a class, or
// of one derived from it, brings about.
func (l *Lookup) Started(class string) []*MoveRow {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(class)
	s := t.resolve(class)
	return append(append([]*MoveRow(nil), t.user.started[s]...), t.builtin.started[s]...)
}

// Syntax lists the contexts that a form of the language makes ("async def").
func (l *Lookup) Syntax(form string) []*ContextRow {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table("builtins")
	if !t.forms[form] {
		for file := range l.filesWith(form) {
			l.load(t, file)
		}
		if t.forms == nil {
			t.forms = map[string]bool{}
		}
		t.forms[form] = true
	}
	return append(append([]*ContextRow(nil), t.user.syntax[form]...), t.builtin.syntax[form]...)
}

// Stdlib reports whether a module belongs to the language's own library, which
// is described and never walked into.
func (l *Lookup) Stdlib(module string) bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	t := l.table(module)
	for p := range prefixes(module) {
		if t.builtin.stdlib[p] {
			return true
		}
	}
	return false
}

// ContextImports lists, sorted, the imports of the libraries that can make a
// context: a file that imports none of them holds no task of its own.
func (l *Lookup) ContextImports() []string {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	seen := map[string]bool{}
	for key, files := range l.c.index {
		lang, imp, _ := strings.Cut(key, " ")
		if lang != l.language {
			continue
		}
		for _, f := range files {
			if lib, err := l.c.libraryLocked(f); err == nil && len(lib.Contexts)+len(lib.Spawns) > 0 {
				seen[imp] = true
			}
		}
	}
	for _, u := range l.c.user {
		for _, i := range u.Imports {
			seen[i] = true
		}
	}
	out := make([]string, 0, len(seen))
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// Callable returns where a row says the callable is among the arguments.
func (m *MoveRow) Callable() (pos int, names []string) {
	s, _ := selectorOf(m.Arg)
	return s.pos, s.names
}

// Callable returns where a row says the callable is among the arguments.
func (c *ContextRow) Callable() (pos int, names []string) {
	s, _ := selectorOf(c.Arg)
	return s.pos, s.names
}
