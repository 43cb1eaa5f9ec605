// Package tea is a stub of the framework, with just what the fixtures use.
package tea

import "time"

type Msg any

type Cmd func() Msg

type Model interface {
	Init() Cmd
	Update(Msg) (Model, Cmd)
	View() string
}

type KeyMsg struct{ Runes []rune }

func (k KeyMsg) String() string { return string(k.Runes) }

type QuitMsg struct{}

func Quit() Msg { return QuitMsg{} }

type Program struct{}

type ProgramOption func(*Program)

func WithAltScreen() ProgramOption { return func(*Program) {} }

func NewProgram(m Model, opts ...ProgramOption) *Program { return &Program{} }

func (p *Program) Send(m Msg) {}

func (p *Program) Run() (Model, error) { return nil, nil }

func Batch(cmds ...Cmd) Cmd { return nil }

func Tick(d time.Duration, f func(time.Time) Msg) Cmd { return nil }
