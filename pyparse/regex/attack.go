package regex

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Attack is a family of subjects for which matching takes far longer than they are
// long: Prefix, Pump any number of times, Suffix.
type Attack struct {
	Prefix, Pump, Suffix string

	// Degree says how the work grows: 2 = with the square of the length, 3 = with its
	// cube …; 0 = exponentially, by a factor for each pump.
	Degree int

	growth  float64 // the factor for each pump, or the power
	pumps   int     // that took
	seconds float64 // as CPython is estimated
}

// Pumps estimates how many pumps keep CPython busy for some seconds.
func (a *Attack) Pumps(seconds float64) int {
	more := seconds / a.seconds
	if a.Degree == 0 {
		return max(1, int(math.Ceil(float64(a.pumps)+math.Log(more)/math.Log(a.growth))))
	}
	return max(1, int(math.Ceil(float64(a.pumps)*math.Pow(more, 1/a.growth))))
}

// Len is how many characters a subject with n pumps has.
func (a *Attack) Len(n int) int {
	return utf8.RuneCountInString(a.Prefix) + n*utf8.RuneCountInString(a.Pump) + utf8.RuneCountInString(a.Suffix)
}

// Subject is the subject with n pumps.
func (a *Attack) Subject(n int) string { return a.Prefix + strings.Repeat(a.Pump, n) + a.Suffix }

// Expr is an expression of Python for it.
func (a *Attack) Expr(n int) string {
	out := fmt.Sprintf("%q * %d", a.Pump, n)
	if a.Prefix != "" {
		out = strconv.Quote(a.Prefix) + " + " + out
	}
	if a.Suffix != "" {
		out += " + " + strconv.Quote(a.Suffix)
	}
	return out
}

// How long CPython 3.11 takes on a common machine for a step, and for one of a tight
// loop: measured over the patterns of the tests.
const (
	secondsPerStep  = 2e-8
	secondsPerLight = 1.5e-9
)

// How much is tried: enough steps to tell one growth from another, and few enough that a
// pattern takes some milliseconds.
const (
	fewSteps  = 50_000
	manySteps = 200_000
	maxSteps  = 3_000_000
	allSteps  = 25_000_000 // for one pattern
)

// Find looks for the worst attack on a pattern; nil where none is found. An error means
// that the pattern can't be read.
func Find(pattern string, flags Flags, how How) (*Attack, error) {
	seq, groups, err := parse(pattern, flags)
	if err != nil {
		return nil, err
	}
	a := build(seq, how == Search)
	if a == nil {
		return nil, nil
	}
	t := &trial{m: &matcher{seq: seq, how: how}, groups: groups, letters: a.letters, left: allSteps}
	var worst *Attack
	for _, l := range a.leads(how == Search) {
		if x := t.try(l); x != nil && (worst == nil || x.worse(worst)) {
			worst = x
		}
		if worst != nil && worst.Degree == 0 {
			break
		}
	}
	return worst, nil
}

// worse reports whether a shorter subject does the same.
func (a *Attack) worse(b *Attack) bool { return a.Len(a.Pumps(1)) < b.Len(b.Pumps(1)) }

func (t *trial) seconds() float64 {
	return float64(t.m.steps-t.m.light)*secondsPerStep + float64(t.m.light)*secondsPerLight
}

type trial struct {
	m       *matcher
	groups  int
	letters []rune
	left    int // steps that may still be made
}

// steps counts what a subject takes, whether it matches in the end or not; seconds then
// says how long that would take. It is 0 where the pattern has had its share.
func (t *trial) steps(l lead, suffix []rune, n, limit int) int {
	subject := slices.Concat(l.prefix, slices.Repeat(l.pump, n), suffix)
	if t.left <= 0 {
		return 0
	}
	t.m.run(t.groups, subject, limit)
	t.left -= t.m.steps
	return t.m.steps
}

// try follows a lead: it looks for the suffix that makes the most work, as one does at
// which every way fails, then how the work grows.
func (t *trial) try(l lead) *Attack {
	few := 24
	if l.exponential {
		few = 6
	}
	suffixes := [][]rune{nil}
	for _, r := range t.letters {
		suffixes = append(suffixes, []rune{r})
	}
	for _, r := range t.letters[:min(len(t.letters), 6)] {
		suffixes = append(suffixes, []rune{'\n', r})
	}
	if slices.Equal(l.prefix, l.pump) {
		l.prefix = nil
	}
	took, most := make([]int, len(suffixes)), 0
	for i, s := range suffixes {
		took[i] = t.steps(l, s, few, fewSteps)
		most = max(most, took[i])
	}
	if most == 0 {
		return nil
	}
	best := suffixes[slices.IndexFunc(took, func(n int) bool { return n > most/4 })] // the plainest that will do
	a := &Attack{Prefix: string(l.prefix), Pump: string(l.pump), Suffix: string(best)}
	if l.exponential {
		if t.explodes(l, best, a) {
			return a
		}
		few = 24
	}
	if t.grows(l, best, a) {
		return a
	}
	return nil
}

// explodes reports whether four more pumps make eight times the work, and this until
// there is a lot of it. Two ways for each pump would be sixteen times; a polynomial of
// these lengths stays below.
func (t *trial) explodes(l lead, suffix []rune, a *Attack) bool {
	before := 0
	for n := 4; n <= 48; n += 4 {
		now := t.steps(l, suffix, n, maxSteps)
		if now >= manySteps {
			if before*8 > now || before == 0 {
				return false
			}
			a.growth, a.pumps, a.seconds = math.Pow(float64(now)/float64(before), 0.25), n, t.seconds()
			return true
		}
		before = now
	}
	return false
}

// grows measures the power with which the work grows with the length.
func (t *trial) grows(l lead, suffix []rune, a *Attack) bool {
	var last [3]int
	var seconds [3]float64
	for i, n := range []int{32, 64, 128} {
		now := t.steps(l, suffix, n, maxSteps)
		if last[i], seconds[i] = now, t.seconds(); now > maxSteps {
			break
		}
	}
	from, to, n, took := last[1], last[2], 128, seconds[2]
	if to == 0 || to > maxSteps {
		from, to, n, took = last[0], last[1], 64, seconds[1]
	}
	if from == 0 || to == 0 {
		return false
	}
	power := math.Log2(float64(to) / float64(from))
	if power < 1.7 {
		return false
	}
	a.Degree = int(math.Round(power))
	a.growth, a.pumps, a.seconds = power, n, took
	return true
}
