//go:build linux

package gopool

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// build makes a program of a function below testdata.
func build(t *testing.T, path, name, args string) *Program {
	t.Helper()
	if testing.Short() {
		t.Skip("children take a while")
	}
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal("not run: the go command is not on the PATH")
		}
		t.Skip("not run: the go command is not on the PATH")
	}
	abs, err := filepath.Abs(path)
	require.NoError(t, err)
	p, err := (&Builder{Dir: t.TempDir()}).Build(t.Context(), Source{Path: abs, Func: name, Args: args})
	require.NoError(t, err)
	return p
}

// with is the program with a variable in its environment.
func (p *Program) with(variable string) *Program {
	c := *p
	c.env = append(slices.Clone(p.env), variable)
	return &c
}

// seen is the worst stall of a run in words, and the function that held.
func seen(r *Result) (what, where string) {
	switch {
	case strings.Contains(r.Output, "OS thread locking must match"):
		return "thread-lock", ""
	case r.Panic != "":
		return "panic", ""
	case len(r.Stalls) == 0:
		return "none", ""
	}
	what = string(r.Stalls[0].Class)
	if s := r.Stalls[0].Syscall; s != "" {
		what += " " + s
	}
	if len(r.Held) > 0 {
		for _, f := range r.Held[0].Frames {
			if strings.Contains(f.File, "kinds") {
				return what, f.File + ":" + strconv.Itoa(f.Line)
			}
		}
	}
	return what, ""
}

// judged runs a program until what is seen is among what is wanted, or is
// something else that a busy machine does not explain.
func judged(t *testing.T, p *Program, want string) (r *Result, where string) {
	t.Helper()
	for range 6 {
		var err error
		r, err = p.Run(t.Context(), Survey, t.TempDir(), 50*time.Millisecond, stall.Limits{Enough: time.Second})
		require.NoError(t, err)
		require.Empty(t, r.Error)
		what, where := seen(r)
		for w := range strings.SplitSeq(want, "|") {
			if what == w {
				return r, where
			}
		}
		t.Logf("%s, noisy: %v, %v %s", what, r.Noisy, r.Stalls, r.Output)
		if !r.Noisy && what != "none" {
			break
		}
	}
	t.Errorf("never %s", want)
	return r, ""
}

// TestKinds holds the loop in every way there is.
func TestKinds(t *testing.T) {
	p := build(t, "testdata/kinds", "Hold", "")
	for _, c := range []struct{ kind, want string }{
		{"Task.Sleep", "none"},
		{"Offload", "none"},
		{"computing, Yield", "none"},
		{"Queue", "none"},
		{"WithTimeout", "none"},
		{"green HTTP client", "none"},

		{"time.Sleep", "go-park sleep"},
		{"chan receive", "go-park chan receive"},
		{"chan send", "go-park chan send"},
		{"select", "go-park select"},
		{"select{}", "go-park select (no cases)"},
		{"ctx.Done", "go-park chan receive"},
		{"Mutex", "go-park sync.Mutex.Lock"},
		{"RWMutex", "go-park sync.RWMutex.Lock"},
		{"WaitGroup", "go-park sync.WaitGroup.Wait"},
		{"Cond", "go-park sync.Cond.Wait"},
		{"io.Pipe", "go-park select"},
		{"os.Pipe", "go-park IO wait"},
		{"FIFO, os.File", "go-park IO wait"},
		{"net.Conn.Read", "go-park IO wait"},
		{"net.Dial", "go-park IO wait"},
		{"http.Get", "go-park select"},

		{"syscall.Read", "raw-syscall read"},
		{"Flock", "raw-syscall flock"},
		{"Nanosleep", "raw-syscall nanosleep"},
		{"RawSyscall", "raw-syscall nanosleep"},
		{"Poll", "raw-syscall ppoll"},
		{"Select", "raw-syscall pselect6|raw-syscall select"},
		{"EpollWait", "raw-syscall epoll_pwait|raw-syscall epoll_wait"},
		{"Accept", "raw-syscall accept4|raw-syscall accept"},
		{"blocking socket", "raw-syscall read"},
		{"Wait4", "raw-syscall wait4"},
		{"exec", "raw-syscall waitid"},
		{"ReadFile of a FIFO", "raw-syscall openat"},
		{"fsync", "none|disk fsync|raw-syscall fsync|cpu"}, // the disk decides

		{"tight loop", "cpu"},
		{"loop with clock", "cpu"},
		{"regexp", "cpu"},
		{"sha256", "cpu"},
		{"sort", "cpu"},
		{"json.Marshal", "cpu"},

		{"LockOSThread", "thread-lock"},
		{"panic", "panic"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			if c.want != "cpu" { // which wants a processor for itself
				t.Parallel()
			}
			_, where := judged(t, p.with("HOLD="+c.kind), c.want)
			// No stack can be taken of a thread that went into the kernel without
			// telling Go's scheduler.
			if kind, _, _ := strings.Cut(c.want, " "); kind != "none" && kind != "thread-lock" && kind != "panic" && c.kind != "RawSyscall" && !strings.Contains(c.want, "|") {
				require.Contains(t, where, "kinds.go:")
			}
		})
	}
	t.Run("runtime.GC", func(t *testing.T) { // stops for moments, and is nobody's wait
		judged(t, p.with("HOLD=runtime.GC"), "none|cpu|go-park|go-park GC sweep wait|go-park GC worker (active)|go-park wait for GC cycle|go-park semacquire")
	})
}

func TestKindsInC(t *testing.T) {
	if _, err := exec.LookPath("cc"); err != nil {
		if _, err := exec.LookPath("gcc"); err != nil {
			if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
				t.Fatal("not run: there is no C compiler")
			}
			t.Skip("not run: there is no C compiler")
		}
	}
	p := build(t, "testdata/ckinds", "Hold", "")
	for kind, want := range map[string]string{
		"usleep":    "cgo clock_nanosleep|cgo nanosleep",
		"sem_wait":  "cgo futex|cgo",
		"computing": "cgo",
	} {
		t.Run(kind, func(t *testing.T) {
			_, where := judged(t, p.with("HOLD="+kind), want)
			require.Contains(t, where, "ckinds.go:")
		})
	}
}

// TestHostile judges processes that do what they can against it: each comes to an
// end that can be told, and nothing is left.
func TestHostile(t *testing.T) {
	p := build(t, "testdata/hostile", "Act", "")
	for act, want := range map[string]stall.End{
		"endless loop":         stall.CutShort,
		"endless and green":    stall.TooLong,
		"fatal throw":          stall.Died,
		"deaf to signals":      stall.CutShort,
		"fork bomb":            stall.TooMany,
		"memory":               stall.TooBig,
		"memory at once":       stall.TooBig,
		"exit":                 stall.Died,
		"kills itself":         stall.Died,
		"kills its group":      stall.Died,
		"stops itself":         stall.CutShort,
		"daemon":               stall.Ended,
		"prints for ever":      stall.TooLong,
		"closes everything":    stall.Died,
		"writes over the page": stall.NoStart,
		"shrinks the page":     stall.Unwatched,
	} {
		t.Run(act, func(t *testing.T) {
			t.Setenv("ACT", act)
			mark := "GREENLINT_TEST_ACT=" + t.Name()
			name, value, _ := strings.Cut(mark, "=")
			t.Setenv(name, value)
			limits := stall.Limits{Start: 10 * time.Second, Run: 4 * time.Second, Enough: time.Second, Processes: 40, Memory: 500 << 20}
			if want == stall.TooMany || want == stall.TooBig { // memory is had at any speed
				limits.Run, limits.Enough = 30*time.Second, 30*time.Second
			}
			r, err := p.Run(t.Context(), Judged, t.TempDir(), 50*time.Millisecond, limits)
			require.NoError(t, err)
			require.Equal(t, want, r.End, "%+v", r.Run)
			require.Empty(t, living(mark), "processes that are left")
		})
	}
}

// living lists the processes that have a variable, zombies left out, and this one.
func living(mark string) (out []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range all {
		env, err := os.ReadFile(name)
		if err == nil && strings.Contains("\x00"+string(env), "\x00"+mark+"\x00") && filepath.Dir(name) != "/proc/"+strconv.Itoa(os.Getpid()) {
			out = append(out, name)
		}
	}
	return out
}

// TestForeignModule runs functions of a module that does not require greenlint,
// is of an older language and has tests that don't compile, where there is no
// network, and looks that nothing of it has changed.
func TestForeignModule(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, os.DirFS("testdata/foreign")))
	before := tree(t, root)
	t.Setenv("GOPROXY", "off")
	dir := filepath.Join(root, "feeds")

	p := build(t, dir, "Loops", "nil, 250000000")
	_, where := seenIn(t, p, "go-park sleep")
	require.Equal(t, filepath.Join(dir, "feeds.go")+":29", where)
	p = build(t, dir, "Client.Send", "")
	_, where = seenIn(t, p, "go-park sync.Mutex.Lock")
	require.Equal(t, filepath.Join(dir, "feeds.go")+":18", where)
	require.Equal(t, before, tree(t, root))

	// A vendor directory, and a workspace that the module is not part of.
	require.NoError(t, os.Mkdir(filepath.Join(root, "vendor"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(root, "vendor/modules.txt"), nil, 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.work"), []byte("go 1.20\n"), 0o666))
	build(t, dir, "Client.Send", "")

	for name, want := range map[string]string{"Nothing": "undefined: Nothing", "2": `"2" is no name`} {
		_, err := (&Builder{Dir: t.TempDir()}).Build(t.Context(), Source{Path: dir, Func: name})
		require.ErrorContains(t, err, want)
	}
}

// TestLoneFile runs a file that lies in no module.
func TestLoneFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lone.go")
	require.NoError(t, os.WriteFile(file, []byte(`package lone

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	t.Yield()
	time.Sleep(250 * time.Millisecond)
}
`), 0o666))
	_, where := seenIn(t, build(t, file, "task", ""), "go-park sleep")
	require.Equal(t, file+":11", where)
}

// TestTogether runs functions that are compiled into one program, and shows which
// can be.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
		return name
	}
	const sleeps = "package p\n\nimport \"time\"\n\nfunc task(d time.Duration) { time.Sleep(d) }\n"
	a := Source{Path: file("a.go", sleeps), Func: "task", Args: "250000000"}
	b := Source{Path: file("b.go", sleeps), Func: "task", Args: "0"}
	other := Source{Path: a.Path, Func: "task", Args: "0"}
	var apart []Source
	for name, text := range map[string]string{
		"init":     "package p\n\nfunc init() {}\n",
		"variable": "package p\n\nvar x = f()\n",
		"main":     "package main\n",
		"cgo":      "package p\n\nimport \"C\"\n",
		"broken":   "package p\n\nfunc {\n",
	} {
		apart = append(apart, Source{Path: file(name+".go", text), Func: "task"})
	}
	folder := []Source{{Path: dir, Func: "One"}, {Path: dir, Func: "Two"}}
	got := Batches(slices.Concat([]Source{a, b}, apart, folder, []Source{other, a}))
	want := [][]Source{{a, b, other}}
	for _, s := range apart {
		want = append(want, []Source{s})
	}
	require.Equal(t, append(want, folder), got)

	build(t, a.Path, "task", "0") // skips where there is no go command
	list, err := (&Builder{Dir: t.TempDir()}).Together(t.Context(), got[0])
	require.NoError(t, err)
	for i, what := range []string{"go-park sleep", "none", "none"} {
		_, where := seenIn(t, list[i], what)
		if what != "none" {
			require.Equal(t, a.Path+":5", where)
		}
	}
}

// TestReceivers makes what has a method, as the package does or with nothing in it.
func TestReceivers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clients.go")
	require.NoError(t, os.WriteFile(file, []byte(`package clients

import "time"

type Client struct{ d time.Duration }

func NewClient() (*Client, error) { return &Client{250 * time.Millisecond}, nil }

func With(d time.Duration) Client { return Client{d} }

func (c Client) Send() { time.Sleep(c.d) }

type Zero struct{ d time.Duration }

func NewZero(d time.Duration) *Zero { panic("it wants to be told") }

func (z *Zero) Send() { time.Sleep(z.d) }
`), 0o666))
	build(t, file, "Zero.Send", "") // skips where there is no go command
	for _, s := range []Source{{Func: "Client.Send"}, {Func: "With.Send", Made: "(250 * 1e6)"}, {Func: "NewClient.Send", Made: "()"}, {Func: "Zero.Send"}, {Func: "With.Send", Made: "(0)"}} {
		s.Path = file
		p, err := (&Builder{Dir: t.TempDir()}).Build(t.Context(), s)
		require.NoError(t, err)
		want := "go-park sleep"
		if s.Func == "Zero.Send" || s.Made == "(0)" {
			want = "none"
		}
		seenIn(t, p, want)
	}
}

// seenIn is judged for code that lies elsewhere.
func seenIn(t *testing.T, p *Program, want string) (r *Result, where string) {
	t.Helper()
	r, _ = judged(t, p, want)
	for _, g := range r.Held {
		for _, f := range g.Frames {
			if strings.HasPrefix(f.File, p.Dir) {
				return r, f.File + ":" + strconv.Itoa(f.Line)
			}
		}
	}
	return r, ""
}

// tree is a directory's names and contents.
func tree(t *testing.T, root string) map[string]string {
	out := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(root, path))
		out[path] = string(b)
		return err
	}))
	return out
}

// TestConstrain shows how a file's constraints change.
func TestConstrain(t *testing.T) {
	for was, want := range map[string]string{
		"// Doc.\npackage p\n":                          "//go:build go1.26\n\n// Doc.\npackage p\n",
		"//go:build linux\n\npackage p\n":               "//go:build (linux) && go1.26\n\npackage p\n",
		"// Text.\n\n//go:build !purego\n\npackage p\n": "// Text.\n\n//go:build (!go1.1) && go1.26\n\npackage p\n",
		"package p\n\n//go:build no\n":                  "//go:build go1.26\n\npackage p\n\n//go:build no\n",
	} {
		require.Equal(t, want, string(constrain([]byte(was))))
	}
}

// TestWithoutProc lets Go's runtime tell alone how the loop was held, as where
// there is no /proc.
func TestWithoutProc(t *testing.T) {
	p := build(t, "testdata/kinds", "Hold", "")
	p.blind = true
	for kind, want := range map[string]string{
		"Task.Sleep": "none", "time.Sleep": "go-park sleep", "Mutex": "go-park sync.Mutex.Lock", "http.Get": "go-park select",
		"syscall.Read": "raw-syscall", "exec": "raw-syscall", "tight loop": "cpu",
	} {
		t.Run(kind, func(t *testing.T) {
			_, where := judged(t, p.with("HOLD="+kind), want)
			if want != "none" {
				require.Contains(t, where, "kinds.go:")
			}
		})
	}
}

// TestTurns has the times of each task, the harness's own left out.
func TestTurns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "turns.go")
	require.NoError(t, os.WriteFile(file, []byte(`package turns

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	other := t.Go("other", func(t *green.Task) error { return t.Sleep(5 * time.Millisecond) })
	t.Sleep(time.Millisecond)
	other.Join(t)
}
`), 0o666))
	p := build(t, file, "task", "")
	r, err := p.Run(t.Context(), Survey, t.TempDir(), 50*time.Millisecond, stall.Limits{})
	require.NoError(t, err)
	var order []int
	for i, turn := range r.Turns {
		order = append(order, turn.Task)
		require.LessOrEqual(t, turn.From, turn.To)
		require.True(t, i == 0 || r.Turns[i-1].To <= turn.From, "%v", r.Turns)
	}
	require.Equal(t, []int{0, 1, 0, 1, 0}, order)
	r, err = p.Run(t.Context(), Judged, t.TempDir(), 50*time.Millisecond, stall.Limits{})
	require.NoError(t, err)
	require.Empty(t, r.Turns)
}
