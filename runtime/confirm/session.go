package confirm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/cpython"
	"github.com/greenlint/greenlint/runtime/gopool"
	"github.com/greenlint/greenlint/runtime/stall"
)

// DefaultFloor is the least stall that counts. A loop that stands still for less
// is seldom noticed, and on a busy machine seldom to be told from noise.
const DefaultFloor = 50 * time.Millisecond

// Options are what a user may say about how to confirm. The zero value works.
type Options struct {
	Python string        // the interpreter to use, or a virtual environment; "" = look for one
	Dirs   []string      // where virtual environments are looked for
	Floor  time.Duration // the least stall that counts; zero = [DefaultFloor]
	Limits stall.Limits
	Dir    string // working directory of the tasks; "" = an empty one for each run
	Args   *string
}

// A Session confirms targets with the same interpreters and peers. It is safe
// for use by several goroutines.
type Session struct {
	o       Options
	pythons []*cpython.Interpreter
	peers   *Peers
	tmp     string
	ctx     context.Context // of the session: what several targets share outlives each of them

	built map[gopool.Source]func() (map[gopool.Source]*gopool.Program, error) // batches, compiled when the first is wanted
	alone sync.RWMutex                                                        // held for reading by fixtures, for writing by others
}

// NewSession looks for engines. Close ends it.
func NewSession(ctx context.Context, o Options) (*Session, error) {
	if o.Floor == 0 {
		o.Floor = DefaultFloor
	}
	found, err := cpython.Find(ctx, cpython.Where{Python: o.Python, Dirs: o.Dirs})
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "greenlint-confirm-")
	if err != nil {
		return nil, err
	}
	return &Session{
		o: o, pythons: found, peers: &Peers{dir: tmp}, tmp: tmp, ctx: ctx,
		built: map[gopool.Source]func() (map[gopool.Source]*gopool.Program, error){},
	}, nil
}

// Close ends the peers and removes what the session has written.
func (s *Session) Close() {
	s.peers.Close()
	os.RemoveAll(s.tmp)
}

// ConfirmAll confirms the targets and hands over each verdict, in the order of
// the list. Fixtures run beside each other, two for each processor, since most of
// a run is waiting; one that the machine is then too busy for is run again, alone.
// A user's own tasks run one at a time: one may hold the lock, the port or the file
// that another waits for.
func (s *Session) ConfirmAll(ctx context.Context, list []*Target, each func(*Target, Verdict) error) error {
	s.together(list)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		v   Verdict
		err error
	}
	answers := make([]chan answer, len(list))
	for i := range answers {
		answers[i] = make(chan answer, 1)
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	for range min(len(list), 2*runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(list); i = next.Add(1) - 1 {
				v, err := Verdict{busy: true}, error(nil)
				if list[i].Expected != "" {
					s.alone.RLock()
					v, err = s.Confirm(ctx, list[i])
					s.alone.RUnlock()
				}
				if v.busy && err == nil {
					s.alone.Lock()
					v, err = s.Confirm(ctx, list[i])
					s.alone.Unlock()
				}
				answers[i] <- answer{v, err}
			}
		})
	}
	for i, t := range list {
		a := <-answers[i]
		if a.err != nil {
			return a.err
		}
		if err := each(t, a.v); err != nil {
			return err
		}
	}
	return nil
}

// Confirm runs the target until its verdict is known. An error is for what has
// nothing to do with the target: the context's end, a disk that is full.
func (s *Session) Confirm(ctx context.Context, t *Target) (Verdict, error) {
	if t.Soak != nil {
		v, err := s.confirmSoak(ctx, t)
		if err == nil {
			err = ctx.Err()
		}
		return v, err
	}
	v, err := s.confirm(ctx, t)
	if err != nil || v.Verdict != Inconclusive || !v.astray {
		return v, err
	}
	for _, n := range t.Nearer {
		switch w, err := s.confirm(ctx, n); {
		case err != nil:
			return v, err
		case w.Verdict == Confirmed:
			w.Target = t.Name
			w.Called = n.Func
			return w, nil
		}
	}
	return v, nil
}

func (s *Session) confirm(ctx context.Context, t *Target) (Verdict, error) {
	engine, run, err := s.engine(ctx, t)
	if err != nil {
		v := inconclusive(Verdict{}, "%s", err)
		v.Target, v.Rule, v.Engine, v.Expected = t.Name, t.Rule, NoEngine, t.Expected
		return v, nil
	}
	v, err := judge(ctx, t, run)
	if v.first != nil && v.first.refused != "" {
		engine = NoEngine
	}
	v.Target, v.Rule, v.Engine, v.Expected = t.Name, t.Rule, engine, t.Expected
	if err == nil {
		err = ctx.Err()
	}
	return v, err
}

// engine picks what can run the target: its name, and how.
func (s *Session) engine(ctx context.Context, t *Target) (string, runner, error) {
	if t.Language == "go" {
		return s.goEngine(ctx, t)
	}
	switch t.Loop {
	case rules.Gevent, rules.Eventlet, rules.Asyncio:
	case "":
		return "", nil, errors.New("it is not known which loop this runs on; --loop says so")
	default:
		return "", nil, fmt.Errorf("there is no engine for the loop %s", t.Loop)
	}
	if t.Worker != "" {
		for _, i := range s.pythons {
			if i.HasWorker(t.Worker) {
				return t.Worker, s.python(i, t), nil
			}
		}
		w := cpython.Workers[t.Worker]
		return "", nil, fmt.Errorf("no Python with %s and %s was found (looked at %s); --python names one", w.Library, w.Loop, s.looked())
	}
	if i := cpython.Choose(s.pythons, string(t.Loop)); i != nil {
		return i.Name(string(t.Loop)), s.python(i, t), nil
	}
	if !t.Native {
		if name, run, ok := s.embedded(t); ok {
			return name, run, nil
		}
	}
	if len(s.pythons) == 0 {
		return "", nil, errors.New("no Python was found; --python names one")
	}
	return "", nil, fmt.Errorf("no Python with %s was found (looked at %s); --python names one", t.Loop, s.looked())
}

func (s *Session) looked() string {
	var out []string
	for _, i := range s.pythons {
		out = append(out, i.Path)
	}
	return strings.Join(out, ", ")
}

// python returns the runner for a real interpreter.
func (s *Session) python(i *cpython.Interpreter, t *Target) runner {
	return func(ctx context.Context, k kind, preload []string) (*trial, error) {
		dir, remove, err := s.workDir(t)
		if err != nil {
			return nil, err
		}
		defer remove()
		task := cpython.Task{Worker: t.Worker, Patch: t.Patch, Dir: dir, Preload: preload, Attribute: k == survey, Floor: s.o.Floor, Limits: t.limits()}
		if k == survey && t.Line > 0 {
			task.ReachFile, task.Reach = t.SinkFile, [2]int{t.Line, t.EndLine}
		}
		from := t
		switch {
		case k == control && t.Good != nil:
			from = t.Good
			task.Preload = nil
		case k == control && t.Symbol != "" && t.Func != "":
			task.Control, task.Symbol = cpython.Replace, t.Symbol
		case k == control || k == idle:
			return s.idle(ctx, i, t, dir)
		case k == plain:
			task.Control = cpython.Plain
			if f := t.passing; f != nil {
				task.ReachFile, task.Reach = f.File, [2]int{f.Line, f.Line}
			}
			task.Limits.Run = min(task.Limits.Run, 5*time.Second)
		}
		task.Loop, task.File, task.Module, task.Func, task.Path = string(from.Loop), from.File, from.Module, from.Func, from.Path
		args := from.Args
		if args == nil {
			args = s.o.Args
		}
		if task.Args, err = s.fill(args); err == nil {
			task.Made, err = s.fill(from.Made)
		}
		if err != nil {
			return &trial{refused: err.Error()}, nil
		}
		if task.Worker != "" {
			if task.Box, err = os.MkdirTemp(s.tmp, "box-"); err != nil {
				return nil, err
			}
			defer os.RemoveAll(task.Box)
		}
		if t.hook != nil {
			undo, err := t.hook(ctx, k, dir, &task)
			if err != nil {
				return nil, err
			}
			defer undo()
		}
		r, err := i.Run(ctx, task)
		if err != nil {
			return nil, err
		}
		x := fromPython(r)
		if task.Control == cpython.Replace && !x.replaced {
			return s.idle(ctx, i, t, dir)
		}
		return x, nil
	}
}

// fill starts the peers that a text asks for; nil stays nil.
func (s *Session) fill(text *string) (*string, error) {
	if text == nil {
		return nil, nil
	}
	filled, err := s.peers.Fill(*text)
	return &filled, err
}

// idle runs nothing but the loop's own sleep.
func (s *Session) idle(ctx context.Context, i *cpython.Interpreter, t *Target, dir string) (*trial, error) {
	name := filepath.Join(dir, "greenlint_idle.py")
	if err := os.WriteFile(name, []byte("def task():\n    pass\n"), 0o666); err != nil {
		return nil, err
	}
	defer os.Remove(name)
	box, err := os.MkdirTemp(s.tmp, "box-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(box)
	r, err := i.Run(ctx, cpython.Task{
		Loop: string(t.Loop), Worker: t.Worker, Box: box, File: name, Func: "task", Dir: dir, Patch: true, Control: cpython.Sleep, Floor: s.o.Floor, Limits: t.limits(),
	})
	if err != nil {
		return nil, err
	}
	return fromPython(r), nil
}

// workDir is where a task runs: an empty directory of its own, unless the user
// has named one.
func (s *Session) workDir(t *Target) (string, func(), error) {
	for _, d := range []string{t.Dir, s.o.Dir} {
		if d != "" {
			return d, func() {}, nil
		}
	}
	dir, err := os.MkdirTemp(s.tmp, "run-")
	return dir, func() { os.RemoveAll(dir) }, err
}

func fromPython(r *cpython.Result) *trial {
	x := &trial{Run: r.Run, refused: r.Refused, raised: pythonProblem(r.Raised), load: pythonProblem(r.Load), modules: r.Modules, siblings: r.Siblings, reached: r.Reached, replaced: r.Replaced}
	var later [][]Frame
	for _, st := range r.Stalls {
		all := cpython.ReadTracebacks(st.Traceback)
		x.stacks = append(x.stacks, nil)
		for i, frames := range all {
			if i == 0 {
				x.stacks[len(x.stacks)-1] = pythonFrames(frames)
			} else {
				later = append(later, common(pythonFrames(all[i-1]), pythonFrames(frames)))
			}
		}
	}
	x.stacks = append(x.stacks, later...)
	for _, t := range r.Turns {
		x.turns = append(x.turns, Turn(t))
	}
	return x
}

func firstStack(text string) []Frame {
	if all := cpython.ReadTracebacks(text); len(all) > 0 {
		return pythonFrames(all[0])
	}
	return nil
}

// common is the stack that two looks have seen: the frames of the second from the
// first one on, in calling order, that the loop has not left or has come back to.
func common(first, second []Frame) []Frame {
	i, j := len(first), len(second)
	for i > 0 && j > 0 && first[i-1] == second[j-1] {
		i, j = i-1, j-1
	}
	return second[j:]
}

func pythonProblem(e *cpython.Exception) *problem {
	if e == nil {
		return nil
	}
	return &problem{e.Type, e.Text, pythonFrames(e.Frames), e.Patching}
}

func pythonFrames(list []cpython.Frame) (out []Frame) {
	for _, f := range list {
		out = append(out, Frame(f))
	}
	return out
}
