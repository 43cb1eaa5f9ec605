package gopool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

// A Soak is rounds of several calls at once, in an order that is drawn from the
// round's seed.
type Soak struct {
	Calls  []*Program    // of each round, functions of one program
	Names  []string      // of the calls
	Width  int           // calls at once; those drawn again fill a round up to it
	Rounds int           //
	Seed   int64         // of the first round; the next has the next number
	Serial bool          // one after the other, for comparison
	Limit  time.Duration // of a round
}

// A SoakResult is what came of the rounds.
type SoakResult struct {
	*Result
	Seed     int64    // of the last round, which is the one that failed if any did
	Failed   string   // the call that panicked or returned an error
	Returned string   // the error; "" = a panic, which the Result has
	Order    []int    // the tasks of the last round as they were let go
	Stuck    []string // the calls of the last round that never ended
}

// Run runs the rounds in one process.
func (s *Soak) Run(ctx context.Context, dir string, floor time.Duration, limits stall.Limits) (*SoakResult, error) {
	if len(s.Calls) == 0 {
		return nil, errors.New("no calls")
	}
	a := asked{Names: s.Names, Width: max(s.Width, len(s.Calls)), Rounds: s.Rounds, Seed: s.Seed, Serial: s.Serial, Limit: s.Limit}
	for _, p := range s.Calls {
		if p.File != s.Calls[0].File {
			return nil, fmt.Errorf("%s and %s are in two programs", p.Dir, s.Calls[0].Dir)
		}
		a.Calls = append(a.Calls, p.number)
	}
	spec, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	p := s.Calls[0]
	run, err := p.watch(ctx, siblings, dir, floor, limits, soakVar+"="+string(spec))
	if err != nil {
		return nil, err
	}
	out := &SoakResult{}
	for len(run.Report) > 0 { // each round has left its seed
		line, rest, _ := bytes.Cut(run.Report, []byte("\n"))
		seed, err := strconv.ParseInt(string(line), 10, 64)
		if err != nil {
			break
		}
		out.Seed, run.Report = seed, rest
	}
	var said account
	out.Result, said = p.understand(run)
	out.Failed, out.Returned, out.Order, out.Stuck = said.Failed, said.Returned, said.Order, said.Stuck
	return out, nil
}
