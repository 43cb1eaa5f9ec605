// Package parsers calls libraries that look as if they waited, or do so for
// those who hand them something to run or to read from.
package parsers

import (
	"bytes"
	"net"

	"github.com/BurntSushi/toml"
	lua "github.com/yuin/gopher-lua"
)

//greenlint:task
func lexer_ok(data []byte) error {
	var v any
	if _, err := toml.NewDecoder(bytes.NewReader(data)).Decode(&v); err != nil {
		return err
	}
	return toml.Unmarshal(data, &v)
}

//greenlint:task
func connection_bad(c net.Conn) error {
	var v any
	_, err := toml.NewDecoder(c).Decode(&v) // want `GL401: .*net\.Conn\.Read`
	return err
}

//greenlint:task
func script_bad(ls *lua.LState, source string) error {
	return ls.DoString(source) // want `GL102: .*LState\.DoString`
}

//greenlint:task
func stack_ok(ls *lua.LState) { ls.SetTop(0) }
