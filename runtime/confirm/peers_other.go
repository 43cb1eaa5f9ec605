//go:build !unix

package confirm

import (
	"errors"
	"os"
)

var errNoPeer = errors.New("this system has no such thing")

func startBlackHole(*Peers) (string, error) { return "", errNoPeer }
func startFIFO(*Peers) (string, error)      { return "", errNoPeer }
func startFullPipe(*Peers) (string, error)  { return "", errNoPeer }
func lockFile(*os.File) error               { return errNoPeer }
func lockSQLite(*os.File) error             { return errNoPeer }
