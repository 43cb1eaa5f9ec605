//go:build unix

package confirm

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// startBlackHole listens with a queue of connections that is full: the kernel
// drops whoever knocks.
func startBlackHole(p *Peers) (string, error) { return p.blackHole([4]byte{127, 0, 0, 1}, 0) }

func (p *Peers) blackHole(ip [4]byte, port int) (string, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return "", err
	}
	syscall.CloseOnExec(fd)
	syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	p.close = append(p.close, func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: ip, Port: port}); err != nil {
		return "", err
	}
	if err := syscall.Listen(fd, 0); err != nil {
		return "", err
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return "", err
	}
	addr := (&net.TCPAddr{IP: net.IP(ip[:]), Port: sa.(*syscall.SockaddrInet4).Port}).String()
	for range 64 {
		c, err := net.DialTimeout("tcp", addr, 100*time.Millisecond)
		if err != nil {
			return addr, nil
		}
		p.close = append(p.close, func() { c.Close() })
	}
	return "", errors.New("the queue of connections does not fill up on this system")
}

func startFIFO(p *Peers) (string, error) {
	name := p.file("fifo")
	return name, syscall.Mkfifo(name, 0o666)
}

func startFullPipe(p *Peers) (string, error) {
	name := p.file("full")
	if err := syscall.Mkfifo(name, 0o666); err != nil {
		return "", err
	}
	fd, err := syscall.Open(name, syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	p.close = append(p.close, func() { syscall.Close(fd) })
	block := make([]byte, 4096)
	for err == nil {
		_, err = syscall.Write(fd, block)
	}
	for err = nil; err == nil; {
		_, err = syscall.Write(fd, block[:1])
	}
	return name, nil
}

func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }

// lockSQLite locks the bytes by which SQLite's processes keep each other out. An
// empty file is an empty database.
func lockSQLite(f *os.File) error {
	return syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: 0, Start: 0x40000000, Len: 512})
}
