// Package cadence has workflows of Cadence's, and what they run elsewhere.
package cadence

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.uber.org/cadence/workflow"
)

func sleep_bad(ctx workflow.Context) error {
	time.Sleep(time.Second) // want `GL204: workflow cadence.sleep_bad holds the temporal loop: time.Sleep`
	return nil
}

func sleep_ok(ctx workflow.Context) error { return workflow.Sleep(ctx, time.Second) }

type Service struct{ mu sync.Mutex }

func (s *Service) method_bad(ctx workflow.Context) error {
	s.mu.Lock() // want `GL204: workflow .*method_bad holds the temporal loop: sync.Mutex.Lock`
	defer s.mu.Unlock()
	return s.fetch()
}

func (s *Service) fetch() error {
	_, err := http.Get("http://example.com") // want `GL401: .*method_bad .* net/http.Get \(1 call away\)`
	return err
}

func coroutine_bad(ctx workflow.Context) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		select {} // want `GL204: .*coroutine_bad\S* holds the temporal loop: select {}`
	})
}

func activity_ok(ctx context.Context) error {
	time.Sleep(time.Second)
	return nil
}

func execute_ok(ctx workflow.Context) error {
	return workflow.ExecuteActivity(ctx, activity_ok).Get(ctx, nil)
}

func effect_ok(ctx workflow.Context) {
	workflow.SideEffect(ctx, func(ctx workflow.Context) any {
		time.Sleep(time.Second)
		return nil
	})
}

// signals_ok comes to rest in every round.
func signals_ok(ctx workflow.Context) {
	signals := workflow.GetSignalChannel(ctx, "stop")
	for {
		signals.Receive(ctx, nil)
	}
}

func signals_bad(ctx workflow.Context) {
	signals := workflow.GetSignalChannel(ctx, "stop")
	signals.Receive(ctx, nil)
	for { // want `GL101: .*signals_bad .* a loop that never ends`
	}
}
