//go:build unix

package stall

import (
	"fmt"
	"os"
	"syscall"
)

// NewPage makes a page. Its file has no name any more when NewPage returns.
func NewPage() (*Page, error) {
	f, err := os.CreateTemp(sharedMemory(), "greenlint-beat-")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name())
	if err := f.Truncate(PageSize); err != nil {
		f.Close()
		return nil, err
	}
	return mapPage(f)
}

// OpenPage maps the page that a child has inherited.
func OpenPage(fd uintptr) (*Page, error) { return mapPage(os.NewFile(fd, "beat")) }

func mapPage(f *os.File) (*Page, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, PageSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("mapping the heartbeat: %w", err)
	}
	return mapped(data, f), nil
}

// sharedMemory is a directory in memory, where there is one: writing a beat must
// never wait for a disk.
func sharedMemory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// Close unmaps the page.
func (p *Page) Close() error {
	syscall.Munmap(p.data)
	return p.file.Close()
}
