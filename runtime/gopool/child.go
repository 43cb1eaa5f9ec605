package gopool

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
	"github.com/greenlint/greenlint/runtime/stall"
)

// The environment of a child.
const (
	childVar   = "GREENLINT_CHILD"   // "judged", "survey", "idle" or "siblings"
	numberVar  = "GREENLINT_NUMBER"  // which of the program's functions
	soakVar    = "GREENLINT_SOAK"    // siblings: what is asked for, as JSON
	spacingVar = "GREENLINT_SPACING" // survey: how long the loop may hold before its stack is taken
)

// account is what a child says of itself.
type account struct {
	Panic string // of the task, with its stack
	Stack string
	Error string // nothing was run
	Turns []Turn // survey: when which task ran, the harness's own left out

	Returned string   // siblings: the error that one returned
	Failed   string   // siblings: the call that panicked or returned an error
	Order    []int    // siblings: the tasks of the last round as they were let go
	Stuck    []string // siblings: the calls of the last round that never ended
}

// A Turn is a time in which a task of the loop ran.
type Turn struct {
	Task     int           // 0 = the judged one; the others as they came
	From, To time.Duration // since the task began
}

const tick = time.Millisecond

// functions are what the program can run, each with the arguments of its call.
var functions = map[int]func() (f any, args []any){}

// Add enters a function. Generated code calls it, and then Main.
func Add(number int, make func() (f any, args []any)) { functions[number] = make }

// Must is the value of a call that has not failed.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Main runs what the process was started for as a task of a new loop, and ends the
// process. Parameters that no argument is given for get the task or a zero value.
// It returns where the process was started for something else.
func Main() {
	mode := os.Getenv(childVar)
	if mode == "" {
		return
	}
	number, _ := strconv.Atoi(os.Getenv(numberVar))
	asked := os.Getenv(soakVar)
	for _, name := range []string{childVar, numberVar, soakVar} {
		os.Unsetenv(name)
	}
	var said account
	control := os.NewFile(stall.ControlFD, "control")
	leave := func() {
		if b, err := json.Marshal(said); err == nil {
			control.Write(b)
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
	if mode == "siblings" {
		soak(asked, page, control, &said, leave)
	}
	call, err := caller(functions[number]())
	if err != nil {
		said.Error = err.Error()
		leave()
	}
	if mode == "idle" {
		call = func(t *green.Task) error { return t.Sleep(300 * time.Millisecond) }
	}
	options := green.Options{Beat: page.Word(), OnPanic: func(p *green.PanicError) {
		said.Panic, said.Stack = fmt.Sprint(p.Value), string(p.Stack)
		page.SetPhase(stall.Done)
	}}
	var seen turnLog
	if mode == "survey" {
		go survey(page)
		options.Trace = seen.turn
	}
	green.NewLoop(options).Run(context.Background(), func(t *green.Task) error {
		seen.own = []uint32{0, t.ID(), t.Go("heartbeat", heartbeat).ID()}
		page.SetPhase(stall.Calibrating)
		t.Sleep(150 * tick)
		t.Go("judged", func(t *green.Task) error {
			defer page.SetPhase(stall.Done)
			seen.begin(t.ID())
			page.SetPhase(stall.Running)
			call(t)
			return nil
		})
		for page.Phase() != stall.Done {
			t.Sleep(tick)
		}
		said.Turns = seen.turns
		t.Sleep(10 * tick)
		leave()
		return nil
	})
	leave()
}

// A turnLog keeps when which task ran, since the judged one began.
type turnLog struct {
	own   []uint32 // left out: the loop itself and the tasks that are not the user's
	began time.Time
	tasks []uint32 // by their numbers; the first is the judged one
	now   Turn     // under way; Task < 0 = one that is left out
	turns []Turn
}

func (l *turnLog) begin(judged uint32) {
	l.began, l.tasks = time.Now(), []uint32{judged}
}

// turn is told that a task's turn begins, and that the one before has ended.
func (l *turnLog) turn(id uint32) {
	if l.began.IsZero() {
		return
	}
	at := time.Since(l.began)
	if l.now.To = at; l.now.Task >= 0 && len(l.turns) < 4000 {
		l.turns = append(l.turns, l.now)
	}
	l.now = Turn{Task: slices.Index(l.tasks, id), From: at}
	if l.now.Task < 0 && !slices.Contains(l.own, id) && len(l.tasks) < 100 {
		l.now.Task, l.tasks = len(l.tasks), append(l.tasks, id)
	}
}

func heartbeat(t *green.Task) error {
	for t.Sleep(tick) == nil {
	}
	return nil
}

var taskType = reflect.TypeFor[*green.Task]()

// caller makes a task of a function of any signature. Its error is the last result,
// if that is one.
func caller(f any, args []any) (func(*green.Task) error, error) {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func {
		return nil, fmt.Errorf("%T is no function", f)
	}
	typ := v.Type()
	return func(t *green.Task) error {
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
		out := v.Call(in)
		if len(out) == 0 {
			return nil
		}
		err, _ := out[len(out)-1].Interface().(error)
		return err
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
