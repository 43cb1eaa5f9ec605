package stall

import (
	"os"
	"sync/atomic"
	"unsafe"
)

// A Beat is what the loop changes whenever it gives a task the thread.
type Beat interface {
	Load() uint64
}

// A Phase says what the child is about. It is written by the child.
type Phase uint64

// The phases, in the order in which a child goes through them. A child may leave
// out Calibrating.
const (
	Starting    Phase = iota // imports, the patch, the user's module
	Calibrating              // the loop turns and has nothing to do
	Running                  // the task runs: only gaps of this phase count
	Done                     // the task has ended
)

// The words of a page, and the ring of the last beats' times behind them. The
// harness for Python writes the same layout.
const (
	wordBeat   = 0
	wordPhase  = 1
	wordThread = 2 // the loop's thread, as the child's kernel calls it; 0 = the first thread
	wordTimes  = 3 // how many beats have left their time in the ring; 0 = none does

	ringAt  = 64 // words
	ringLen = 256

	// PageSize is the size of a page in bytes.
	PageSize = 4096
)

// The descriptors that a child inherits beside its streams.
const (
	PageFD    = 3 // the page
	DumpFD    = 4 // where tracebacks go
	ControlFD = 5 // where the child's account goes
)

// A Page is the memory that the loop and its monitor share.
type Page struct {
	words *[PageSize / 8]uint64
	data  []byte
	file  *os.File
}

// File is what a child has to inherit so that it can map the page: with
// [os/exec.Cmd.ExtraFiles], as the descriptor 3.
func (p *Page) File() *os.File { return p.file }

// Word is the place of the beat, for a loop within this process to write to.
func (p *Page) Word() *uint64 { return &p.words[wordBeat] }

// Load returns the last beat. It implements [Beat].
func (p *Page) Load() uint64 { return atomic.LoadUint64(&p.words[wordBeat]) }

// Phase returns what the child says it is about.
func (p *Page) Phase() Phase { return Phase(atomic.LoadUint64(&p.words[wordPhase])) }

// SetPhase is for the child.
func (p *Page) SetPhase(ph Phase) { atomic.StoreUint64(&p.words[wordPhase], uint64(ph)) }

// Thread returns the loop's thread, 0 where the child has not said.
func (p *Page) Thread() int { return int(atomic.LoadUint64(&p.words[wordThread])) }

// SetThread is for the child.
func (p *Page) SetThread(tid int) { atomic.StoreUint64(&p.words[wordThread], uint64(tid)) }

// longest returns the longest gap that the child's own clock saw between the beats
// numbered from and to, in nanoseconds; false if it keeps no times, or these are
// overwritten.
func (p *Page) longest(from, to uint64) (int64, bool) {
	if to <= from || to-from >= ringLen || atomic.LoadUint64(&p.words[wordTimes]) < to {
		return 0, false
	}
	var longest int64
	for i := from; i < to; i++ {
		longest = max(longest, p.time(i+1)-p.time(i))
	}
	return longest, true
}

func (p *Page) time(beat uint64) int64 {
	return int64(atomic.LoadUint64(&p.words[ringAt+beat%ringLen]))
}

func mapped(data []byte, file *os.File) *Page {
	return &Page{words: (*[PageSize / 8]uint64)(unsafe.Pointer(&data[0])), data: data, file: file}
}
