// Package tea is a stub of the framework, with just what the fixtures use.
package tea

type Msg any

type Cmd func() Msg

type Model interface {
	Init() Cmd
	Update(Msg) (Model, Cmd)
	View() string
}

type KeyMsg string

type Program struct{}

func NewProgram(m Model) *Program { return &Program{} }

func (p *Program) Send(m Msg) {}

func (p *Program) Run() (Model, error) { return nil, nil }

func Batch(cmds ...Cmd) Cmd { return nil }
