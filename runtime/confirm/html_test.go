package confirm

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// TestHTML looks into the page: it loads nothing, believes no name, and has the
// stalls, gaps and turns where they were.
func TestHTML(t *testing.T) {
	const ms = time.Millisecond
	run := func(stalls ...stall.Stall) *trial {
		return &trial{Run: &stall.Run{End: stall.Ended, Began: 400 * ms, Call: 500 * ms, Stalls: stalls, Gaps: []stall.Gap{{Start: 420 * ms, Wall: 5 * ms, Queued: 2 * ms}, {Start: 500 * ms, Wall: 250 * ms}}}}
	}
	held := stall.Stall{Start: 500 * ms, Wall: 250 * ms, Class: stall.RawSyscall, Syscall: "wait4"}
	first := run(held)
	first.stacks = [][]Frame{{{"/p/<b>.py", 7, "task"}}}
	first.turns = []Turn{{0, 0, 10 * ms}, {1, 10 * ms, 20 * ms}}
	v := Verdict{
		Target: `<script>x</script>`, Verdict: Confirmed, Engine: "cpython+gevent", StallMs: 250, Class: "raw-syscall", Syscall: "wait4", Trials: 1,
		Stack: []Frame{{"/p/a.py", 9, "task"}}, record: &record{[]kind{survey, judged}, []*trial{first, run(held)}},
	}
	bare := Verdict{Target: "bare", Verdict: Inconclusive, Reason: "there is no engine"}
	var b strings.Builder
	require.NoError(t, WriteHTML(&b, []Verdict{v, bare}, func(s string) string { return strings.TrimPrefix(s, "/p/") }))
	page := b.String()
	for _, no := range []string{"<script", "src=", "href=", "@import", "url(", "<b>"} {
		require.NotContains(t, page, no)
	}
	for _, yes := range []string{
		"1 confirmed, 0 refuted, 1 inconclusive", "prefers-color-scheme: dark", "there is no engine", ">trial 1<", ">survey<", ">the task<", ">task 1 beside it<",
		"250 ms raw-syscall (wait4) at 100 ms\n&lt;b&gt;.py:7 task", "250 ms raw-syscall (wait4) at 100 ms\na.py:9 task", "no beat for 5.0 ms, 2.0 of them without a processor",
		"task 1 runs for 10.0 ms", ">500 ms<",
	} {
		require.Contains(t, page, yes)
	}
	at := map[string][]string{}
	for _, m := range regexp.MustCompile(`<rect class="(\w+)" x="([\d.]+)" y="\d+" height="\d+" width="([\d.]+)">`).FindAllStringSubmatch(page, -1) {
		at[m[1]] = append(at[m[1]], m[2]+"+"+m[3])
		x, _ := strconv.ParseFloat(m[2], 64)
		w, _ := strconv.ParseFloat(m[3], 64)
		require.LessOrEqual(t, x+w, 1000.0)
	}
	require.Equal(t, map[string][]string{
		"turn":  {"0+1000.00", "0+1000.00"},
		"stall": {"200.00+500.00", "200.00+500.00"}, "gap": {"40.00+10.00", "40.00+10.00"}, "runs": {"0.00+20.00", "20.00+20.00"},
	}, at)
}

// TestHTMLOfARun has the lines of what was really run.
func TestHTMLOfARun(t *testing.T) {
	s := session(t, engineVenv(t))
	dir, err := filepath.Abs("../../testdata/stalls")
	require.NoError(t, err)
	list, err := Parse(dir, "gl501_second_loop_bad.py")
	require.NoError(t, err)
	v := settled(t, s, list[0])
	var b strings.Builder
	require.NoError(t, WriteHTML(&b, []Verdict{v}, func(s string) string { return s }))
	require.Contains(t, b.String(), ">task 1 beside it<")
	require.Contains(t, b.String(), ">without the loop<")
}
