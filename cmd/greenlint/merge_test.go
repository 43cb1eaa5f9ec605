package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// newHub is a project with Go packages beside its Python: three tasks in two
// packages get at a sink in a third one, and one is silenced.
func newHub(t *testing.T) *shop {
	s := newShop(t)
	s.write("Procfile", "worker: celery -A shop worker -Pgevent\n")
	s.write("go.mod", "module example.com/hub\n\ngo 1.24\n")
	s.write("slow/slow.go", "package slow\n\nimport (\n\t\"os/exec\"\n\t\"time\"\n)\n\nfunc Down() { time.Sleep(time.Hour) }\n\nfunc Run() { _ = exec.Command(\"x\").Run() }\n")
	for _, name := range []string{"left", "right", "far"} {
		s.write(name+"/"+name+".go", "package "+name+"\n\nimport \"example.com/hub/slow\"\n\n//greenlint:task\nfunc Task() {\n\tslow.Down()\n\tslow.Run() //greenlint:ignore GL201 "+name+"\n}\n")
	}
	s.commit("Go")
	return s
}

// findingsOf cuts the findings out of JSON output, as they are written there.
func findingsOf(t *testing.T, out string) string {
	t.Helper()
	var v struct{ Findings json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(out), &v), out)
	return string(v.Findings)
}

func TestShards(t *testing.T) {
	s := newHub(t)
	bin := ownCommand(t)
	run := func(args string) (int, string) {
		t.Helper()
		return bash(t, s.dir, bin+" "+args, "CI=")
	}
	status, out := run("check --format json -q")
	require.Equal(t, command.Findings, status)
	whole := findingsOf(t, out)
	for _, must := range []string{`"file": "slow/slow.go"`, `"file": "shop/tasks.py"`, `"file": "Procfile"`, `"suppressed": "inline"`} {
		require.Contains(t, whole, must)
	}
	for n := 1; n <= 3; n++ {
		var parts []string
		held := 0
		for i := n; i > 0; i-- { // in any order
			part := fmt.Sprintf("part%d.json", i)
			status, said := run(fmt.Sprintf("check -q --shard %d/%d --format json --output %s", i, n, part))
			require.Equal(t, command.OK, status, said)
			if findingsOf(t, s.read(part)) != "[]" {
				held++
			}
			parts = append(parts, part)
		}
		require.Equal(t, n > 1, held > 1, "the work is shared out among %d", n)
		merge := "merge -q " + strings.Join(parts, " ")
		status, out := run(merge + " --format json")
		require.Equal(t, command.Findings, status)
		require.Equal(t, whole, findingsOf(t, out))
		for _, f := range report.Formats() {
			if f.Name == "json" {
				continue
			}
			_, want := run("check -q --format " + f.Name)
			_, got := run(merge + " --format " + f.Name)
			require.Equal(t, want, got, f.Name)
		}
	}
	t.Run("a baseline", func(t *testing.T) {
		status, out := run("merge part1.json part2.json part3.json --baseline known.json --update-baseline")
		require.Equal(t, command.OK, status, out)
		_, _ = run("check -q --baseline other.json --update-baseline")
		require.Equal(t, s.read("other.json"), s.read("known.json"))
	})
	t.Run("mistakes", func(t *testing.T) {
		s.write("no.json", `{"schema": "greenlint/1", "findings": []}`)
		run("check -q --shard 1/2 --format json --output half.json")
		run("check -q --shard 2/2 --select GL4 --format json --output selected.json")
		for args, want := range map[string]string{
			"merge":                                                 "merge what?",
			"merge part1.json part2.json":                           "shard 3/3 is missing",
			"merge part1.json part1.json":                           "are both shard 1/3",
			"merge half.json part2.json":                            "come from different checks: the number of shards differ",
			"merge half.json selected.json":                         "--select or --ignore differ",
			"merge no.json":                                         "not a part of a check",
			"merge Procfile":                                        "not greenlint's JSON",
			"merge nowhere.json":                                    "nowhere.json",
			"check --shard 3/2 --format json":                       "want i/n",
			"check --shard x --format json":                         "want i/n",
			"check --shard 1/2":                                     "--shard wants --format json",
			"check --shard 1/2 --format json --fix":                 "goes neither with --fix",
			"check --shard 1/2 --format json --diff x":              "nor with --diff",
			"check --shard 1/2 --format json --baseline known.json": "greenlint merge takes it",
		} {
			status, out := run(args)
			require.Equal(t, command.Failure, status, args)
			require.Contains(t, out, want, args)
		}
	})
}
