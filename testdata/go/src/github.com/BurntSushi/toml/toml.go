// Package toml has the shape of the real one: a lexer that hands its items over
// in a channel which the same goroutine empties.
package toml

import "io"

type lexer struct {
	items chan int
	state func(*lexer) func(*lexer)
}

func (lx *lexer) emit(n int) { lx.items <- n }

func (lx *lexer) next() int {
	for {
		select {
		case n := <-lx.items:
			return n
		default:
			lx.state(lx)
		}
	}
}

func start(lx *lexer) func(*lexer) {
	lx.emit(1)
	return nil
}

func Unmarshal(data []byte, v any) error {
	lx := &lexer{items: make(chan int, 10), state: start}
	lx.next()
	return nil
}

type Decoder struct{ r io.Reader }

func NewDecoder(r io.Reader) *Decoder { return &Decoder{r} }

func (d *Decoder) Decode(v any) (int, error) {
	data, err := io.ReadAll(d.r)
	if err != nil {
		return 0, err
	}
	return 0, Unmarshal(data, v)
}
