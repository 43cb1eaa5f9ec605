package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// A Spec is a list of version constraints that must all hold: ">=3.1.5, <3.1.14".
type Spec []constraint

type constraint struct {
	op      string
	version string
}

// ParseSpec reads constraints in the syntax of PEP 440, without arbitrary
// equality and wildcards beyond a trailing ".*".
func ParseSpec(s string) (Spec, error) {
	var out Spec
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		i := strings.IndexFunc(part, func(r rune) bool { return !strings.ContainsRune("<>=!~", r) })
		if i <= 0 {
			return nil, fmt.Errorf("version constraint %q: want an operator and a version", part)
		}
		op, v := part[:i], strings.TrimSpace(part[i:])
		switch op {
		case "==", "!=", "<", "<=", ">", ">=", "~=", "===":
		default:
			return nil, fmt.Errorf("version constraint %q: unknown operator %q", part, op)
		}
		out = append(out, constraint{op, v})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("version constraint %q is empty", s)
	}
	return out, nil
}

// MatchSpec reports whether a version meets constraints that ParseSpec accepts.
func MatchSpec(version, spec string) bool {
	cs, err := ParseSpec(spec)
	if err != nil {
		return false
	}
	for _, c := range cs {
		if !c.match(version) {
			return false
		}
	}
	return true
}

func (c constraint) match(v string) bool {
	if prefix, ok := strings.CutSuffix(c.version, ".*"); ok {
		under := v == prefix || strings.HasPrefix(v, prefix+".")
		return under == (c.op != "!=")
	}
	d := CompareVersions(v, c.version)
	switch c.op {
	case "==", "===":
		return d == 0
	case "!=":
		return d != 0
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	case "~=":
		prefix := c.version
		if i := strings.LastIndexByte(prefix, '.'); i >= 0 {
			prefix = prefix[:i]
		}
		return d >= 0 && (v == prefix || strings.HasPrefix(v, prefix+"."))
	}
	return false
}

// CompareVersions orders two versions by their release numbers; a pre-release
// ("1.0rc1") comes before its release. Local and post parts are ignored.
func CompareVersions(a, b string) int {
	an, apre := release(a)
	bn, bpre := release(b)
	for i := 0; i < len(an) || i < len(bn); i++ {
		var x, y int
		if i < len(an) {
			x = an[i]
		}
		if i < len(bn) {
			y = bn[i]
		}
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	switch {
	case apre == bpre:
		return 0
	case apre:
		return -1
	}
	return 1
}

// release returns the numbers of a version's release part and whether the
// version is a pre-release.
func release(v string) (nums []int, pre bool) {
	v = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "v")
	if _, rest, ok := strings.Cut(v, "!"); ok {
		v = rest
	}
	v, _, _ = strings.Cut(v, "+")
	for v != "" {
		i := 0
		for i < len(v) && v[i] >= '0' && v[i] <= '9' {
			i++
		}
		if i == 0 {
			break
		}
		n, err := strconv.Atoi(v[:i])
		if err != nil { // too long to be a version number
			break
		}
		nums = append(nums, n)
		v = v[i:]
		if !strings.HasPrefix(v, ".") {
			break
		}
		v = v[1:]
	}
	v = strings.TrimLeft(v, ".-_")
	return nums, strings.HasPrefix(v, "a") || strings.HasPrefix(v, "b") || strings.HasPrefix(v, "rc") || strings.HasPrefix(v, "dev")
}

// splitSpec splits "greenlet >= 3" into the distribution's name and the spec.
func splitSpec(s string) (dist, spec string) {
	i := strings.IndexAny(s, "<>=!~")
	if i < 0 {
		return strings.TrimSpace(s), ""
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i:])
}
