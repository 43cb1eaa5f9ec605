package gpy

import (
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/go-python/gpython/py"

	"github.com/greenlint/greenlint/runtime/green"
)

// replaced are the modules that a patch changes, or that know the loop.
var replaced = []string{
	"time", "os", "subprocess", "socket", "threading", "queue", "select", "selectors", "eventlet",
	"gevent", sub("monkey"), sub("pool"), sub("event"), sub("queue"), sub("socket"),
}

// sub is the full name of a module of gevent.
func sub(leaf string) string { return "gevent" + "." + leaf }

type (
	function = func(self py.Object, args py.Tuple, kwargs py.StringDict) (py.Object, error)
	members  = map[string]any // functions and values
)

func module(name string, m members) {
	impl := &py.ModuleImpl{Info: py.ModuleInfo{Name: name}, Globals: py.StringDict{}}
	for k, v := range m {
		switch v := v.(type) {
		case function:
			impl.Methods = append(impl.Methods, py.MustNewMethod(k, v, 0, ""))
		case py.Object:
			impl.Globals[k] = v
		}
	}
	py.RegisterModule(impl)
}

// modules registers the stand-ins.
func (h *host) modules() {
	defineObjects()
	defineSockets()
	sleepGreen := function(func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) {
		h.wait(func(t *green.Task) { t.Sleep(seconds(args, 0, 0)) })
		return py.None, nil
	})
	run := function(func(_ py.Object, args py.Tuple, kw py.StringDict) (py.Object, error) { return h.subprocess(args) })
	module("subprocess", members{"run": run, "call": run, "check_call": run})
	module("select", members{"epoll": newObject(eventType), "poll": newObject(eventType)})
	module("selectors", members{"EpollSelector": newObject(eventType)})
	module("threading", members{"Lock": h.maker("thread", lockType), "Event": h.maker("thread", eventType)})
	module("queue", members{"Queue": h.maker("thread", queueType)})

	module("socket", h.sockets("socket"))

	parts := []string{"time", "subprocess", "socket", "select", "thread"}
	monkey := members{"patch_all": h.patch("gevent", parts...)}
	for _, part := range parts {
		monkey["patch_"+part] = h.patch("gevent", part)
	}
	module(sub("monkey"), monkey)
	module(sub("event"), members{"Event": h.maker("", eventType)})
	module(sub("queue"), members{"Queue": h.maker("", queueType)})
	module(sub("socket"), h.sockets(""))
	module(sub("pool"), members{"Pool": h.maker("", poolType), "Group": h.maker("", poolType)})
	spawn := function(func(_ py.Object, args py.Tuple, kw py.StringDict) (py.Object, error) { return h.spawn(args, kw) })
	module("gevent", members{
		"sleep": sleepGreen, "spawn": spawn, "Greenlet": spawn,
		"joinall": function(func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) { return h.joinall(args) }),
	})
	module("eventlet", members{
		"sleep": sleepGreen, "spawn": spawn, "spawn_n": spawn, "GreenPool": h.maker("", poolType),
		"monkey_patch": h.patch("eventlet", parts...),
	})
	h.sleeps = sleepGreen
}

// link loads the stand-ins and joins packages with their modules. "import a.b"
// binds the name a to the module b in gpython; so b has all names of a besides
// its own, and its own name too.
func (h *host) link() {
	for _, name := range replaced {
		h.ctx.ModuleInit(py.GetModuleImpl(name))
	}
	h.descriptors()
	for _, name := range replaced {
		if parent, leaf, dotted := strings.Cut(name, "."); dotted {
			p, m := h.loaded(parent), h.loaded(name)
			for k, v := range p {
				if _, own := m[k]; !own {
					m[k] = v
				}
			}
			object, _ := h.ctx.GetModule(name)
			m[leaf], p[leaf] = object, object
		}
	}
}

// loaded returns the names of a module that link has loaded.
func (h *host) loaded(name string) py.StringDict {
	m, err := h.ctx.GetModule(name)
	if err != nil {
		panic("gpy: no module " + name)
	}
	return m.Globals
}

// patch returns a function that replaces names of modules, as the libraries do:
// whoever has copied a name before keeps the old one.
func (h *host) patch(library string, parts ...string) function {
	return func(py.Object, py.Tuple, py.StringDict) (py.Object, error) {
		if h.task.Plain {
			return py.None, nil
		}
		for _, part := range parts {
			h.patched[part] = true
			switch part {
			case "time":
				h.attribute("time", "sleep", py.MustNewMethod("sleep", h.sleeps, 0, ""))
			case "select":
				h.attribute("select", "epoll", nil)
				h.attribute("selectors", "EpollSelector", nil)
				if library == "eventlet" {
					h.attribute("select", "poll", nil)
				}
			}
		}
		return py.None, nil
	}
}

func (h *host) attribute(module, name string, value py.Object) {
	if value == nil {
		delete(h.loaded(module), name)
		return
	}
	h.loaded(module)[name] = value
}

// until waits for a condition or a time, in the loop or with the thread held.
// It reports whether the condition came true.
func (h *host) until(inLoop bool, d time.Duration, done func() bool) bool {
	end := time.Now().Add(d)
	for !done() {
		if d >= 0 && time.Now().After(end) {
			return false
		}
		if inLoop && h.current != nil {
			h.wait(func(t *green.Task) { t.Sleep(tick) })
		} else {
			time.Sleep(tick)
		}
	}
	return true
}

// spawn starts a task and returns an object to wait for it by.
func (h *host) spawn(args py.Tuple, kw py.StringDict) (py.Object, error) {
	if len(args) == 0 {
		return nil, py.ExceptionNewf(py.TypeError, "spawn() needs a function")
	}
	args = slices.Clone(args) // they lie on the caller's stack, which goes on
	g := &object{kind: greenletType, h: h, inLoop: true, value: py.None}
	body := func() {
		v, err := py.Call(args[0], args[1:], kw)
		g.set = true
		if err != nil {
			g.failed = err
			return
		}
		g.value = v
	}
	if h.current == nil { // while the file is loaded, or without a loop
		body()
		return g, nil
	}
	h.current.Go("spawned", func(t *green.Task) error {
		h.enter(t)
		body()
		return nil
	})
	return g, nil
}

func (h *host) joinall(args py.Tuple) (py.Object, error) {
	if len(args) == 0 {
		return py.None, nil
	}
	return py.None, py.Iterate(args[0], func(x py.Object) bool {
		if g, ok := x.(*object); ok {
			h.until(true, -1, func() bool { return g.set })
		}
		return false
	})
}

func (h *host) subprocess(args py.Tuple) (py.Object, error) {
	var words []string
	if len(args) > 0 {
		py.Iterate(args[0], func(x py.Object) bool {
			if s, ok := x.(py.String); ok {
				words = append(words, string(s))
			}
			return false
		})
	}
	if len(words) == 0 {
		return nil, py.ExceptionNewf(py.ValueError, "subprocess: want a list of words")
	}
	cmd := exec.Command(words[0], words[1:]...)
	if h.patched["subprocess"] && h.current != nil {
		h.wait(func(t *green.Task) { green.Offload(t, cmd.Run) })
		return py.Int(0), nil
	}
	cmd.Run()
	return py.Int(0), nil
}

// seconds reads an argument as a length of time.
func seconds(args py.Tuple, i int, def time.Duration) time.Duration {
	if i >= len(args) {
		return def
	}
	switch v := args[i].(type) {
	case py.Float:
		return time.Duration(float64(v) * float64(time.Second))
	case py.Int:
		return time.Duration(v) * time.Second
	}
	return def
}
