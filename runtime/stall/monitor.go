package stall

import (
	"context"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"time"
)

const (
	tick        = 2 * time.Millisecond   // between two looks at the beat
	sampleFrom  = 6 * time.Millisecond   // a gap of this length gets looked into
	sampleEvery = 4 * time.Millisecond   // at least
	usageEvery  = 100 * time.Millisecond // between two looks at processes and memory
	maxSamples  = 64                     // kept of one gap
	maxSignals  = 40                     // sent in one gap
	maxGaps     = 2000                   // kept of one run
)

// A monitor watches one child.
type monitor struct {
	child  *Child
	page   *Page
	limits Limits
	pid    int
	group  group
	dump   *os.File
	floor  time.Duration
	exited <-chan struct{}

	begin   time.Time
	run     Run
	probe   *probe
	thread  int // that probe looks at
	phase   Phase
	since   time.Time     // the phase began
	queued  time.Duration // that the thread had stood in the run queue by then
	looked  time.Time     // the last look
	gap     gap
	counted bool      // the kernel tells the thread's times
	counts  time.Time // when to count processes again
	dumped  int64     // bytes read of the dump
}

// A gap is what is being measured: the loop's state at the last beat, and what
// was seen since.
type gap struct {
	beat        uint64
	at          time.Time     // the look at which the beat was last seen to change
	cpu, queued time.Duration // the thread's times at that look
	cpuNow      time.Duration // and at the last look of all; the thread may be gone when the gap is judged
	queuedNow   time.Duration
	others      time.Duration
	sampled     time.Time
	late        time.Duration // the longest time between two looks, the one that opened the gap included
	samples     []Sample
	there       time.Duration // since the beat: when the thread was last seen to exist
	signals     int           // that were sent
	phase       Phase         // the highest seen
	first       Phase
}

// watch looks at the beat until the child has ended, or has to.
func (m *monitor) watch(ctx context.Context) *Run {
	m.begin = time.Now()
	m.since = m.begin
	m.run.Threshold = m.threshold()
	defer func() {
		if m.probe != nil {
			m.probe.close()
		}
	}()
	for m.run.End = m.guarded(ctx); m.run.End == ""; m.run.End = m.guarded(ctx) {
		pause(tick)
	}
	slices.SortStableFunc(m.run.Stalls, func(a, b Stall) int { return int(b.Corrected() - a.Corrected()) })
	return &m.run
}

// guarded is look, which a child can't bring down by cutting off the file behind
// the page that it shares: then the page is a fault to read.
func (m *monitor) guarded(ctx context.Context) (end End) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			end = Unwatched
		default:
			panic(fault)
		}
	}()
	return m.look(ctx)
}

// look is one round; it returns the child's end, or "".
func (m *monitor) look(ctx context.Context) End {
	select {
	case <-ctx.Done():
		return Stopped
	case <-m.exited:
		// All that it did before is on the page. A loop that leaves with its
		// thread held has been seen to hold it.
		ph := m.page.Phase()
		m.enter(ctx, ph)
		m.close(time.Now(), m.page.Load(), ph, false)
		switch {
		case m.group.full(): // what it did when it was refused one more is its own affair
			return TooMany
		case ph == Done:
			return Ended
		case ph == Running:
			m.run.Call = time.Since(m.since)
			return Died
		}
		return NoStart
	default:
	}
	now := time.Now()
	late := time.Duration(0)
	if !m.looked.IsZero() {
		late = now.Sub(m.looked)
	}
	m.looked = now
	m.gap.late = max(m.gap.late, late)
	if t := m.page.Thread(); m.probe == nil || t != m.thread {
		if m.probe != nil {
			m.probe.close()
		}
		m.probe, m.thread = &probe{}, t
		if !m.child.Blind {
			m.probe = newProbe(m.pid, t)
		}
	}
	ph := m.page.Phase()
	beat := m.page.Load()
	if beat != m.gap.beat || m.gap.at.IsZero() || ph == Done {
		m.close(now, beat, ph, false)
		m.enter(ctx, ph)
		m.open(now, beat, ph)
		m.gap.late = late
	} else {
		m.enter(ctx, ph)
		if m.gap.phase < ph {
			m.gap.phase = ph
		}
		m.during(now)
	}
	if ph == Done {
		if m.group.full() {
			return TooMany
		}
		return Ended
	}
	if now.After(m.counts) {
		m.counts = now.Add(usageEvery)
		switch n, size := usage(m.pid); {
		case n > m.limits.Processes || m.group.full():
			return TooMany
		case size > m.limits.Memory:
			return TooBig
		}
	}
	switch {
	case ph < Running && now.Sub(m.begin) > m.limits.Start:
		m.run.LateStart = true
		return NoStart
	case ph == Running && m.held(now) > m.limits.Enough:
		m.close(now, beat, ph, true)
		if len(m.run.Stalls) == 0 {
			m.run.Noisy = true // others may have had the processor all the time, and nothing is known of what comes after
		}
		m.run.Call = now.Sub(m.since)
		return CutShort
	case ph == Running && now.Sub(m.since) > m.limits.Run:
		m.close(now, beat, ph, true)
		m.run.Call = now.Sub(m.since)
		return TooLong
	}
	return ""
}

// held is how long the loop has stood still, where it is not for want of a
// processor; where it has none, the wait is three times as long.
func (m *monitor) held(now time.Time) time.Duration {
	wall := min(now.Sub(m.gap.at), now.Sub(m.since))
	return max(wall-(m.gap.queuedNow-m.gap.queued), wall/3)
}

// enter notes that the child is in another phase.
func (m *monitor) enter(ctx context.Context, ph Phase) {
	if ph == m.phase {
		return
	}
	now := time.Now()
	queued := max(m.gap.queuedNow, m.queued)
	if m.probe != nil { // else the child has gone before the first look
		if _, q, ok := m.probe.times(); ok {
			queued = q
		}
	}
	switch {
	case m.phase == Running:
		m.run.Call, m.run.Waited = now.Sub(m.since), queued-m.queued
	case ph == Done && m.gap.late > m.run.Threshold/2:
		m.run.Noisy = true // it has come and gone between two looks
	}
	m.phase, m.since, m.queued = ph, now, queued
	if ph == Running {
		m.run.Threshold, m.run.Began = m.threshold(), now.Sub(m.begin)
		if m.child.OnRun != nil {
			go m.child.OnRun(ctx, m.pid)
		}
	}
}

// threshold is what a corrected gap has to reach. Three times the longest idle
// gap, and ten looks, were enough for no false hit in 60 idle runs on a loaded
// machine.
func (m *monitor) threshold() time.Duration {
	return max(m.floor, 20*time.Millisecond, 3*m.run.Idle, 10*tick)
}

func (m *monitor) open(now time.Time, beat uint64, ph Phase) {
	if ph == Running && m.gap.beat != 0 {
		m.run.Turns += uint64(uint32(beat) - uint32(m.gap.beat)) // the upper half may name a task
	}
	m.gap = gap{beat: beat, at: now, phase: ph, first: ph, samples: m.gap.samples[:0]}
	m.gap.cpu, m.gap.queued, _ = m.probe.times()
	m.gap.cpuNow, m.gap.queuedNow = m.gap.cpu, m.gap.queued
}

// during looks into a gap that goes on.
func (m *monitor) during(now time.Time) {
	g := &m.gap
	age := now.Sub(g.at)
	if age < sampleFrom || now.Sub(g.sampled) < sampleEvery || g.phase != Running {
		return
	}
	if g.sampled.IsZero() {
		g.others = m.probe.others()
	}
	g.sampled = now
	cpu, queued, ok := m.probe.times()
	switch {
	case ok:
		g.cpuNow, g.queuedNow, g.there, m.counted = cpu, queued, age, true
	case m.counted:
		return // the thread has gone, and holds no loop any more
	}
	s := m.probe.sample()
	s.At = age
	if len(g.samples) < maxSamples {
		g.samples = append(g.samples, s)
	}
	if m.child.Signal != 0 && g.signals < maxSignals && age-(g.queuedNow-g.queued) > m.run.Threshold*time.Duration(1+g.signals) {
		g.signals++
		signal(m.pid, m.thread, m.child.Signal)
	}
}

// close ends the gap and judges it. beat is the one that ended it.
func (m *monitor) close(now time.Time, beat uint64, ph Phase, open bool) {
	g := &m.gap
	if g.at.IsZero() || m.probe == nil {
		return
	}
	s := Stall{Start: g.at.Sub(m.begin), Wall: now.Sub(g.at), Open: open}
	if !open {
		if ns, ok := m.page.longest(g.beat, beat); ok {
			s.Wall = min(s.Wall, time.Duration(ns)+tick)
		}
	}
	cpu, queued, counted := m.probe.times()
	switch {
	case counted:
		g.cpuNow, g.queuedNow, m.counted = cpu, queued, true
	case m.counted: // a process takes its time to end, and nothing more is known of the thread
		if s.Wall >= m.run.Threshold && g.there < m.run.Threshold && g.late > m.run.Threshold/2 {
			m.run.Noisy = true
		}
		s.Wall = min(s.Wall, g.there)
	}
	s.CPU, s.Queued = g.cpuNow-g.cpu, g.queuedNow-g.queued
	phase := max(g.phase, ph)
	switch {
	case g.first == Calibrating && ph == Calibrating:
		m.run.Idle = max(m.run.Idle, s.Corrected())
		return
	case phase < Running || g.first == Done || g.beat == 0:
		return
	}
	s.Samples = slices.Clone(g.samples)
	s.classify()
	alone := s.Corrected()
	if slices.ContainsFunc(g.samples, func(x Sample) bool { return x.class() == Lock }) {
		// Who has the lock may have waited for a processor; a loop that looks for the
		// interpreter's lock again and again even seems to compute.
		s.Queued += max(0, m.probe.others()-g.others)
	}
	if s.Wall >= 2*tick && len(m.run.Gaps) < maxGaps {
		m.run.Gaps = append(m.run.Gaps, Gap{s.Start, s.Wall, s.Queued})
	}
	m.run.MaxGap = max(m.run.MaxGap, s.Corrected())
	switch {
	case s.Corrected() >= m.run.Threshold && (s.Class == Fork || s.Class == Unknown && m.counted):
		m.run.Noisy = true // the monitor itself had no processor, or no two looks agree
	case s.Corrected() >= m.run.Threshold:
		if g.signals > 0 || m.child.Collect {
			s.Traceback = m.traceback()
		}
		m.run.Stalls = append(m.run.Stalls, s)
	case alone >= m.run.Threshold:
		m.run.Noisy = true // a lock, or others without a processor: it can't be told
	case s.Wall >= m.run.Threshold && g.late > m.run.Threshold/2:
		m.run.Noisy = true // what is subtracted may have been before or after the gap
	}
}

// traceback reads what the child has dumped since the last time.
func (m *monitor) traceback() string {
	time.Sleep(5 * tick) // the signal may still be on its way
	b, _ := io.ReadAll(io.NewSectionReader(m.dump, m.dumped, 1<<20))
	m.dumped += int64(len(b))
	return string(b)
}
