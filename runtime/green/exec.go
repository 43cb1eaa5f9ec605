package green

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
)

// A Cmd is a child process (gevent.subprocess.Popen). Its fields are those of
// [os/exec.Cmd]; of Stdin, Stdout and Stderr, what is not an *os.File is copied
// by tasks, so it may be a green connection. Methods are called by tasks only.
type Cmd struct {
	*exec.Cmd
	t       *Task
	ours    []io.Closer // our ends of pipes, closed by Wait
	theirs  []*os.File  // the child's ends, closed once it runs
	copiers []*Handle
	exited  Future[struct{}]
	started bool
}

// Command prepares a child that is killed when t is ended: when its task is
// killed, its timeout expires or the loop shuts down.
func Command(t *Task, name string, args ...string) *Cmd {
	t.h.mustRun("Command")
	return &Cmd{Cmd: exec.Command(name, args...), t: t}
}

// StdinPipe returns what writes to the child's standard input. Close it to end
// the input.
func (c *Cmd) StdinPipe() (io.WriteCloser, error) {
	if c.Stdin != nil {
		return nil, errors.New("green: Stdin already set")
	}
	theirs, ours, err := c.t.h.l.pipeTo()
	if err != nil {
		return nil, err
	}
	c.Stdin = theirs
	c.theirs, c.ours = append(c.theirs, theirs), append(c.ours, ours)
	return ours, nil
}

// StdoutPipe returns what reads the child's standard output. Read to its end
// before Wait.
func (c *Cmd) StdoutPipe() (io.ReadCloser, error) {
	if c.Stdout != nil {
		return nil, errors.New("green: Stdout already set")
	}
	ours, theirs, err := c.outPipe()
	if err == nil {
		c.Stdout = theirs
	}
	return ours, err
}

// StderrPipe returns what reads the child's standard error.
func (c *Cmd) StderrPipe() (io.ReadCloser, error) {
	if c.Stderr != nil {
		return nil, errors.New("green: Stderr already set")
	}
	ours, theirs, err := c.outPipe()
	if err == nil {
		c.Stderr = theirs
	}
	return ours, err
}

func (c *Cmd) outPipe() (io.ReadCloser, *os.File, error) {
	ours, theirs, err := c.t.h.l.pipeFrom()
	if err != nil {
		return nil, nil, err
	}
	c.theirs, c.ours = append(c.theirs, theirs), append(c.ours, ours)
	return ours, theirs, nil
}

// Start starts the child, on a thread of the pool.
func (c *Cmd) Start() error {
	if err := c.redirect(); err != nil {
		c.closeAll()
		return err
	}
	if err := c.t.s.ended(); err != nil {
		c.closeAll()
		return err
	}
	t, done := c.t.WithoutCancel() // else a child might start with nobody to wait for it
	err := Offload(t, c.Cmd.Start)
	done()
	for _, f := range c.theirs {
		f.Close()
	}
	c.theirs = nil
	if err != nil {
		c.closeAll()
		return err
	}
	c.started = true
	c.watch()
	return nil
}

// redirect replaces readers and writers that are no files by pipes, and tasks
// that copy.
func (c *Cmd) redirect() error {
	if r := c.Stdin; r != nil {
		if _, file := r.(*os.File); !file {
			c.Stdin = nil
			w, err := c.StdinPipe()
			if err != nil {
				return err
			}
			c.copy("stdin", func() error {
				defer w.Close()
				_, err := io.Copy(w, r)
				if isBrokenPipe(err) { // the child did not want it all
					err = nil
				}
				return err
			})
		}
	}
	same := c.Stderr != nil && sameWriter(c.Stdout, c.Stderr)
	if w := c.Stdout; w != nil {
		if _, file := w.(*os.File); !file {
			c.Stdout = nil
			r, err := c.StdoutPipe()
			if err != nil {
				return err
			}
			c.copy("stdout", func() error {
				defer r.Close()
				_, err := io.Copy(w, r)
				return err
			})
		}
	}
	if same {
		c.Stderr = c.Stdout
	} else if w := c.Stderr; w != nil {
		if _, file := w.(*os.File); !file {
			c.Stderr = nil
			r, err := c.StderrPipe()
			if err != nil {
				return err
			}
			c.copy("stderr", func() error {
				defer r.Close()
				_, err := io.Copy(w, r)
				return err
			})
		}
	}
	return nil
}

func (c *Cmd) copy(name string, f func() error) {
	c.copiers = append(c.copiers, c.t.Go(c.Path+" "+name, func(*Task) error { return f() }))
}

// sameWriter reports whether two writers are one, for 2>&1.
func sameWriter(a, b any) bool {
	defer func() { recover() }() // what can't be compared is not the same
	return a == b
}

// watch waits for the child on a goroutine of its own, since children may live
// for long and the pool is bounded, and kills it when c.t is ended.
func (c *Cmd) watch() {
	l := c.t.h.l
	stop := c.t.AfterFunc(func() { c.Cmd.Process.Kill() })
	l.outside++
	go func() {
		err := c.Cmd.Wait()
		stop()
		l.Post(func() {
			l.outside--
			if err != nil {
				c.exited.Fail(err)
			} else {
				c.exited.Set(struct{}{})
			}
		})
	}()
}

// Wait waits until the child has exited and its output was copied. Its error is
// that of [os/exec.Cmd.Wait], or t's if t was ended, which kills the child.
func (c *Cmd) Wait() error {
	if !c.started {
		return errors.New("green: Cmd.Wait before Start")
	}
	t, done := c.t.WithoutCancel() // a killed child ends soon
	defer done()
	_, err := c.exited.Get(t)
	for _, h := range c.copiers {
		if e := h.Join(t); err == nil {
			err = e
		}
	}
	c.closeAll()
	if end := c.t.s.ended(); end != nil {
		return end
	}
	return err
}

func (c *Cmd) closeAll() {
	for _, f := range c.ours {
		f.Close()
	}
	for _, f := range c.theirs {
		f.Close()
	}
	c.ours, c.theirs = nil, nil
}

// Run starts the child and waits for it.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the child and returns what it wrote to its standard output
// (gevent.subprocess.check_output).
func (c *Cmd) Output() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("green: Stdout already set")
	}
	var out, errs bytes.Buffer
	c.Stdout = &out
	capture := c.Stderr == nil
	if capture {
		c.Stderr = &errs
	}
	err := c.Run()
	var exit *exec.ExitError
	if capture && errors.As(err, &exit) {
		exit.Stderr = errs.Bytes()
	}
	return out.Bytes(), err
}

// CombinedOutput runs the child and returns all that it wrote.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil || c.Stderr != nil {
		return nil, errors.New("green: Stdout or Stderr already set")
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}
