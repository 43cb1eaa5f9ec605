//go:build !unix

package stall

import (
	"errors"
	"os"
)

var errNoPage = errors.New("confirming needs shared memory, which this system does not have in the form that is needed")

// NewPage makes a page.
func NewPage() (*Page, error) { return nil, errNoPage }

// OpenPage maps the page that a child has inherited.
func OpenPage(uintptr) (*Page, error) { return nil, errNoPage }

// Close unmaps the page.
func (p *Page) Close() error { return os.ErrInvalid }
