package gopool

import "syscall"

func threadID() int { return syscall.Gettid() }
