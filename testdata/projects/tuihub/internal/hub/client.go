// Package hub is what tuihub and hubd say to each other.
package hub

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// A Runner is one machine of the fleet.
type Runner struct {
	Name  string    `json:"name"`
	Load  float64   `json:"load"`
	Jobs  int       `json:"jobs"`
	Seen  time.Time `json:"seen"`
	Fault string    `json:"fault,omitempty"`
}

// An Event is a change that hubd tells without being asked.
type Event struct {
	Runner string `json:"runner"`
	Text   string `json:"text"`
}

// A Client asks hubd.
type Client struct {
	base string
	http *http.Client
}

// NewClient connects when it is first asked.
func NewClient(base string) *Client {
	return &Client{base: base, http: &http.Client{Timeout: 10 * time.Second}}
}

// Runners lists the fleet.
func (c *Client) Runners() ([]Runner, error) {
	body, err := c.get("/runners")
	if err != nil {
		return nil, err
	}
	var list []Runner
	return list, json.Unmarshal(body, &list)
}

// Log returns the last lines of a runner.
func (c *Client) Log(runner string) (string, error) {
	body, err := c.get("/log?runner=" + url.QueryEscape(runner))
	return string(body), err
}

// Restart asks a runner to start afresh.
func (c *Client) Restart(runner string) error {
	_, err := c.get("/restart?runner=" + url.QueryEscape(runner))
	return err
}

// Events gives what hubd tells, until the connection ends.
func (c *Client) Events() <-chan Event {
	events := make(chan Event)
	go func() {
		defer close(events)
		res, err := c.http.Get(c.base + "/events")
		if err != nil {
			return
		}
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			var e Event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				events <- e
			}
		}
	}()
	return events
}

func (c *Client) get(path string) ([]byte, error) {
	res, err := c.http.Get(c.base + path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, res.Status)
	}
	return io.ReadAll(res.Body)
}
