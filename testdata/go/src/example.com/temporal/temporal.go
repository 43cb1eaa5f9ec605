// Package temporal holds the probes of Temporal's own workflowcheck, and more.
package temporal

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/workflow"
)

func sleep_bad(ctx workflow.Context) {
	time.Sleep(time.Second) // want `GL204: workflow .* holds the temporal loop: time.Sleep`
}

func sleep_ok(ctx workflow.Context) error { return workflow.Sleep(ctx, time.Second) }

func http_bad(ctx workflow.Context) {
	http.Get("http://example.com") // want `GL401: .*net/http.Get`
}

func dial_bad(ctx workflow.Context) {
	net.Dial("tcp", "example.com:1") // want `GL401: .*net.Dial`
}

func exec_bad(ctx workflow.Context) {
	exec.Command("true").Run() // want `GL201: .*os/exec.Cmd.Run`
}

func mutex_bad(ctx workflow.Context) {
	var mu sync.Mutex
	mu.Lock() // want `GL204: .*sync.Mutex.Lock`
}

func read_bad(ctx workflow.Context) {
	syscall.Read(0, nil) // want `GL201: .*syscall.Read`
}

func forever_bad(ctx workflow.Context) {
	for { // want `GL101: .*never ends`
	}
}

func select_bad(ctx workflow.Context) {
	select {} // want `GL204: .*select {}`
}

func effect_ok(ctx workflow.Context) {
	workflow.SideEffect(ctx, func(ctx workflow.Context) any {
		time.Sleep(time.Second)
		return nil
	})
}

func activity_ok(ctx context.Context) error {
	time.Sleep(time.Second)
	return nil
}

func execute_ok(ctx workflow.Context) {
	workflow.ExecuteActivity(ctx, activity_ok)
}

func coroutine_bad(ctx workflow.Context) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		time.Sleep(time.Second) // want `GL204: .*time.Sleep`
	})
}

func ignored_ok(ctx workflow.Context) {
	time.Sleep(time.Second) //workflowcheck:ignore
	//lint:ignore GL204 the test waits
	time.Sleep(time.Second)
	time.Sleep(time.Second) //nolint:greenlint
	time.Sleep(time.Second) //greenlint:ignore GL204 the test waits
	time.Sleep(time.Second) //greenlint:ignore GL101 the wrong rule // want `GL204`
}
