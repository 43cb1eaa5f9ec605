package green

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSemanticsAreGevents runs testdata/semantics.py under gevent and the same
// scenarios here, and compares what happened in which order.
func TestSemanticsAreGevents(tt *testing.T) {
	python, err := pythonWith("gevent")
	if err != nil {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			tt.Fatal(err)
		}
		tt.Skip("not compared with gevent:", err)
	}
	text, err := exec.Command(python, "-W", "ignore", "testdata/semantics.py").Output()
	if err != nil {
		tt.Fatal(err)
	}
	want := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		name, events, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[name] = events
	}
	for name, scenario := range scenarios {
		tt.Run(name, func(tt *testing.T) {
			theirs, ok := want[name]
			if !ok {
				tt.Fatal("not among gevent's scenarios")
			}
			delete(want, name)
			var tr trace
			run(tt, func(t *Task) error { return scenario(t, &tr) })
			tr.want(tt, theirs)
		})
	}
	for name := range want {
		tt.Errorf("%s is run under gevent only", name)
	}
}

// pythonWith finds an interpreter that has a module: the one that
// GREENLINT_PYTHON names, or one on the path.
func pythonWith(module string) (string, error) {
	for _, python := range []string{os.Getenv("GREENLINT_PYTHON"), "python3", "python"} {
		if python != "" && exec.Command(python, "-c", "import "+module).Run() == nil {
			return python, nil
		}
	}
	return "", fmt.Errorf("no Python with %s: set GREENLINT_PYTHON to one", module)
}

// py writes a value as Python does.
func py(v any) string {
	switch v := v.(type) {
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case []int:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
	}
	return fmt.Sprint(v)
}

const ms = time.Millisecond

var scenarios = map[string]func(*Task, *trace) error{
	"turns": func(t *Task, tr *trace) error {
		var hs []*Handle
		for _, name := range []string{"a", "b", "c"} {
			hs = append(hs, t.Go(name, func(t *Task) error {
				for i := range 3 {
					tr.add("%s%d", name, i)
					t.Yield()
				}
				return nil
			}))
		}
		tr.add("main")
		return JoinAll(t, hs...)
	},
	"sleep_order": func(t *Task, tr *trace) error {
		var hs []*Handle
		for _, n := range []time.Duration{60, 20, 40} {
			hs = append(hs, t.Go("sleeper", func(t *Task) error {
				err := t.Sleep(n * ms)
				tr.add("%d", n)
				return err
			}))
		}
		return JoinAll(t, hs...)
	},
	"kill_during_sleep": func(t *Task, tr *trace) error {
		h := t.Go("sleeper", func(t *Task) error {
			defer tr.add("cleaned")
			err := t.Sleep(time.Hour)
			if err == nil {
				tr.add("slept")
			} else if errors.Is(err, ErrKilled) {
				tr.add("killed")
			}
			return err
		})
		t.Yield()
		KillAll(t, nil, h)
		tr.add("%s", py(h.Ended()))
		return nil
	},
	"kill_before_start": func(t *Task, tr *trace) error {
		h := t.Go("never", func(t *Task) error { tr.add("began"); return nil })
		KillAll(t, nil, h)
		tr.add("%s", py(h.Ended()))
		return nil
	},
	"kill_spares_children": func(t *Task, tr *trace) error {
		var kid *Handle
		h := t.Go("parent", func(t *Task) error {
			tr.add("parent")
			kid = t.Go("child", func(t *Task) error {
				err := t.Sleep(10 * ms)
				tr.add("child")
				return err
			})
			return t.Sleep(time.Hour)
		})
		t.Yield()
		h.Kill(nil)
		return kid.Join(t)
	},
	"join_order": func(t *Task, tr *trace) error {
		var hs []*Handle
		for _, n := range []int{9, 1, 5} {
			hs = append(hs, t.Go(fmt.Sprint(n), func(t *Task) error {
				for range n {
					t.Yield()
				}
				return nil
			}))
		}
		for h, err := range Completed(t, hs...) {
			if err != nil {
				return err
			}
			tr.add("%s", h.Name())
		}
		return nil
	},
	"joiners_in_order": func(t *Task, tr *trace) error {
		h := t.Go("sleeper", func(t *Task) error { return t.Sleep(10 * ms) })
		var hs []*Handle
		for i := range 4 {
			hs = append(hs, t.Go("joiner", func(t *Task) error {
				err := h.Join(t)
				tr.add("%d", i)
				return err
			}))
		}
		return JoinAll(t, hs...)
	},
	"join_with_timeout": func(t *Task, tr *trace) error {
		h := t.Go("sleeper", func(t *Task) error { return t.Sleep(time.Hour) })
		Within(t, 10*ms, h.Join)
		tr.add("%s", py(h.Ended()))
		return nil
	},
	"error_reaches_get": func(t *Task, tr *trace) error {
		f := Start(t, "bad", func(t *Task) (int, error) { return 0, errors.New("boom") })
		_, err := f.Get(t)
		tr.add("%v", err)
		tr.add("%s", py(f.Ready()))
		return nil
	},
	"inner_timeout": func(t *Task, tr *trace) error {
		inner, outer := errors.New("inner"), errors.New("outer")
		t, end := t.WithTimeoutCause(time.Hour, outer)
		defer end()
		i, endInner := t.WithTimeoutCause(10*ms, inner)
		tr.add("%v", i.Sleep(time.Hour))
		endInner()
		if t.Yield() == nil {
			tr.add("on")
		}
		return nil
	},
	"outer_timeout": func(base *Task, tr *trace) error {
		inner, outer := errors.New("inner"), errors.New("outer")
		t, end := base.WithTimeoutCause(10*ms, outer)
		i, endInner := t.WithTimeoutCause(time.Hour, inner)
		tr.add("%v", i.Sleep(time.Hour))
		endInner()
		end()
		if base.Yield() == nil {
			tr.add("on")
		}
		return nil
	},
	"queue_order":   func(t *Task, tr *trace) error { return getters(t, tr, -1, 0, 1, 2) },
	"killed_getter": func(t *Task, tr *trace) error { return getters(t, tr, 0, 1, 2) },
	"bounded_queue": func(t *Task, tr *trace) error {
		q := NewQueue[int](2)
		for i := range 5 {
			t.Go("putter", func(t *Task) error { return q.Put(t, i) })
		}
		t.Yield()
		if q.TryPut(9) {
			tr.add("not full")
		}
		var got []int
		for range 5 {
			v, err := q.Get(t)
			if err != nil {
				return err
			}
			got = append(got, v)
		}
		tr.add("%s", py(got))
		if _, ok := q.TryGet(); !ok {
			tr.add("empty")
		}
		return nil
	},
	"queue_kinds": func(t *Task, tr *trace) error {
		for _, q := range []*Queue[int]{NewStack[int](0), NewPriorityQueue(0, cmp.Less[int])} {
			for _, v := range []int{31, 10, 30, 20, 11} {
				q.Put(t, v)
			}
			q.Close()
			tr.add("%s", py(slices.Collect(q.All(t))))
		}
		return nil
	},
	"joinable": func(t *Task, tr *trace) error {
		q := NewQueue[int](0)
		for i := range 3 {
			q.TryPut(i)
		}
		t.Go("worker", func(t *Task) error {
			for range q.All(t) {
				t.Yield()
				tr.add("done")
				q.Done()
			}
			return nil
		})
		err := q.Join(t)
		tr.add("joined")
		return err
	},
	"semaphore_fairness": func(t *Task, tr *trace) error {
		s := NewSemaphore(1)
		s.TryAcquire()
		var hs []*Handle
		for i := range 5 {
			hs = append(hs, t.Go("waiter", func(t *Task) error {
				if err := s.Acquire(t); err != nil {
					return nil
				}
				tr.add("%d", i)
				t.Yield()
				s.Release()
				return nil
			}))
		}
		t.Yield()
		hs[1].Kill(nil)
		s.Release()
		JoinAll(t, hs...)
		tr.add("%d", s.Free())
		return nil
	},
	"event_wakes_in_order": func(t *Task, tr *trace) error {
		var e Event
		var hs []*Handle
		for i := range 4 {
			hs = append(hs, t.Go("waiter", func(t *Task) error {
				err := e.Wait(t)
				tr.add("%d", i)
				return err
			}))
		}
		t.Yield()
		e.Set()
		err := JoinAll(t, hs...)
		tr.add("%s", py(e.IsSet()))
		e.Clear()
		tr.add("%s", py(e.IsSet()))
		return err
	},
	"async_result": func(t *Task, tr *trace) error {
		var f Future[string]
		var hs []*Handle
		for i := range 2 {
			hs = append(hs, t.Go("waiter", func(t *Task) error {
				v, err := f.Get(t)
				tr.add("%d:%s", i, v)
				return err
			}))
		}
		t.Yield()
		f.Set("v")
		return JoinAll(t, hs...)
	},
	"pool_limit": func(t *Task, tr *trace) error {
		p, now, most := NewPool(3), 0, 0
		for range 10 {
			if _, err := p.Go(t, "worker", func(t *Task) error {
				now++
				most = max(most, now)
				t.Yield()
				now--
				return nil
			}); err != nil {
				return err
			}
		}
		tr.add("%d", p.Free())
		err := p.Wait(t)
		tr.add("%d", most)
		tr.add("%d", p.Free())
		return err
	},
	"imap_unordered": func(t *Task, tr *trace) error {
		work := func(t *Task, n int) (int, error) { return n, t.Sleep(time.Duration(n) * ms) }
		for _, m := range []func(*Task, *Pool, func(func(int) bool), func(*Task, int) (int, error)) func(func(int, error) bool){
			func(t *Task, p *Pool, in func(func(int) bool), f func(*Task, int) (int, error)) func(func(int, error) bool) {
				return MapUnordered(t, p, in, f)
			},
			func(t *Task, p *Pool, in func(func(int) bool), f func(*Task, int) (int, error)) func(func(int, error) bool) {
				return MapOrdered(t, p, in, f)
			},
		} {
			var got []int
			for v, err := range m(t, NewPool(3), slices.Values([]int{90, 30, 60}), work) {
				if err != nil {
					return err
				}
				got = append(got, v)
			}
			tr.add("%s", py(got))
		}
		return nil
	},
	"links": func(t *Task, tr *trace) error {
		h := t.Go("linked", func(t *Task) error { return nil })
		for _, s := range []string{"first", "second"} {
			h.Link(func(*Task, *Handle) error { tr.add("%s", s); return nil })
		}
		h.Join(t)
		t.Yield()
		h.Link(func(*Task, *Handle) error { tr.add("late"); return nil })
		return t.Yield()
	},
	"spawn_later": func(t *Task, tr *trace) error {
		g := t.GoAfter(time.Hour, "never", func(t *Task) error { tr.add("began"); return nil })
		h := t.GoAfter(10*ms, "later", func(t *Task) error { tr.add("later"); return nil })
		h.Join(t)
		KillAll(t, nil, g)
		tr.add("%s", py(g.Ended()))
		return nil
	},
}

// getters has three tasks wait for items, kills one and puts vs.
func getters(t *Task, tr *trace, kill int, vs ...int) error {
	q := NewQueue[int](0)
	var hs []*Handle
	for _, name := range []string{"a", "b", "c"} {
		hs = append(hs, t.Go(name, func(t *Task) error {
			v, err := q.Get(t)
			if err == nil {
				tr.add("%s%d", name, v)
			}
			return nil
		}))
	}
	t.Yield()
	if kill >= 0 {
		hs[kill].Kill(nil)
	}
	for _, v := range vs {
		q.TryPut(v)
	}
	return JoinAll(t, hs...)
}

// TestTableNamesWhatExists holds docs/gevent.md to the package: every `green.X`
// and `green.X.Y` of the page must be exported here, and the package's exported
// functions and types must be on the page.
func TestTableNamesWhatExists(tt *testing.T) {
	page, err := os.ReadFile("../../docs/gevent.md")
	if err != nil {
		tt.Fatal(err)
	}
	exported := exports(tt)
	on := make(map[string]bool)
	for _, m := range regexp.MustCompile("`green\\.([A-Z]\\w*(?:\\.[A-Z]\\w*)?)").FindAllStringSubmatch(string(page), -1) {
		name := m[1]
		on[name] = true
		owner, _, _ := strings.Cut(name, ".")
		on[owner] = true
		if !exported[name] {
			tt.Errorf("docs/gevent.md: there is no green.%s", name)
		}
	}
	for name := range exported {
		if !strings.Contains(name, ".") && !on[name] {
			tt.Errorf("docs/gevent.md does not mention green.%s", name)
		}
	}
	if len(on) < 50 {
		tt.Errorf("only %d names found: is the page still there?", len(on))
	}
}

// exports lists exported names: types, functions, variables, and Type.Method or
// Type.Field.
func exports(tt *testing.T) map[string]bool {
	names := make(map[string]bool)
	files, err := os.ReadDir(".")
	if err != nil {
		tt.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			tt.Fatal(err)
		}
		for _, d := range tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = receiver(d.Recv.List[0].Type) + "." + name
				}
				names[name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = true
						}
					case *ast.TypeSpec:
						names[s.Name.Name] = true
						if st, ok := s.Type.(*ast.StructType); ok {
							for _, f := range st.Fields.List {
								for _, n := range f.Names {
									names[s.Name.Name+"."+n.Name] = true
								}
							}
						}
					}
				}
			}
		}
	}
	for name := range names {
		for part := range strings.SplitSeq(name, ".") {
			if !ast.IsExported(part) {
				delete(names, name)
			}
		}
	}
	return names
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
