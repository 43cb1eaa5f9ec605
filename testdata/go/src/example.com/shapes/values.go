package shapes

import (
	"context"
	"iter"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Functions go through everything that holds a value.

type alarm struct{ d time.Duration }

func (a *alarm) Ring() {
	time.Sleep(a.d) // want `GL204: .*expression_bad .* time.Sleep \(1 call away\)`
}

//greenlint:task
func expression_bad(a *alarm) {
	f := (*alarm).Ring
	f(a)
}

type house struct{ *alarm }

//greenlint:task
func promoted_bad(h house) { h.Ring() }

type bell struct{}

func (bell) Ring() {
	time.Sleep(time.Second) // want `GL204: .*constraint_bad .* time.Sleep \(2 calls away\)`
}

func ring[R interface{ Ring() }](list ...R) {
	for _, r := range list {
		r.Ring()
	}
}

//greenlint:task
func constraint_bad() { ring(bell{}) }

var table = map[string]func(){
	"wait": func() {
		time.Sleep(time.Second) // want `GL204: .*map_bad .* time.Sleep \(1 call away\)`
	},
}

//greenlint:task
func map_bad(key string) { table[key]() }

var registry []func()

func init() {
	registry = append(registry, func() {
		time.Sleep(time.Second) // want `GL204: .*registry_bad .* time.Sleep \(1 call away\)`
	})
}

//greenlint:task
func registry_bad() {
	for _, f := range registry {
		f()
	}
}

//greenlint:task
func array_bad() {
	var list [2]func()
	list[1] = func() {
		time.Sleep(time.Second) // want `GL204: .*array_bad .* time.Sleep \(1 call away\)`
	}
	for i := range list {
		list[i]()
	}
}

//greenlint:task
func queue_bad() {
	c := make(chan func(), 1)
	c <- func() {
		time.Sleep(time.Second) // want `GL204: .*queue_bad .* time.Sleep \(1 call away\)`
	}
	(<-c)()
}

//greenlint:task
func any_bad() {
	list := []any{func() {
		time.Sleep(time.Second) // want `GL204: .*any_bad .* time.Sleep \(1 call away\)`
	}}
	list[0].(func())()
}

//greenlint:task
func pointer_bad() {
	f := func() {}
	g := &f
	*g = func() {
		time.Sleep(time.Second) // want `GL204: .*pointer_bad .* time.Sleep \(1 call away\)`
	}
	f()
}

//greenlint:task
func itself_bad() {
	var f func(int)
	f = func(n int) {
		if n > 0 {
			f(n - 1)
		}
		time.Sleep(time.Second) // want `GL204: .*itself_bad .* time.Sleep \(1 call away\)`
	}
	f(3)
}

type ringer interface{ Ring() }

type ringFunc func()

func (f ringFunc) Ring() { f() }

//greenlint:task
func adapter_bad() {
	var r ringer = ringFunc(func() {
		time.Sleep(time.Second) // want `GL204: .*adapter_bad .* time.Sleep \(2 calls away\)`
	})
	r.Ring()
}

type config struct{ hook func() }

type option func(*config)

func withHook(f func()) option { return func(c *config) { c.hook = f } }

func configure(list ...option) *config {
	c := &config{hook: func() {}}
	for _, o := range list {
		o(c)
	}
	return c
}

//greenlint:task
func options_bad() {
	configure(withHook(func() {
		time.Sleep(time.Second) // want `GL204: .*options_bad .* time.Sleep \(1 call away\)`
	})).hook()
}

type box[T any] struct{ f func(T) }

func (b *box[T]) open(x T) { b.f(x) }

//greenlint:task
func box_bad() {
	b := &box[int]{func(int) {
		time.Sleep(time.Second) // want `GL204: .*box_bad .* time.Sleep \(2 calls away\)`
	}}
	b.open(1)
}

// The standard library calls back.

//greenlint:task
func once_bad() {
	f := sync.OnceFunc(func() {
		time.Sleep(time.Second) // want `GL204: .*once_bad .* time.Sleep \(1 call away\)`
	})
	f()
}

//greenlint:task
func sort_bad(list []int) {
	sort.Slice(list, func(i, j int) bool {
		time.Sleep(time.Second) // want `GL204: .*sort_bad .* time.Sleep \(1 call away\)`
		return i < j
	})
	slices.SortFunc(list, func(a, b int) int {
		time.Sleep(time.Second) // want `GL204: .*sort_bad .* time.Sleep \(1 call away\)`
		return a - b
	})
}

func numbers() iter.Seq[int] {
	return func(yield func(int) bool) {
		time.Sleep(time.Second) // want `GL204: .*iterator_bad .* time.Sleep \(1 call away\)`
		yield(1)
	}
}

//greenlint:task
func iterator_bad() {
	for range numbers() {
	}
}

func plain(yield func(int) bool) { yield(1) }

//greenlint:task
func body_bad() {
	for range plain {
		time.Sleep(time.Second) // want `GL204: .*body_bad .* time.Sleep \(2 calls away\)`
	}
}

//greenlint:task
func elsewhere_ok(a *alarm) {
	go a.Ring()
	f := a.Ring
	go f()
	go func(a *alarm) { a.Ring() }(a)
	time.AfterFunc(time.Second, a.Ring)
	context.AfterFunc(context.Background(), a.Ring)
	go println("x")
}

//greenlint:task
func println_bad() {
	println("x") // want `GL201: .*println_bad .* println`
}

// odd_ok has forms that look like what cgo writes.
//
//greenlint:task
func odd_ok() {
	func() { var () }()
	func() {}()
	func() func() {
		_cgo0 := 1
		_ = _cgo0
		return func() {}
	}()()
	func() {
		_cgo0 := 1
		_ = _cgo0
		return
	}()
}

func nested() func() func() {
	return func() func() {
		return func() { time.Sleep(time.Second) }
	}
}

// fn_nested_bad calls what a function value gives back: whose results those are is
// not followed.
//
//greenlint:task
func fn_nested_bad() { nested()()() }

// fn_atomic_bad takes the function out of an object of the standard library's that
// is not described as one that holds something.
//
//greenlint:task
func fn_atomic_bad() {
	var v atomic.Value
	v.Store(func() { time.Sleep(time.Second) })
	v.Load().(func())()
}
