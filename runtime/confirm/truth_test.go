package confirm

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/cpython"
)

// truthRow is one measured snippet: a program with a function task, and what it
// did to its loop.
type truthRow struct {
	Case, Env, API, Class, Verdict, Code string
	Exception                            *string
}

// expected is the verdict that says the same.
func (r *truthRow) expected() string {
	switch r.Verdict {
	case "ok":
		return Refuted
	case "stalls", "hang-stalled":
		return Confirmed
	case "raises":
		return Confirmed + " raises"
	}
	return Inconclusive
}

// TestTruth confirms measured snippets and compares the verdicts. It takes half
// an hour and is not for every day:
//
//	GREENLINT_TRUTH=rows.jsonl         the rows; the test is skipped without
//	GREENLINT_TRUTH_ENV=gevent,asyncio of these environments only
//	GREENLINT_TRUTH_CASE=regexp        these cases only
//	GREENLINT_TRUTH_OUT=file           writes a line of JSON for each row
//	GREENLINT_TRUTH_DNS=1              serve DNS on 127.0.0.53:53, to which the machine has been pointed
//	GREENLINT_ENGINE_VENV=dir          with the libraries
func TestTruth(t *testing.T) {
	name := os.Getenv("GREENLINT_TRUTH")
	if name == "" {
		t.Skip("GREENLINT_TRUTH names no file of measured rows")
	}
	rows := readTruth(t, name)
	ctx := t.Context()
	s, err := NewSession(ctx, Options{Python: os.Getenv("GREENLINT_ENGINE_VENV")})
	require.NoError(t, err)
	defer s.Close()
	dns := startTruthPeers(t, s.peers)
	var out *os.File
	if o := os.Getenv("GREENLINT_TRUTH_OUT"); o != "" {
		out, err = os.Create(o)
		require.NoError(t, err)
		defer out.Close()
	}
	var mu sync.Mutex
	agree, ran, skipped := 0, 0, 0
	todo := make(chan truthRow)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for r := range todo {
				v, why := confirmTruth(ctx, t, s, &r, dns)
				got := v.Verdict
				if v.Class == "raises" {
					got += " raises"
				}
				mu.Lock()
				ok := why == "" && got == r.expected()
				switch {
				case why != "":
					skipped++
				case ok:
					agree++
					ran++
				default:
					ran++
					t.Logf("%-16s %-36s recorded %s (%s), now %s", r.Env, r.Case, r.Verdict, r.Class, v.Headline(filepath.Base))
				}
				if out != nil {
					json.NewEncoder(out).Encode(map[string]any{
						"env": r.Env, "case": r.Case, "recorded": r.Verdict, "class": r.Class, "agrees": ok, "skipped": why, "verdict": v,
					})
				}
				mu.Unlock()
			}
		})
	}
	for _, r := range rows {
		todo <- r
	}
	close(todo)
	workers.Wait()
	t.Logf("%d rows ran, %d agree (%.1f %%), %d could not be run", ran, agree, 100*float64(agree)/float64(max(1, ran)), skipped)
	if agree*100 < ran*95 {
		t.Error("fewer than 95 % agree")
	}
}

func readTruth(t *testing.T, name string) (out []truthRow) {
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	envs := strings.Split(os.Getenv("GREENLINT_TRUTH_ENV"), ",")
	cases := regexp.MustCompile(os.Getenv("GREENLINT_TRUTH_CASE"))
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r truthRow
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		if (envs[0] == "" || slices.Contains(envs, r.Env)) && cases.MatchString(r.Case) {
			out = append(out, r)
		}
	}
	require.NoError(t, lines.Err())
	return out
}

// confirmTruth returns the verdict, or why the row can't be run here.
func confirmTruth(ctx context.Context, t *testing.T, s *Session, r *truthRow, dns bool) (Verdict, string) {
	if !dns && (strings.Contains(r.Code, "slow.test") || strings.Contains(r.Code, "10.9.8.7")) {
		return Verdict{}, "no slow DNS"
	}
	dir, err := os.MkdirTemp(s.tmp, "truth-")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "case.py")
	require.NoError(t, os.WriteFile(file, []byte(r.Code), 0o666))
	loop, _, _ := strings.Cut(r.Env, "-")
	none := ""
	target := &Target{
		Name: r.Case, Language: "python", Loop: rules.Loop(loop), File: file, Func: "task", Args: &none, Path: []string{dir}, Roots: []string{dir}, Native: true,
		hook: func(ctx context.Context, k kind, dir string, task *cpython.Task) (func(), error) {
			return prepareTruth(s, r.Code, dir, task)
		},
	}
	v, err := s.Confirm(ctx, target)
	if err != nil {
		return v, err.Error()
	}
	if v.Verdict == Inconclusive && regexp.MustCompile(`ModuleNotFoundError|ImportError|No module named`).MatchString(v.Reason) {
		return v, v.Reason
	}
	return v, ""
}

// prepareTruth sets up what a snippet expects to find, and what happens to it
// 0.3 s after its task has begun.
func prepareTruth(s *Session, code, dir string, task *cpython.Task) (undo func(), err error) {
	var undos []func()
	var later []func(pid int)
	undo = func() {
		for _, f := range undos {
			f()
		}
	}
	has := func(text string) bool { return strings.Contains(code, text) }
	hold := func(name string, lock func(*os.File) error) *os.File {
		f, openErr := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o666)
		if openErr == nil {
			openErr = lock(f)
		}
		if openErr != nil {
			err = openErr
		}
		undos = append(undos, func() { f.Close() })
		return f
	}
	pipe := func() (r, w *os.File) {
		r, w, pipeErr := os.Pipe()
		if pipeErr != nil {
			err = pipeErr
		}
		undos = append(undos, func() { r.Close(); w.Close() })
		return r, w
	}
	drain := func(r *os.File) func(int) {
		return func(int) {
			var b [64 << 10]byte
			for {
				if n, err := r.Read(b[:]); n == 0 || err != nil {
					return
				}
			}
		}
	}
	if has("connect('db'") {
		make := exec.Command(s.pythons[0].Path, "-c", "import sqlite3; d = sqlite3.connect('db'); d.execute('create table t (x)'); d.commit()")
		make.Dir = dir
		if e := make.Run(); e != nil {
			return undo, e
		}
		f := hold("db", func(f *os.File) error {
			return syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK, Start: 0x40000000 + 1, Len: 1})
		})
		if !has("timeout=0.3") {
			later = append(later, func(int) { f.Close() })
		}
	}
	if has("FileLock('lk')") {
		f := hold("lk", lockFile)
		later = append(later, func(int) { f.Close() })
	}
	if has("sys.stdin") {
		r, w := pipe()
		task.Stdin = r
		later = append(later, func(int) { w.Write([]byte("x\n")) })
	}
	if has("print('x' * 200000") {
		r, w := pipe()
		task.Stdout = w
		later = append(later, drain(r))
	}
	if has("logging.error('x' * 200000)") {
		r, w := pipe()
		task.Stderr = w
		later = append(later, drain(r))
	}
	if has("SIGUSR1") {
		later = append(later, func(pid int) { syscall.Kill(pid, syscall.SIGUSR1) })
	}
	if has("os.mkfifo('fifo')") {
		name := filepath.Join(dir, "fifo")
		os.Remove(name)
		later = append(later, func(int) {
			mode := os.O_WRONLY
			if has("'w'") {
				mode = os.O_RDONLY
			}
			for range 100 {
				if f, err := os.OpenFile(name, mode|syscall.O_NONBLOCK, 0); err == nil {
					if mode == os.O_WRONLY {
						f.WriteString("<x/>\n")
					} else {
						time.Sleep(100 * time.Millisecond)
					}
					f.Close()
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	if has("'s.sock'") {
		name := filepath.Join(dir, "s.sock")
		os.Remove(name)
		later = append(later, func(int) { connectUnix(name) })
	}
	var helpers []*exec.Cmd
	if has("ipc://z.sock") {
		undos = append(undos, func() {
			for _, h := range helpers {
				h.Process.Kill()
				h.Wait()
			}
		})
		push := exec.Command(s.pythons[0].Path, "-c", "import sys, time, zmq; s = zmq.Context().socket(zmq.PUSH); s.connect('ipc://z.sock'); sys.stdin.read(1); time.sleep(0.3); s.send(b'x'); time.sleep(5)")
		push.Dir = dir
		go_, w, e := os.Pipe()
		if e != nil {
			return undo, e
		}
		push.Stdin = go_
		if e := push.Start(); e != nil {
			return undo, e
		}
		go_.Close()
		helpers = append(helpers, push)
		undos = append(undos, func() { w.Close() })
		task.OnRun = func(ctx context.Context, pid int) { w.Write([]byte("x")) }
	}
	if len(later) > 0 {
		task.OnRun = func(ctx context.Context, pid int) {
			select {
			case <-ctx.Done():
			case <-time.After(peerDelay):
			}
			for _, f := range later {
				f(pid)
			}
		}
	}
	for _, f := range []string{"f", "g", "db.sqlite"} {
		os.Remove(filepath.Join(dir, f))
	}
	return undo, err
}

// startTruthPeers serves the fixed ports of the snippets. It reports whether DNS
// is served too.
func startTruthPeers(t *testing.T, p *Peers) (dns bool) {
	local := func(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }
	tcp := func(port int, serve func(netConn)) {
		l, err := netListen("tcp", local(port))
		require.NoError(t, err)
		p.serve(l, serve)
	}
	tcp(7001, httpAfter(peerDelay))
	_, err := p.blackHole([4]byte{127, 0, 0, 1}, 7002)
	require.NoError(t, err)
	late, err := listenTLS(local(7003))
	require.NoError(t, err)
	p.serve(late, func(c netConn) {
		time.Sleep(peerDelay)
		c.Write([]byte("hello\n")) // shakes hands first
	})
	tcp(7004, readAfter(peerDelay))
	u, err := netListenPacket("udp", local(7005))
	require.NoError(t, err)
	p.packets(u, func(b []byte) []byte { return b })
	tcp(7006, func(c netConn) { serveRedis(c, 0) })
	tcp(7007, func(c netConn) { servePostgres(c, sleepsFor) })
	tcp(7011, lineAfter(peerDelay))
	l, err := listenTLS(local(7013))
	require.NoError(t, err)
	p.serve(l, func(c netConn) {
		if h, ok := c.(interface{ Handshake() error }); ok {
			h.Handshake()
		}
		lineAfter(peerDelay)(c)
	})
	if os.Getenv("GREENLINT_TRUTH_DNS") == "" {
		return false
	}
	d, err := netListenPacket("udp", "127.0.0.53:53")
	require.NoError(t, err)
	p.packets(d, dnsAnswer)
	return true
}
