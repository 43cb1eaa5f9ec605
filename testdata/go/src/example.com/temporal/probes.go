package temporal

import (
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/workflow"
)

// Every workflow here gets at something that holds the thread, each in a way of
// its own.

func closure_bad(ctx workflow.Context) {
	wait := func() {
		time.Sleep(time.Second) // want `GL204: workflow temporal.closure_bad .* time.Sleep \(1 call away\)`
	}
	wait()
}

func each[T any](list []T, f func(T)) {
	for _, x := range list {
		f(x)
	}
}

func pause[T any](x T) T {
	time.Sleep(time.Second) // want `GL204: workflow temporal.generic_bad .* time.Sleep \(1 call away\)`
	return x
}

func generic_bad(ctx workflow.Context) {
	pause(1)
	each([]string{"a"}, func(string) {
		time.Sleep(time.Second) // want `GL204: workflow temporal.generic_bad .* time.Sleep \(2 calls away\)`
	})
}

func defer_bad(ctx workflow.Context) {
	defer time.Sleep(time.Second) // want `GL204: workflow temporal.defer_bad .* time.Sleep`
}

func recursion_bad(ctx workflow.Context) { even(ctx, 10) }

func even(ctx workflow.Context, n int) bool { // a workflow by its parameter too
	return n == 0 || odd(ctx, n-1)
}

func odd(ctx workflow.Context, n int) bool {
	time.Sleep(time.Second) // want `GL204: workflow temporal.odd .* time.Sleep`
	return n != 0 && even(ctx, n-1)
}

// The two call each other, and each has an effect that the other must get at.

func mutual_bad(ctx workflow.Context) { ping(10) }

func ping(n int) {
	time.Sleep(time.Second) // want `GL204: workflow temporal.mutual_bad .* time.Sleep \(1 call away\)`
	if n > 0 {
		pong(n - 1)
	}
}

func pong(n int) {
	os.ReadFile("n") // want `GL203: workflow temporal.mutual_bad .* os.ReadFile \(2 calls away\)`
	ping(n)
}

type clock struct{ tick time.Duration }

func (c clock) wait() {
	time.Sleep(c.tick) // want `GL204: workflow temporal.value_bad .* time.Sleep \(1 call away\)`
}

func value_bad(ctx workflow.Context) {
	f := clock{time.Second}.wait
	f()
}

var hook = func() {
	time.Sleep(time.Second) // want `GL204: workflow temporal.variable_bad .* time.Sleep \(1 call away\)`
}

func variable_bad(ctx workflow.Context) { hook() }

type waiter interface{ Wait() }

type sleeper struct{}

func (sleeper) Wait() {
	time.Sleep(time.Second) // want `GL204: workflow temporal.interface_bad .* time.Sleep \(1 call away\)`
}

func choose() waiter { return sleeper{} }

func interface_bad(ctx workflow.Context) { choose().Wait() }

func group_bad(ctx workflow.Context) {
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Wait() // want `GL204: workflow temporal.group_bad .* sync.WaitGroup.Wait`
}

func file_bad(ctx workflow.Context) {
	os.ReadFile("name") // want `GL203: workflow temporal.file_bad .* os.ReadFile`
}

func count_bad(ctx workflow.Context) (sum int) {
	for i := range 10_000_000_000 { // want `GL101: workflow temporal.count_bad .* a loop`
		sum ^= i
	}
	return sum
}

func receive_bad(ctx workflow.Context, c chan int) {
	<-c // want `GL204: workflow temporal.receive_bad .* channel receive`
}
