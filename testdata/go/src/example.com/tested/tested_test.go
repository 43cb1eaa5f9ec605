package tested

import (
	"os"
	"testing"
	"time"
)

type slow struct{}

func (slow) Wait() { time.Sleep(time.Second) }

func TestRead(t *testing.T) {
	r, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &source{r, slow{}}
	s.c.Wait()
	now = func() { time.Sleep(time.Second) }
}

//greenlint:task
func task_ok() { time.Sleep(time.Second) }
