package pyfront

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
)

// What is evaluated depends on what was evaluated before, so that is done on one
// processor. To read files, to look for words in them and to parse them is not: the
// other processors do it, in the order in which the files will be asked for.

// A parsing is a file made into a tree, by whoever comes first.
type parsing struct {
	once  sync.Once
	tree  *pyparse.Tree
	table *bind.Table
	err   error  // it can't be read
	fault string // a panic, for who asks
}

func (p *parsing) do(in *Input, file, module string) {
	p.once.Do(func() {
		defer func() { p.fault = caught(recover()) }()
		src, err := in.Read(file)
		if err != nil {
			p.err = err
			return
		}
		p.tree = pyparse.Parse(src, pyparse.Options{})
		p.table = bind.Bind(p.tree, module, isPackage(file))
	})
}

func isPackage(file string) bool { return path.Base(file) == "__init__.py" }

// parse makes a file into a tree, unless that has been done ahead.
func (a *analysis) parse(file string) *parsing {
	p := a.ahead[file]
	if p == nil {
		p = new(parsing)
	}
	delete(a.ahead, file) // it is asked for once
	p.do(&a.in, file, a.project.names[file])
	if p.fault != "" {
		panic(p.fault)
	}
	return p
}

// parseAhead parses files on the processors that are left. Nothing is read any more
// once stop has returned.
func (a *analysis) parseAhead(files []string) (stop func()) {
	list := make([]*parsing, len(files))
	modules := make([]string, len(files))
	a.ahead = make(map[string]*parsing, len(files))
	for i, f := range files {
		list[i], modules[i] = new(parsing), a.project.names[f]
		a.ahead[f] = list[i]
	}
	ctx, cancel := context.WithCancel(a.ctx)
	in := &a.in
	wait := spread(ctx, runtime.GOMAXPROCS(0)-1, len(files), func(i int) { list[i].do(in, files[i], modules[i]) })
	return func() { cancel(); wait() }
}

// spread calls do for each number below n, in about their order, from some
// goroutines, until ctx ends. A panic is handed on to who waits.
func spread(ctx context.Context, goroutines, n int, do func(i int)) (wait func()) {
	var next atomic.Int64
	var all sync.WaitGroup
	var fault atomic.Pointer[string]
	for range min(goroutines, n) {
		all.Go(func() {
			defer func() {
				if text := caught(recover()); text != "" {
					fault.Store(&text)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	return func() {
		all.Wait()
		if text := fault.Load(); text != nil {
			panic(*text)
		}
	}
}

// caught words a panic, with where it was; "" where there was none.
func caught(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%v\n\n%s", v, debug.Stack())
}
