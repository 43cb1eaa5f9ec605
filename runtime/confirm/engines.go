package confirm

import (
	"context"
	"strings"
	"sync"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/gopool"
	"github.com/greenlint/greenlint/runtime/gpy"
	"github.com/greenlint/greenlint/runtime/stall"
)

// goSource is the target as the Go engine's builder has it.
func (s *Session) goSource(t *Target) (gopool.Source, error) {
	args := t.Args
	if args == nil {
		args = s.o.Args
	}
	source := gopool.Source{Path: t.File, Func: t.Func}
	made, err := s.fill(t.Made)
	if err != nil {
		return source, err
	}
	if made != nil {
		source.Made = "(" + *made + ")"
	}
	if args, err = s.fill(args); args != nil {
		source.Args = *args
	}
	return source, err
}

// together lets the Go targets of a list be compiled together where they can be,
// as soon as the first of them is wanted: most of the time goes into the linker.
func (s *Session) together(list []*Target) {
	var sources []gopool.Source
	for _, t := range list {
		for _, t := range []*Target{t, t.Good} {
			if t == nil || t.Language != "go" {
				continue
			}
			calls := []*Target{t}
			if t.Soak != nil {
				calls = t.calls()
			}
			for _, c := range calls {
				if source, err := s.goSource(c); err == nil {
					sources = append(sources, source)
				}
			}
		}
	}
	b := &gopool.Builder{Dir: s.tmp}
	for _, batch := range gopool.Batches(sources) {
		built := sync.OnceValues(func() (map[gopool.Source]*gopool.Program, error) {
			list, err := b.Together(s.ctx, batch)
			out := map[gopool.Source]*gopool.Program{}
			for i, p := range list {
				out[batch[i]] = p
			}
			return out, err
		})
		for _, source := range batch {
			s.built[source] = built
		}
	}
}

// build compiles a Go target.
func (s *Session) build(ctx context.Context, t *Target) (*gopool.Program, error) {
	source, err := s.goSource(t)
	if err != nil {
		return nil, err
	}
	list, err := s.buildAll(ctx, []gopool.Source{source})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// buildAll compiles sources that can be in one program, by themselves if they are
// in no batch or the batch can't be compiled.
func (s *Session) buildAll(ctx context.Context, sources []gopool.Source) (out []*gopool.Program, err error) {
	if built := s.built[sources[0]]; built != nil {
		if all, err := built(); err == nil {
			for _, source := range sources {
				out = append(out, all[source])
			}
			return out, nil
		}
	}
	return (&gopool.Builder{Dir: s.tmp}).Together(ctx, sources)
}

// goEngine runs a Go function under the green pool.
func (s *Session) goEngine(ctx context.Context, t *Target) (string, runner, error) {
	program, err := s.build(ctx, t)
	if err != nil {
		return "", nil, err
	}
	return "gopool", func(ctx context.Context, k kind, _ []string) (*trial, error) {
		dir, remove, err := s.workDir(t)
		if err != nil {
			return nil, err
		}
		defer remove()
		mode, p := gopool.Judged, program
		switch k {
		case survey:
			mode = gopool.Survey
		case control, idle:
			mode = gopool.Idle
			if k == control && t.Good != nil {
				if good, err := s.build(ctx, t.Good); err == nil {
					mode, p = gopool.Judged, good
				}
			}
		case plain:
			return &trial{refused: "there is no run without the loop"}, nil
		}
		r, err := p.Run(ctx, mode, dir, s.o.Floor, t.limits())
		if err != nil {
			return nil, err
		}
		return fromGo(r), nil
	}, nil
}

func fromGo(r *gopool.Result) *trial {
	x := &trial{Run: r.Run, refused: r.Error, reached: true}
	if r.Panic != "" {
		x.raised = &problem{name: "panic", text: r.Panic, frames: goFrames(r.Stack)}
	}
	for _, g := range r.Held {
		x.stacks = append(x.stacks, goFrames(g.Frames))
	}
	for _, t := range r.Turns {
		x.turns = append(x.turns, Turn(t))
	}
	if strings.Contains(r.Output, "OS thread locking must match") {
		x.fatal = stall.ThreadLock
		x.Output = "fatal error: coro: OS thread locking must match locking at coroutine creation"
	}
	return x
}

func goFrames(list []gopool.Frame) (out []Frame) {
	for _, f := range list {
		out = append(out, Frame(f))
	}
	return out
}

// embedded runs a fixture on the interpreter that is built in. It knows two
// loops and a small language; a fixture that needs more is refused with the
// reason.
func (s *Session) embedded(t *Target) (string, runner, bool) {
	if t.Loop != rules.Gevent && t.Loop != rules.Eventlet || t.Func == "" || t.Module != "" {
		return "", nil, false
	}
	return "gpy+" + string(t.Loop), func(ctx context.Context, k kind, _ []string) (*trial, error) {
		dir, remove, err := s.workDir(t)
		if err != nil {
			return nil, err
		}
		defer remove()
		from := t
		if k == control && t.Good != nil && !t.Good.Native {
			from = t.Good
		}
		task := gpy.Task{Loop: string(t.Loop), File: from.File, Func: from.Func, Survey: k == survey, Plain: k == plain}
		task.Idle = k == idle || k == control && from == t
		if args := from.Args; args != nil || s.o.Args != nil {
			if args == nil {
				args = s.o.Args
			}
			if task.Args, err = s.peers.Fill(*args); err != nil {
				return &trial{refused: err.Error()}, nil
			}
		}
		r, err := gpy.Run(ctx, task, dir, s.o.Floor, t.limits())
		if err != nil {
			return nil, err
		}
		x := &trial{Run: r.Run, refused: r.Needs}
		if e := r.Raised; e != nil {
			x.raised = &problem{name: e.Type, text: e.Text}
			if e.File != "" {
				x.raised.frames = []Frame{{File: e.File, Line: e.Line}}
			}
		}
		for _, st := range r.Stalls {
			x.stacks = append(x.stacks, firstStack(st.Traceback))
		}
		return x, nil
	}, true
}
