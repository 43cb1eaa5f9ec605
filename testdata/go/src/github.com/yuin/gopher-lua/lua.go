// Package lua has the shape of the real one: what a script calls is in a table.
package lua

import "os/exec"

type LState struct{ functions map[string]func() }

func NewState() *LState {
	return &LState{map[string]func(){"execute": func() { exec.Command("true").Run() }}}
}

func (ls *LState) DoString(source string) error {
	ls.functions[source]()
	return nil
}

func (ls *LState) SetTop(n int) {}
