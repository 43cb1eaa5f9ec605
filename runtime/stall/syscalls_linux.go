package stall

import (
	"fmt"
	"syscall"
)

// syscallNames are those in which a thread may wait. The numbers differ between
// processors; those that only older ones have are in the file of theirs.
var syscallNames = map[int]string{
	syscall.SYS_READ: "read", syscall.SYS_WRITE: "write", syscall.SYS_READV: "readv", syscall.SYS_WRITEV: "writev",
	syscall.SYS_PREAD64: "pread64", syscall.SYS_PWRITE64: "pwrite64", syscall.SYS_OPENAT: "openat", syscall.SYS_CLOSE: "close",
	syscall.SYS_FSYNC: "fsync", syscall.SYS_FDATASYNC: "fdatasync", syscall.SYS_SYNC: "sync", syscall.SYS_FTRUNCATE: "ftruncate",
	syscall.SYS_FALLOCATE: "fallocate", syscall.SYS_FLOCK: "flock", syscall.SYS_FCNTL: "fcntl", syscall.SYS_IOCTL: "ioctl",
	syscall.SYS_SENDFILE: "sendfile", syscall.SYS_SPLICE: "splice", syscall.SYS_VMSPLICE: "vmsplice", syscall.SYS_TEE: "tee",
	syscall.SYS_GETDENTS64: "getdents64", syscall.SYS_UNLINKAT: "unlinkat", syscall.SYS_MKDIRAT: "mkdirat",
	syscall.SYS_RENAMEAT: "renameat", syscall.SYS_LINKAT: "linkat", syscall.SYS_SYMLINKAT: "symlinkat",
	syscall.SYS_CONNECT: "connect", syscall.SYS_ACCEPT: "accept", syscall.SYS_ACCEPT4: "accept4",
	syscall.SYS_SENDTO: "sendto", syscall.SYS_RECVFROM: "recvfrom", syscall.SYS_SENDMSG: "sendmsg", syscall.SYS_RECVMSG: "recvmsg",
	syscall.SYS_RECVMMSG: "recvmmsg", syscall.SYS_PPOLL: "ppoll", syscall.SYS_PSELECT6: "pselect6", syscall.SYS_EPOLL_PWAIT: "epoll_pwait",
	syscall.SYS_FUTEX: "futex", syscall.SYS_NANOSLEEP: "nanosleep", syscall.SYS_CLOCK_NANOSLEEP: "clock_nanosleep",
	syscall.SYS_WAIT4: "wait4", syscall.SYS_WAITID: "waitid", syscall.SYS_RT_SIGTIMEDWAIT: "rt_sigtimedwait", syscall.SYS_RT_SIGSUSPEND: "rt_sigsuspend",
	syscall.SYS_MSGRCV: "msgrcv", syscall.SYS_MSGSND: "msgsnd", syscall.SYS_SEMTIMEDOP: "semtimedop", syscall.SYS_SEMOP: "semop",
	syscall.SYS_MQ_TIMEDRECEIVE: "mq_timedreceive", syscall.SYS_MQ_TIMEDSEND: "mq_timedsend",
	syscall.SYS_IO_GETEVENTS: "io_getevents", syscall.SYS_MSYNC: "msync", syscall.SYS_MUNMAP: "munmap", syscall.SYS_MMAP: "mmap",
	syscall.SYS_MADVISE: "madvise", syscall.SYS_EXECVE: "execve", syscall.SYS_CLONE: "clone", 435: "clone3", syscall.SYS_RESTART_SYSCALL: "restart_syscall",
}

// syscallName names a system call; one that is not in the table keeps its number.
func syscallName(nr int) string {
	if s, ok := syscallNames[nr]; ok {
		return s
	}
	return fmt.Sprintf("syscall %d", nr)
}
