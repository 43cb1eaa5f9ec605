package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
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

// A conn frames messages on a stream: a head with Content-Length, a body.
type conn struct {
	in  *bufio.Reader
	mu  sync.Mutex
	out io.Writer
}

func newConn(in io.Reader, out io.Writer) *conn { return &conn{in: bufio.NewReader(in), out: out} }

// read returns the next message. A body that is no JSON is an *rpcError, after
// which reading can go on; any other error ends the stream.
func (c *conn) read() (*message, error) {
	length := -1
	tp := textproto.NewReader(c.in)
	for first := true; ; first = false {
		line, err := tp.ReadLine()
		switch {
		case err != nil && first && errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, err
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("a head without a colon: %q", line)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 || length > maxMessage {
				return nil, fmt.Errorf("Content-Length: %q", value)
			}
		}
	}
	if length < 0 {
		return nil, errors.New("a message without Content-Length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.in, body); err != nil {
		return nil, err
	}
	m := new(message)
	if err := json.Unmarshal(body, m); err != nil {
		return nil, &rpcError{parseError, err.Error()}
	}
	return m, nil
}

// write sends a message. It may be called by several goroutines.
func (c *conn) write(m *message) error {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.out.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...))
	return err
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
