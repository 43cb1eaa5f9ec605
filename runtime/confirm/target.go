package confirm

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/cpython"
	"github.com/greenlint/greenlint/runtime/stall"
)

// A Target is a function, or a program, that is said to hold a loop.
type Target struct {
	Name     string // for people: "shop/tasks.py::refresh"
	Rule     string // that accuses it; "" = none in particular
	Language string // "python" or "go"
	Loop     rules.Loop
	File     string   // absolute
	Module   string   // of a Python file in a package: "shop.tasks"
	Func     string   // "refresh", "Client.send"; "" = the whole file
	Args     *string  // the text between the call's parentheses; nil = zero values
	Made     *string  // the same of the call that makes a method's instance
	Path     []string // Python: before sys.path
	Dir      string   // working directory; "" = an empty one
	Patch    bool     // patch first, because the process does and the file does not
	Worker   string   // one of [cpython.Workers], to be called by; "" = a loop and nothing else
	Native   bool     // only a real interpreter will do

	Symbol   string // the accused call, to be replaced in the control run
	Line     int    // the accused line in SinkFile; 0 = any
	EndLine  int
	SinkFile string                                                                      // absolute
	Roots    []string                                                                    // directories of the user's own code
	Nearer   []*Target                                                                   // functions on the way from the task to the accused call, to be called where the task does not get there
	Soak     *Soak                                                                       // instead of Func: with siblings
	Good     *Target                                                                     // the same without the fault, for the control run
	Expected string                                                                      // what a fixture's name promises
	passing  *Frame                                                                      // the line that a run without the loop has to come past
	hook     func(context.Context, kind, string, *cpython.Task) (undo func(), err error) // tests: prepares a run
	Limits   stall.Limits
}

// In makes a worker call the target, one of [cpython.Workers].
func (t *Target) In(worker string) error {
	w, ok := cpython.Workers[worker]
	switch {
	case !ok:
		return fmt.Errorf("unknown engine %q: want one of %s", worker, strings.Join(slices.Sorted(maps.Keys(cpython.Workers)), ", "))
	case t.Language != "python" || t.Soak != nil:
		return fmt.Errorf("the engine %s runs Python functions, without siblings", worker)
	}
	t.Worker, t.Loop, t.Native, t.Patch = worker, rules.Loop(w.Loop), true, false
	return nil
}

func (t *Target) limits() stall.Limits {
	l := t.Limits
	if l.Run == 0 {
		l.Run = 10 * time.Second
	}
	if l.Enough == 0 && t.Expected != "" {
		l.Enough = time.Second // of a fixture it is known what comes
	}
	if l.Start == 0 && t.Worker != "" {
		l.Start = time.Minute
	}
	if l.Start == 0 {
		l.Start = 20 * time.Second
	}
	return l
}

// covers reports whether a frame is the accused line.
func (t *Target) covers(f Frame) bool {
	return f.File == t.SinkFile && t.Line <= f.Line && f.Line <= max(t.Line, t.EndLine)
}

// Directives in a file, and what they say:
//
//	# greenlint: confirm refresh("http://{slow_http}/")    this call is to be judged
//	# greenlint: loop gevent                               on this loop
//	# greenlint: engine cpython                            and by no other engine
//	# greenlint: engine celery-gevent                      by this worker
//	# greenlint: soak 40                                   40 rounds of the calls as siblings
var directive = regexp.MustCompile(`(?m)^\s*(?:#|//)\s*greenlint:\s*(confirm|loop|engine|soak)\s+(.+?)\s*$`)

// A call is what a confirm line names.
type call struct {
	name string  // "refresh", "Client.send"
	made *string // the arguments with which the instance is made; nil = zero values
	args *string // nil = zero values
}

var callName = regexp.MustCompile(`^\w+(\.\w+)*$`)

// readCall reads a call: NAME, NAME(ARGUMENTS) or TYPE(ARGUMENTS).METHOD(ARGUMENTS).
func readCall(text string) (c call, ok bool) {
	name, args, rest := parenthesised(text)
	c = call{name: name, args: args}
	if method, found := strings.CutPrefix(rest, "."); found && args != nil {
		c.made = args
		method, c.args, rest = parenthesised(method)
		c.name += "." + method
	}
	return c, rest == "" && callName.MatchString(c.name)
}

// parenthesised cuts text after the parenthesis that closes the first one. args is
// nil if there is none.
func parenthesised(text string) (before string, args *string, after string) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return text, nil, ""
	}
	depth := 0
	for i := open; i < len(text); i++ {
		switch b := text[i]; b {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				inner := text[open+1 : i]
				return text[:open], &inner, text[i+1:]
			}
		case '"', '\'', '`':
			for i++; i < len(text) && text[i] != b; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return text, nil, ""
}

// confirmLine returns the call of the function that a file's confirm lines name.
func confirmLine(src []byte, function string) (call, bool) {
	for _, m := range directive.FindAllStringSubmatch(string(src), -1) {
		c, ok := readCall(m[2])
		if m[1] != "confirm" || !ok || c.args == nil {
			continue
		}
		_, method, _ := strings.Cut(c.name, ".")
		_, wanted, isMethod := strings.Cut(function, ".")
		if c.name == function || c.made != nil && isMethod && method == wanted { // in Go, a function makes the instance
			return c, true
		}
	}
	return call{}, false
}

// fixture matches the name of a fixture's file: its rule, its name, its promise.
var fixture = regexp.MustCompile(`^(?:(gl\d+)_)?(.+)_(bad|ok)\.(py|go)$`)

// Parse reads a target as it is given on the command line: a file, FILE::FUNCTION,
// a folder of fixtures, or PACKAGE.FUNCTION in Go.
func Parse(dir, word string) ([]*Target, error) {
	file, function, _ := strings.Cut(word, "::")
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, filepath.FromSlash(path))
	}
	info, err := os.Stat(path)
	if err != nil {
		if t := goTarget(dir, word); t != nil {
			return []*Target{t}, nil
		}
		return nil, fmt.Errorf("%s: there is no such file or folder", file)
	}
	if info.IsDir() {
		if function != "" {
			return nil, fmt.Errorf("%s is a folder; a function needs a file: FILE.py::%s", file, function)
		}
		return folder(path, file)
	}
	return fileTargets(path, file, function)
}

// folder takes the fixtures in a folder, or all files with a confirm line.
func folder(dir, shown string) (out []*Target, err error) {
	err = filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := e.Name()
		if e.IsDir() {
			if name != dir && (strings.HasPrefix(base, ".") || base == "__pycache__" || base == "venv" || base == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(base)
		if ext != ".py" && ext != ".go" {
			return nil
		}
		rel, _ := filepath.Rel(dir, name)
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !fixture.MatchString(base) && !slices.ContainsFunc(directive.FindAllStringSubmatch(string(text), -1), func(m []string) bool { return m[1] == "confirm" }) {
			return nil
		}
		list, err := fileTargets(name, filepath.ToSlash(filepath.Join(shown, rel)), "")
		out = append(out, list...)
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no fixture in it (NAME_bad.py, NAME_ok.go), and no file with a line \"greenlint: confirm\"", shown)
	}
	pair(out)
	return out, err
}

// pair gives each fixture its good form, where there is one beside it.
func pair(list []*Target) {
	byFile := map[string]*Target{}
	for _, t := range list {
		byFile[t.File] = t
	}
	for _, t := range list {
		if t.Expected == Confirmed {
			t.Good = byFile[strings.TrimSuffix(t.File, "_bad"+filepath.Ext(t.File))+"_ok"+filepath.Ext(t.File)]
		}
	}
}

// fileTargets takes one function of a file, those that its confirm lines name,
// or the file as a program.
func fileTargets(path, shown, function string) ([]*Target, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	base := Target{Name: shown, File: path, Language: "python", Roots: []string{filepath.Dir(path)}}
	switch filepath.Ext(path) {
	case ".py":
	case ".go":
		base.Language = "go"
		base.Loop = rules.GreenPool
	default:
		return nil, fmt.Errorf("%s is neither Python nor Go", shown)
	}
	if m := fixture.FindStringSubmatch(filepath.Base(path)); m != nil {
		base.Rule = strings.ToUpper(m[1])
		base.Expected = map[string]string{"bad": Confirmed, "ok": Refuted}[m[3]]
	}
	var calls []string
	rounds := 0
	for _, m := range directive.FindAllStringSubmatch(string(src), -1) {
		switch m[1] {
		case "confirm":
			calls = append(calls, m[2])
		case "loop":
			if base.Loop = rules.Loop(m[2]); !rules.KnownLoop(base.Loop) {
				return nil, fmt.Errorf("%s: unknown loop %q", shown, m[2])
			}
		case "engine":
			base.Native = m[2] == "cpython"
			if base.Native {
				break
			}
			if err := base.In(m[2]); err != nil {
				return nil, fmt.Errorf("%s: %w", shown, err)
			}
		case "soak":
			if rounds, err = strconv.Atoi(m[2]); err != nil || rounds < 1 {
				return nil, fmt.Errorf("%s: greenlint: soak %s: want a number of rounds", shown, m[2])
			}
		}
	}
	if base.Language == "python" {
		if base.Loop == "" { // a worker has said it
			base.Loop = GuessLoop(string(src))
		}
		base.Module, base.Path = module(path)
		if base.Module != "" {
			base.Roots = []string{base.Path[0]}
		}
	}
	var out []*Target
	for _, c := range calls {
		call, ok := readCall(c)
		if !ok {
			return nil, fmt.Errorf("%s: greenlint: confirm %s: want a call: task(\"a\", 1)", shown, c)
		}
		if function != "" && call.name != function {
			continue
		}
		t := base
		t.Func, t.Made, t.Args = call.name, call.made, call.args
		if len(calls) > 1 || function != "" {
			t.Name = shown + "::" + t.Func
		}
		out = append(out, &t)
	}
	if len(out) > 0 && rounds > 0 && function == "" {
		return Together(out, rounds, 1), nil
	}
	if len(out) > 0 {
		return out, nil
	}
	t := base
	t.Func = function
	if function != "" {
		t.Name = shown + "::" + function
	} else if t.Language == "go" || base.Expected != "" {
		t.Func = "task"
	} else {
		t.Module = ""
	}
	if rounds > 0 && function == "" {
		return Together([]*Target{&t}, rounds, 1), nil
	}
	return []*Target{&t}, nil
}

var (
	importsLoop = regexp.MustCompile(`(?m)^\s*(?:import|from)\s+(gevent|eventlet)\b`)
	patches     = regexp.MustCompile(`\b(?:patch_all|monkey_patch|patch_\w+)\s*\(`)
	isAsync     = regexp.MustCompile(`(?m)^\s*async\s+def\b`)
)

// GuessLoop tells a file's loop by what it imports; "" if by nothing.
func GuessLoop(src string) rules.Loop {
	if m := importsLoop.FindStringSubmatch(src); m != nil {
		return rules.Loop(m[1])
	}
	if isAsync.MatchString(src) {
		return rules.Asyncio
	}
	return ""
}

// module finds the dotted name of a file in a package, and the directory that
// has to be on sys.path.
func module(path string) (name string, dirs []string) {
	dir := filepath.Dir(path)
	name = strings.TrimSuffix(filepath.Base(path), ".py")
	inPackage := false
	for {
		if _, err := os.Stat(filepath.Join(dir, "__init__.py")); err != nil {
			break
		}
		inPackage = true
		name = filepath.Base(dir) + "." + name
		dir = filepath.Dir(dir)
	}
	if !inPackage {
		return "", []string{dir}
	}
	return strings.TrimSuffix(name, ".__init__"), []string{dir}
}

// goTarget reads "./pkg.Function" and "./pkg.Type.Method".
func goTarget(dir, word string) *Target {
	if strings.HasSuffix(word, ".go") || strings.HasSuffix(word, ".py") {
		return nil
	}
	// PACKAGE.FUNCTION, or PACKAGE.TYPE.METHOD.
	for i, dots := len(word), 0; dots < 2; dots++ {
		if i = strings.LastIndexByte(word[:i], '.'); i <= 0 || strings.HasSuffix(word[:i], "/") {
			return nil
		}
		pkg := filepath.Join(dir, filepath.FromSlash(word[:i]))
		if info, err := os.Stat(pkg); err == nil && info.IsDir() {
			return &Target{Name: word, Language: "go", Loop: rules.GreenPool, File: pkg, Func: word[i+1:], Roots: []string{pkg}}
		}
	}
	return nil
}
