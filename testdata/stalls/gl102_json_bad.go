package stalls

import (
	"encoding/json"

	"github.com/greenlint/greenlint/runtime/green"
)

var rows = make([]map[string]int, 400000)

func init() {
	for i := range rows {
		rows[i] = map[string]int{"a": i, "b": -i}
	}
}

func task(t *green.Task) {
	json.Marshal(rows) // holds: cpu
}
