package confirm

import (
	"context"
	"strings"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/cpython"
	"github.com/greenlint/greenlint/runtime/gopool"
	"github.com/greenlint/greenlint/runtime/gpy"
	"github.com/greenlint/greenlint/runtime/stall"
)

// goEngine runs a Go function under the green pool.
func (s *Session) goEngine(ctx context.Context, t *Target) (string, runner, error) {
	b := &gopool.Builder{Dir: s.tmp}
	build := func(t *Target) (*gopool.Program, error) {
		source := gopool.Source{Path: t.File, Func: t.Func}
		args := t.Args
		if args == nil {
			args = s.o.Args
		}
		if args != nil {
			text, err := s.peers.Fill(*args)
			if err != nil {
				return nil, err
			}
			source.Args = text
		}
		return b.Build(ctx, source)
	}
	program, err := build(t)
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
				if good, err := build(t.Good); err == nil {
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
		x := &trial{Run: r.Run, refused: r.Error, reached: true}
		if r.Panic != "" {
			x.raised = &problem{name: "panic", text: r.Panic, frames: goFrames(r.Stack)}
		}
		for _, g := range r.Held {
			x.stacks = append(x.stacks, goFrames(g.Frames))
		}
		if strings.Contains(r.Output, "OS thread locking must match") {
			x.fatal = stall.ThreadLock
			x.Output = "fatal error: coro: OS thread locking must match locking at coroutine creation"
		}
		return x, nil
	}, nil
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
			x.stacks = append(x.stacks, pythonFrames(cpython.ReadTraceback(st.Traceback)))
		}
		return x, nil
	}, true
}
