package gpy

import "syscall"

func threadID() int { return syscall.Gettid() }
