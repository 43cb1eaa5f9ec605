package stalls

import (
	"encoding/json"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	for i := range 4000 {
		json.Marshal(map[string]int{"a": i, "b": -i})
		t.Yield()
	}
	t.Sleep(100e6)
}
