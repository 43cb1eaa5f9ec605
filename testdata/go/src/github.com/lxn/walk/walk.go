// Package walk is a stub of the toolkit, with just what the fixtures use.
package walk

type EventHandler func()

type Event struct{}

func (e *Event) Attach(handler EventHandler) int { return 0 }

type Key int

type KeyEventHandler func(key Key)

type KeyEvent struct{}

func (e *KeyEvent) Attach(handler KeyEventHandler) int { return 0 }

type WindowBase struct{}

func (w *WindowBase) Synchronize(f func()) {}

func (w *WindowBase) KeyDown() *KeyEvent { return nil }

type FormBase struct{ WindowBase }

type MainWindow struct{ FormBase }

type PushButton struct{ WindowBase }

func (b *PushButton) Clicked() *Event { return nil }

func (b *PushButton) SetText(text string) error { return nil }
