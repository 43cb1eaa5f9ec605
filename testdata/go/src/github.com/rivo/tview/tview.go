// Package tview is a stub of the toolkit, with just what the fixtures use.
package tview

type Event struct{}

type Application struct{}

func NewApplication() *Application { return &Application{} }

func (a *Application) SetInputCapture(capture func(event *Event) *Event) *Application { return a }

func (a *Application) QueueUpdateDraw(f func()) *Application { return a }

func (a *Application) Run() error { return nil }

type Box struct{}

func (b *Box) SetInputCapture(capture func(event *Event) *Event) *Box { return b }

type Button struct{ *Box }

func NewButton(label string) *Button { return &Button{} }

func (b *Button) SetSelectedFunc(handler func()) *Button { return b }

type List struct{ *Box }

func NewList() *List { return &List{} }

func (l *List) AddItem(main, secondary string, shortcut rune, selected func()) *List { return l }

func (l *List) SetDoneFunc(handler func()) *List { return l }

type Form struct{ *Box }

func (f *Form) AddCheckbox(label string, checked bool, changed func(checked bool)) *Form { return f }

type Primitive interface {
	Draw(screen any)
	Focus(delegate func(p Primitive))
}

func (b *Box) Draw(screen any) {}

func (b *Box) Focus(delegate func(p Primitive)) {}

func (b *Box) WrapInputHandler(handler func(*Event, func(p Primitive))) func(*Event, func(p Primitive)) {
	return handler
}
