package gopool

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
	"github.com/greenlint/greenlint/runtime/stall"
)

// The environment of a child.
const (
	childVar   = "GREENLINT_CHILD"   // "judged", "survey" or "idle"
	numberVar  = "GREENLINT_NUMBER"  // which of the program's functions
	spacingVar = "GREENLINT_SPACING" // survey: how long the loop may hold before its stack is taken
)

// account is what a child says of itself.
type account struct {
	Panic string // of the task, with its stack
	Stack string
	Error string // nothing was run
}

const tick = time.Millisecond

// Wanted reports whether the process was started for the function of that number.
// Generated code asks it, and then calls Child.
func Wanted(number int) bool {
	return os.Getenv(childVar) != "" && os.Getenv(numberVar) == strconv.Itoa(number)
}

// Must is the value of a call that has not failed.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Child runs f as a task of a new loop and ends the process. Parameters of f that no argument
// is given for get the task or a zero value.
func Child(f any, args ...any) {
	mode := os.Getenv(childVar)
	os.Unsetenv(childVar)
	os.Unsetenv(numberVar)
	var said account
	leave := func() {
		if b, err := json.Marshal(said); err == nil {
			os.NewFile(stall.ControlFD, "control").Write(b)
		}
		os.Exit(0)
	}
	page, err := stall.OpenPage(stall.PageFD)
	if err != nil {
		said.Error = err.Error()
		leave()
	}
	runtime.LockOSThread()
	page.SetThread(threadID())
	call, err := caller(f, args)
	if err != nil {
		said.Error = err.Error()
		leave()
	}
	if mode == "idle" {
		call = func(t *green.Task) { t.Sleep(300 * time.Millisecond) }
	}
	if mode == "survey" {
		go survey(page)
	}
	l := green.NewLoop(green.Options{Beat: page.Word(), OnPanic: func(p *green.PanicError) {
		said.Panic, said.Stack = fmt.Sprint(p.Value), string(p.Stack)
		page.SetPhase(stall.Done)
	}})
	l.Run(context.Background(), func(t *green.Task) error {
		t.Go("heartbeat", func(t *green.Task) error {
			for t.Sleep(tick) == nil {
			}
			return nil
		})
		page.SetPhase(stall.Calibrating)
		t.Sleep(150 * tick)
		t.Go("judged", func(t *green.Task) error {
			defer page.SetPhase(stall.Done)
			page.SetPhase(stall.Running)
			call(t)
			return nil
		})
		for page.Phase() != stall.Done {
			t.Sleep(tick)
		}
		t.Sleep(10 * tick)
		leave()
		return nil
	})
	leave()
}

var taskType = reflect.TypeFor[*green.Task]()

// caller makes a task of a function of any signature.
func caller(f any, args []any) (func(*green.Task), error) {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func {
		return nil, fmt.Errorf("%T is no function", f)
	}
	typ := v.Type()
	return func(t *green.Task) {
		var in []reflect.Value
		rest := args
		for i := range typ.NumIn() {
			p := typ.In(i)
			switch {
			case p == taskType:
				in = append(in, reflect.ValueOf(t))
			case typ.IsVariadic() && i == typ.NumIn()-1:
				for _, a := range rest {
					in = append(in, reflect.ValueOf(a).Convert(p.Elem()))
				}
			case len(rest) > 0:
				if rest[0] == nil {
					in = append(in, reflect.Zero(p))
				} else {
					in = append(in, reflect.ValueOf(rest[0]).Convert(p))
				}
				rest = rest[1:]
			case p == reflect.TypeFor[context.Context]():
				in = append(in, reflect.ValueOf(t)) // green.TaskFrom finds it
			default:
				in = append(in, reflect.Zero(p))
			}
		}
		v.Call(in)
	}, nil
}

// survey writes the stack of the running task when the loop has stood still for
// a while, once in each stall. It needs to stop the world, which some calls don't
// allow; then there is no stack.
func survey(page *stall.Page) {
	spacing, err := time.ParseDuration(os.Getenv(spacingVar))
	if err != nil {
		spacing = 50 * time.Millisecond
	}
	dump := os.NewFile(stall.DumpFD, "dump")
	last, since, taken := page.Load(), time.Now(), false
	for {
		time.Sleep(2 * tick)
		switch b := page.Load(); {
		case b != last:
			last, since, taken = b, time.Now(), false
		case !taken && page.Phase() == stall.Running && time.Since(since) > spacing:
			taken = true
			if g := runningTask(allStacks()); g != nil {
				dump.Write(append(g, "\n\n"...))
			}
		}
	}
}

func allStacks() []byte {
	buf := make([]byte, 1<<20)
	return buf[:runtime.Stack(buf, true)]
}

var entry = []byte(green.Entry + "(")

// runningTask finds the goroutine of the task that has the loop's thread: the one
// that a task's first function has started and that is not suspended.
func runningTask(stacks []byte) []byte {
	for g := range bytes.SplitSeq(stacks, []byte("\n\n")) {
		head, _, _ := bytes.Cut(g, []byte("\n"))
		if bytes.Contains(g, entry) && !bytes.Contains(head, []byte("[coroutine")) {
			return g
		}
	}
	return nil
}
