package stall

import (
	"maps"
	"syscall"
)

func init() {
	maps.Copy(syscallNames, map[int]string{
		syscall.SYS_OPEN: "open", syscall.SYS_POLL: "poll", syscall.SYS_SELECT: "select", syscall.SYS_EPOLL_WAIT: "epoll_wait",
		syscall.SYS_PAUSE: "pause", syscall.SYS_FORK: "fork", syscall.SYS_VFORK: "vfork", syscall.SYS_UNLINK: "unlink",
		syscall.SYS_MKDIR: "mkdir", syscall.SYS_RENAME: "rename", syscall.SYS_CREAT: "creat", syscall.SYS_GETDENTS: "getdents",
		syscall.SYS_STAT: "stat", syscall.SYS_LSTAT: "lstat", syscall.SYS_RMDIR: "rmdir", 441: "epoll_pwait2", 449: "futex_waitv",
	})
}
