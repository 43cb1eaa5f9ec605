//go:build !linux

package gpy

func threadID() int { return 0 }
