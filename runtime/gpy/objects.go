package gpy

import (
	"net"
	"time"

	"github.com/go-python/gpython/py"
)

// An object is a greenlet, a lock, an event, a queue, a pool or a socket.
type object struct {
	kind   *py.Type
	h      *host
	inLoop bool // it waits in the loop
	set    bool // locked; happened; ended
	value  py.Object
	failed error
	items  []py.Object
	conn   net.Conn
}

// Type implements py.Object.
func (o *object) Type() *py.Type { return o.kind }

var (
	greenletType = py.NewType("Greenlet", "")
	lockType     = py.NewType("lock", "")
	eventType    = py.NewType("Event", "")
	queueType    = py.NewType("Queue", "")
	poolType     = py.NewType("Pool", "")
	socketType   = py.NewType("socket", "")
)

// maker returns a constructor. part is the part of the patch after which the
// object waits in the loop; "" = it always does.
func (h *host) maker(part string, kind *py.Type) function {
	return func(py.Object, py.Tuple, py.StringDict) (py.Object, error) {
		return &object{kind: kind, h: h, inLoop: part == "" || h.patched[part], value: py.None}, nil
	}
}

// newObject is a constructor of what can be made and does nothing.
func newObject(kind *py.Type) function {
	return func(py.Object, py.Tuple, py.StringDict) (py.Object, error) {
		return &object{kind: kind, h: &host{}, value: py.None}, nil
	}
}

type method = func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error)

// timeout reads the time that a method waits at most; below 0 = for ever.
func timeout(args py.Tuple, i int, kw py.StringDict) time.Duration {
	if v, ok := kw["timeout"]; ok {
		return seconds(py.Tuple{v}, 0, -1)
	}
	return seconds(args, i, -1)
}

func define(t *py.Type, name string, m method) {
	t.Dict[name] = py.MustNewMethod(name, func(self py.Object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		o, ok := self.(*object)
		if !ok {
			return nil, py.ExceptionNewf(py.TypeError, "%s: wrong receiver", name)
		}
		return m(o, args, kw)
	}, 0, "")
}

func defineObjects() {
	ended := func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		o.h.until(true, timeout(args, 0, kw), func() bool { return o.set })
		return o.value, o.failed
	}
	define(greenletType, "join", func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		o.h.until(true, timeout(args, 0, kw), func() bool { return o.set })
		return py.None, nil
	})
	define(greenletType, "get", ended)
	define(greenletType, "wait", ended)

	acquire := func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		got := o.h.until(o.inLoop, timeout(args, 1, kw), func() bool { return !o.set })
		if got {
			o.set = true
		}
		return py.NewBool(got), nil
	}
	release := func(o *object, _ py.Tuple, _ py.StringDict) (py.Object, error) {
		o.set = false
		return py.None, nil
	}
	define(lockType, "acquire", acquire)
	define(lockType, "release", release)
	define(lockType, "__enter__", acquire)
	define(lockType, "__exit__", release)

	define(eventType, "wait", func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		return py.NewBool(o.h.until(o.inLoop, timeout(args, 0, kw), func() bool { return o.set })), nil
	})
	define(eventType, "set", func(o *object, _ py.Tuple, _ py.StringDict) (py.Object, error) {
		o.set = true
		return py.None, nil
	})
	define(eventType, "close", func(*object, py.Tuple, py.StringDict) (py.Object, error) { return py.None, nil })

	define(queueType, "put", func(o *object, args py.Tuple, _ py.StringDict) (py.Object, error) {
		o.items = append(o.items, args[0])
		return py.None, nil
	})
	define(queueType, "get", func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		if !o.h.until(o.inLoop, timeout(args, 1, kw), func() bool { return len(o.items) > 0 }) {
			return nil, py.ExceptionNewf(py.RuntimeError, "Empty")
		}
		x := o.items[0]
		o.items = o.items[1:]
		return x, nil
	})

	define(poolType, "spawn", func(o *object, args py.Tuple, kw py.StringDict) (py.Object, error) {
		g, err := o.h.spawn(args, kw)
		if err == nil {
			o.items = append(o.items, g)
		}
		return g, err
	})
	join := func(o *object, _ py.Tuple, _ py.StringDict) (py.Object, error) {
		return o.h.joinall(py.Tuple{py.Tuple(o.items)})
	}
	define(poolType, "join", join)
	define(poolType, "waitall", join)
}
