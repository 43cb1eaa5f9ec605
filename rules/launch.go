package rules

// A Launch describes a command line that starts a process.
type Launch struct{}

func (*Launch) check() error { return nil }

// A Setting describes a setting that chooses a pool.
type Setting struct{}

func (*Setting) check() error { return nil }
