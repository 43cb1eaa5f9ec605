package stalls

import (
	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	green.Command(t, "sleep", "0.3").Run()
}
