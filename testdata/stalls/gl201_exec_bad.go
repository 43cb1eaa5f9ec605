package stalls

import (
	"os/exec"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	exec.Command("sleep", "0.3").Run() // holds: raw-syscall waitid
}
