package green

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever is killed, and whenever: no permit, lock or item is lost, and nothing
// waits for ever (the loop would say so).
func TestRandomKills(tt *testing.T) {
	for seed := range uint64(60) {
		tt.Run(fmt.Sprint("seed ", seed), func(tt *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			run(tt, func(t *Task) error {
				var (
					sem      = NewBoundedSemaphore(2)
					lock     Lock
					queue    = NewQueue[int](3)
					channel  Channel[int]
					put, got int
					hs       []*Handle
					workers  = 12
				)
				step := func(t *Task, i int) error {
					if r.IntN(4) == 0 {
						inner, cancel := t.WithTimeout(time.Duration(r.IntN(50)) * time.Microsecond)
						defer cancel()
						t = inner
					}
					switch r.IntN(6) {
					case 0:
						if err := sem.Acquire(t); err != nil {
							return err
						}
						defer sem.Release()
						return t.Yield()
					case 1:
						outer := t
						if err := lock.Lock(t); err != nil {
							return err
						}
						defer lock.Unlock(outer)
						return t.Yield()
					case 2:
						err := queue.Put(t, i)
						if err == nil {
							put++
						}
						return err
					case 3:
						_, err := queue.Get(t)
						if err == nil {
							got++
						}
						return err
					case 4:
						if err := channel.Put(t, i); err != nil {
							return err
						}
						return nil
					default:
						_, err := channel.Get(t)
						return err
					}
				}
				for i := range workers {
					hs = append(hs, t.Go(fmt.Sprint(i), func(t *Task) error {
						for k := range 20 {
							if err := step(t, i*100+k); err != nil && t.Err() != nil {
								return err
							}
						}
						return nil
					}))
				}
				for range 30 {
					t.Yield()
					if r.IntN(3) == 0 {
						hs[r.IntN(workers)].Kill(nil)
					}
				}
				if err := KillAll(t, nil, hs...); err != nil {
					return err
				}
				if sem.Free() != 2 || lock.Owner() != nil || put-got != queue.Len() || queue.promised != 0 || queue.reserved != 0 {
					return fmt.Errorf("free %d, owner %v, put %d, got %d, left %d, promised %d, reserved %d",
						sem.Free(), lock.Owner(), put, got, queue.Len(), queue.promised, queue.reserved)
				}
				if len(channel.slots) != 0 || t.Stats().Timers != 0 || t.Stats().Tasks != 1 {
					return fmt.Errorf("left behind: %d slots, %+v", len(channel.slots), t.Stats())
				}
				return nil
			})
		})
	}
}
