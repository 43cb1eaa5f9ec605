// Package widget is a stub of the toolkit's, with just what the fixtures use.
package widget

type Button struct {
	Text     string
	OnTapped func()
}

func NewButton(label string, tapped func()) *Button { return &Button{label, tapped} }

func (b *Button) Show() {}

type Entry struct {
	Text      string
	OnChanged func(string)
}

func NewEntry() *Entry { return &Entry{} }

func (e *Entry) SetText(text string) {}

type Hyperlink struct{ OnTapped func() }
