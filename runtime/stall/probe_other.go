//go:build !linux

package stall

import "time"

// A probe knows nothing here: there is no /proc.
type probe struct{}

func newProbe(pid, tid int) *probe                    { return &probe{} }
func (*probe) close()                                 {}
func (*probe) times() (cpu, q time.Duration, ok bool) { return 0, 0, false }
func (*probe) sample() Sample                         { return Sample{} }
func (*probe) others() time.Duration                  { return 0 }
