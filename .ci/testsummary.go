// Command testsummary reads the output of "go test -json" and prints what a
// person wants to see of it: a line for each package, the output of what failed,
// the name of each test that was skipped and why, and the counts.
//
// It ends with status 1 if anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// event is a line of test2json.
type event struct {
	Action, Package, Test, Output string
}

type test struct{ pkg, name string }

func main() {
	output := map[test]*strings.Builder{}
	broken := map[string]bool{} // packages
	var passed, failed int
	var skipped []string
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil { // not from test2json: the go command itself
				os.Stdout.Write(line)
				continue
			}
			key := test{e.Package, e.Test}
			switch e.Action {
			case "build-output":
				fmt.Print(e.Output)
			case "output":
				if output[key] == nil {
					output[key] = new(strings.Builder)
				}
				output[key].WriteString(e.Output)
				if e.Test == "" && strings.HasPrefix(e.Output, "ok ") {
					fmt.Print(e.Output)
				}
			case "pass", "fail", "skip":
				switch {
				case e.Action == "fail":
					fmt.Print(text(output[key]))
					if e.Test != "" || !broken[e.Package] { // a package fails with each of its tests
						failed++
					}
					broken[e.Package] = true
				case e.Test != "" && e.Action == "pass":
					passed++
					delete(output, key)
				case e.Test != "":
					skipped = append(skipped, fmt.Sprintf("skipped: %s %s%s", e.Package, e.Test, reason(text(output[key]))))
				}
			}
		}
		if err != nil {
			break
		}
	}
	for _, s := range skipped {
		fmt.Println(s)
	}
	fmt.Printf("%d tests passed, %d failed, %d skipped\n", passed, failed, len(skipped))
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

func text(b *strings.Builder) string {
	if b == nil {
		return ""
	}
	return b.String()
}

// reason is why a test was skipped, as it says in its output.
func reason(output string) string {
	for line := range strings.Lines(output) {
		if _, why, ok := strings.Cut(line, ".go:"); ok {
			if _, why, ok = strings.Cut(why, ": "); ok {
				return ": " + strings.TrimSpace(why)
			}
		}
	}
	return ""
}
