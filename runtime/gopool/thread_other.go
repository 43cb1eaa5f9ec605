//go:build !linux

package gopool

func threadID() int { return 0 }
