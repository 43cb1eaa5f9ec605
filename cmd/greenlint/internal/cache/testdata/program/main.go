// Command program is a cache program for tests. It keeps its entries in the
// directory that it is given, as a shared one would on another machine.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := serve(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve speaks the protocol as the go command's documentation has it.
func serve(dir string, in io.Reader, out io.Writer) error {
	type object = map[string]any
	enc, dec := json.NewEncoder(out), json.NewDecoder(in)
	if err := enc.Encode(object{"ID": 0, "KnownCommands": []string{"get", "put", "close"}}); err != nil {
		return err
	}
	for {
		var r struct {
			ID                 int64
			Command            string
			ActionID, OutputID []byte
			BodySize           int
		}
		if err := dec.Decode(&r); err != nil {
			return err
		}
		action := filepath.Join(dir, "action-"+fmt.Sprintf("%x", r.ActionID))
		answer := object{"ID": r.ID}
		switch r.Command {
		case "put":
			var text string
			if err := dec.Decode(&text); err != nil {
				return err
			}
			body, err := base64.StdEncoding.DecodeString(text)
			if err != nil || len(body) != r.BodySize {
				return fmt.Errorf("%d bytes instead of %d (%v)", len(body), r.BodySize, err)
			}
			file := filepath.Join(dir, fmt.Sprintf("output-%x", r.OutputID))
			if err := os.WriteFile(file, body, 0o600); err != nil {
				return err
			}
			if err := os.WriteFile(action, r.OutputID, 0o600); err != nil {
				return err
			}
			answer["DiskPath"] = file
		case "get":
			id, err := os.ReadFile(action)
			if err != nil {
				answer["Miss"] = true
				break
			}
			file := filepath.Join(dir, fmt.Sprintf("output-%x", id))
			answer["OutputID"], answer["DiskPath"] = id, file
		case "close":
			return enc.Encode(answer)
		}
		if err := enc.Encode(answer); err != nil {
			return err
		}
	}
}
