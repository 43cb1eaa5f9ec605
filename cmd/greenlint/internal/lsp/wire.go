package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A message is one JSON-RPC message: a request (ID and Method), a notification
// (Method) or a response (ID).
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *rpcError) Error() string { return e.Message }

// The error codes of JSON-RPC and of the protocol.
const (
	parseError       = -32700
	invalidRequest   = -32600
	methodNotFound   = -32601
	invalidParams    = -32602
	internalError    = -32603
	notInitialized   = -32002
	requestCancelled = -32800
	contentModified  = -32801
	serverCancelled  = -32802
)

// maxMessage bounds what a client may send at once.
const maxMessage = 256 << 20

// maxHead bounds the lines before a message.
const maxHead = 32

// readFrame returns the next message as it came, and where in it the body begins.
// io.EOF is an end between messages.
func readFrame(in *bufio.Reader) (frame []byte, body int, err error) {
	length := -1
	for range maxHead {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line)+len(frame) == 0:
			return nil, 0, io.EOF
		case errors.Is(err, io.EOF):
			return nil, 0, io.ErrUnexpectedEOF
		case err != nil:
			return nil, 0, err
		}
		frame = append(frame, line...)
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			if length < 0 {
				return nil, 0, errors.New("a message without Content-Length")
			}
			body = len(frame)
			frame, err = readBody(in, frame, length)
			return frame, body, err
		}
		name, value, ok := strings.Cut(string(line), ":")
		if !ok {
			return nil, 0, fmt.Errorf("a head without a colon: %q", line)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 || length > maxMessage {
				return nil, 0, fmt.Errorf("Content-Length: %q", value)
			}
		}
	}
	return nil, 0, errors.New("a head without an end")
}

// readBody reads a body behind its head. Room is made as it comes, since a length
// is soon said.
func readBody(in *bufio.Reader, frame []byte, length int) ([]byte, error) {
	for left := length; left > 0; {
		n := min(left, 1<<20)
		at := len(frame)
		frame = slices.Grow(frame, n)[:at+n]
		if _, err := io.ReadFull(in, frame[at:]); err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		left -= n
	}
	return frame, nil
}

// A conn frames messages on a stream: a head with Content-Length, a body.
type conn struct {
	in  *bufio.Reader
	mu  sync.Mutex
	out io.Writer
	to  func(*message) error // takes what is written in the place of out; nil = nobody does
}

func newConn(in io.Reader, out io.Writer) *conn { return &conn{in: bufio.NewReader(in), out: out} }

// read returns the next message. A body that is no JSON is an *rpcError, after
// which reading can go on; any other error ends the stream.
func (c *conn) read() (*message, error) {
	frame, body, err := readFrame(c.in)
	if err != nil {
		return nil, err
	}
	m := new(message)
	if err := json.Unmarshal(frame[body:], m); err != nil {
		return nil, &rpcError{parseError, err.Error()}
	}
	return m, nil
}

// write sends a message. It may be called by several goroutines.
func (c *conn) write(m *message) error {
	if c.to != nil {
		return c.to(m)
	}
	frame, err := frameOf(m)
	if err != nil {
		return err
	}
	return c.pass(frame)
}

// pass sends a message that is framed already.
func (c *conn) pass(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.out.Write(frame)
	return err
}

func frameOf(m *message) ([]byte, error) {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...), nil
}

func (c *conn) notify(method string, params any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return c.write(&message{Method: method, Params: raw})
}

// reply answers a request.
func (c *conn) reply(id json.RawMessage, result any, failure error) error {
	m := &message{ID: id}
	var e *rpcError
	switch {
	case errors.As(failure, &e):
		m.Error = e
	case failure != nil:
		m.Error = &rpcError{internalError, failure.Error()}
	default:
		raw, err := json.Marshal(result)
		if err != nil {
			return err
		}
		m.Result = raw
	}
	if len(m.ID) == 0 {
		m.ID = json.RawMessage("null")
	}
	return c.write(m)
}
