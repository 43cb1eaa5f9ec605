//go:build !unix

package gpy

func (h *host) descriptors() {}
