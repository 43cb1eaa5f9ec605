package regex

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMatcherIsCPythons compares what the matcher finds with what CPython finds, for the
// patterns of the other tests and for random ones.
func TestMatcherIsCPythons(t *testing.T) {
	exe := python(t)
	type question struct {
		Pattern  string   `json:"pattern"`
		How      string   `json:"how"`
		Subjects []string `json:"subjects"`
	}
	hows := []string{"search", "match", "fullmatch"}
	r := rand.New(rand.NewSource(1))
	var questions []question
	ask := func(pattern, letters string) {
		q := question{Pattern: pattern, How: hows[r.Intn(len(hows))]}
		for range 12 {
			var s []byte
			for range r.Intn(9) {
				s = append(s, letters[r.Intn(len(letters))])
			}
			q.Subjects = append(q.Subjects, string(s))
		}
		questions = append(questions, q)
	}
	for _, c := range verdicts {
		ask(c.pattern, "ab1 .,x\"\n")
	}
	for _, p := range syntax {
		ask(p, "ab1 -]xA\n")
	}
	for range 4000 {
		ask(randomPattern(r, 3), "aab1\n")
	}
	var in bytes.Buffer
	e := json.NewEncoder(&in)
	for _, q := range questions {
		require.NoError(t, e.Encode(q))
	}
	cmd := exec.Command(exe, "testdata/matches.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	lines := bufio.NewScanner(bytes.NewReader(out))
	refused, compared := 0, 0
	for _, q := range questions {
		require.True(t, lines.Scan())
		var want [][2]int
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		seq, groups, err := parse(q.Pattern, Flags{})
		if err != nil || want == nil {
			if (err != nil) != (want == nil) {
				t.Errorf("%q: CPython and this package do not agree that it can be read: %v", q.Pattern, err)
			}
			refused++
			continue
		}
		if len(want) == 0 {
			continue // it can't say
		}
		m := &matcher{seq: seq}
		for i, h := range hows {
			if h == q.How {
				m.how = How(i)
			}
		}
		for i, s := range q.Subjects {
			from, to, ok := m.run(groups, []rune(s), 1_000_000)
			if m.over {
				continue
			}
			compared++
			got := [2]int{from, to}
			if !ok {
				got = [2]int{-1, -1}
			}
			if got != want[i] {
				t.Errorf("%s %q on %q: CPython finds %v, this matcher %v", q.How, q.Pattern, s, want[i], got)
			}
		}
	}
	t.Logf("%d patterns, %d of which both refuse; %d subjects", len(questions), refused, compared)
	require.Greater(t, compared, 30_000)
}

// randomPattern writes a pattern of the whole grammar, over few letters.
func randomPattern(r *rand.Rand, depth int) string {
	if depth == 0 || r.Intn(4) == 0 {
		atoms := []string{"a", "b", ".", `\d`, `\w`, `\s`, "[ab]", "[^a]", "[a1]", "^", "$", `\b`, `\B`, `\Z`, "1", `\n`, `\1`, "(?i:A)"}
		return atoms[r.Intn(len(atoms))]
	}
	inner := func() string { return randomPattern(r, depth-1) }
	switch r.Intn(14) {
	case 0, 1, 2:
		return inner() + inner()
	case 3:
		return inner() + "|" + inner()
	case 4:
		return "(" + inner() + ")"
	case 5:
		return "(?:" + inner() + "|" + inner() + ")"
	case 6:
		return "(?=" + inner() + ")" + inner()
	case 7:
		return "(?!" + inner() + ")" + inner()
	case 8:
		return "(?<=[ab])" + inner()
	case 9:
		return "(" + inner() + ")?(?(1)" + inner() + "|" + inner() + ")"
	case 10:
		return "(?>" + inner() + ")" + inner()
	}
	quantifiers := []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "{,2}", "*+", "++", "?+", "{1,2}?"}
	return "(?:" + inner() + ")" + quantifiers[r.Intn(len(quantifiers))]
}

// python is a CPython that knows all of the syntax, which is 3.11 and later.
func python(t *testing.T) string {
	t.Helper()
	for _, exe := range []string{os.Getenv("GREENLINT_PYTHON"), "python3", "python"} {
		if exe != "" && exec.Command(exe, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").Run() == nil {
			return exe
		}
	}
	if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
		t.Fatal("no CPython of version 3.11 or later found")
	}
	t.Skip("skipped the comparison with CPython's re: no CPython of version 3.11 or later found")
	return ""
}
