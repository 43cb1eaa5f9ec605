package green

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func benchmark(b *testing.B, main func(*Task) error) {
	b.Helper()
	b.ReportAllocs()
	if err := NewLoop(Options{}).Run(context.Background(), main); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkYield(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmark(b, func(t *Task) error {
				g, _ := NewGroup(t)
				for range n {
					g.Go("yields", func(t *Task) error {
						for range b.N/n + 1 {
							t.Yield()
						}
						return nil
					})
				}
				return g.Wait()
			})
		})
	}
}

func BenchmarkSpawn(b *testing.B) {
	benchmark(b, func(t *Task) error {
		for i := range b.N {
			t.Go("short", func(t *Task) error { return nil })
			if i%100 == 99 {
				t.Yield()
			}
		}
		return nil
	})
}

func BenchmarkQueue(b *testing.B) {
	benchmark(b, func(t *Task) error {
		q := NewQueue[int](1)
		t.Go("puts", func(t *Task) error {
			for i := range b.N {
				q.Put(t, i)
			}
			return nil
		})
		for range b.N {
			q.Get(t)
		}
		return nil
	})
}

func BenchmarkTimeout(b *testing.B) {
	benchmark(b, func(t *Task) error {
		for range b.N {
			_, cancel := t.WithTimeout(time.Hour)
			cancel()
		}
		return nil
	})
}

func BenchmarkOffload(b *testing.B) {
	benchmark(b, func(t *Task) error {
		for range b.N {
			if err := Offload(t, func() error { return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}
