package cache

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A program is a store behind a child process, which speaks what "go doc
// cmd/go/internal/cacheprog" describes: a JSON object a line, one request and its
// response after the other.
type program struct {
	ctx    context.Context // ends it
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	can    []string
	n      int64 // requests so far
	broken bool  // it has answered nonsense, or not at all
}

type request struct {
	ID       int64
	Command  string
	ActionID []byte `json:",omitempty"`
	OutputID []byte `json:",omitempty"`
	BodySize int64  `json:",omitempty"`
}

type response struct {
	ID            int64
	Err           string
	KnownCommands []string
	Miss          bool
	OutputID      []byte
	Size          int64
	DiskPath      string
}

// patience is how long the program may take to end once it was told to.
const patience = 5 * time.Second

// start runs the program and hears what it can do.
func start(ctx context.Context, command string) (*program, error) {
	args, err := splitCommand(command)
	if err != nil {
		return nil, fmt.Errorf("GOCACHEPROG: %w", err)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = patience
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("GOCACHEPROG: %w", err)
	}
	p := &program{ctx: ctx, cmd: cmd, in: in, out: json.NewDecoder(bufio.NewReader(out))}
	var hello response
	if err := p.out.Decode(&hello); err != nil || len(hello.KnownCommands) == 0 {
		p.broken = true
		p.close()
		return nil, errors.New("GOCACHEPROG: the program does not say which commands it knows")
	}
	p.can = hello.KnownCommands
	return p, nil
}

// ask sends a request, and a body after it if there is one.
func (p *program) ask(r request, body []byte) (response, bool) {
	if p.broken || p.ctx.Err() != nil || !slices.Contains(p.can, r.Command) {
		return response{}, false
	}
	p.n++
	r.ID = p.n
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // it ends every value with a new line; a second one is the go command's habit
	err := enc.Encode(r)
	b.WriteByte('\n')
	if err == nil && len(body) > 0 {
		err = enc.Encode(body)
	}
	if err == nil {
		_, err = p.in.Write(b.Bytes())
	}
	var res response
	if err == nil {
		err = p.out.Decode(&res)
	}
	if err != nil || res.ID != r.ID {
		p.broken = true
		return response{}, false
	}
	return res, res.Err == ""
}

func (p *program) get(id ID) ([]byte, bool) {
	res, ok := p.ask(request{Command: "get", ActionID: id[:]}, nil)
	if !ok || res.Miss || res.DiskPath == "" {
		return nil, false
	}
	body, err := os.ReadFile(res.DiskPath)
	if err != nil {
		return nil, false
	}
	sum := sha256.Sum256(body)
	return body, bytes.Equal(sum[:], res.OutputID)
}

func (p *program) put(id ID, body []byte) {
	sum := sha256.Sum256(body)
	p.ask(request{Command: "put", ActionID: id[:], OutputID: sum[:], BodySize: int64(len(body))}, body)
}

func (p *program) close() error {
	p.ask(request{Command: "close"}, nil)
	p.in.Close()
	late := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer late.Stop()
	return p.cmd.Wait()
}

// splitCommand splits a command line at blanks, like the go command: a word may
// stand in single or double quotes.
func splitCommand(s string) ([]string, error) {
	var out []string
	for {
		s = strings.TrimLeft(s, " \t\n\r")
		if s == "" {
			break
		}
		if q := s[0]; q == '"' || q == '\'' {
			word, rest, ok := strings.Cut(s[1:], string(q))
			if !ok {
				return nil, fmt.Errorf("a quote is not closed: %s", s)
			}
			out, s = append(out, word), rest
			continue
		}
		i := strings.IndexAny(s, " \t\n\r")
		if i < 0 {
			i = len(s)
		}
		out, s = append(out, s[:i]), s[i:]
	}
	if len(out) == 0 {
		return nil, errors.New("no command")
	}
	return out, nil
}
