package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/greenlint/greenlint/rules"
)

// fingerprint gives every finding that has none a name that survives line moves
// and reformatting: a hash of the rule, the file, the function around it, what
// is called, and its number among those that share all of these. It changes when
// the file or the function is renamed. The findings must be sorted.
func fingerprint(all []rules.Finding) {
	count := map[string]int{}
	for i := range all {
		f := &all[i]
		if f.Fingerprint != "" {
			continue
		}
		key := string(f.Rule) + "\x00" + f.Pos.File + "\x00" + string(around(f)) + "\x00" + f.Symbol
		if f.Symbol == "" {
			key += "\x00" + f.Message
		}
		n := count[key]
		count[key]++
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(n)))
		f.Fingerprint = hex.EncodeToString(sum[:16])
	}
}

// around returns the function in which the finding lies; "" where not known.
func around(f *rules.Finding) rules.Func {
	for i, fr := range f.Chain {
		if fr.Pos == f.Pos {
			return caller(f, i)
		}
	}
	return ""
}

// caller returns the function in which a frame's call stands.
func caller(f *rules.Finding, frame int) rules.Func {
	switch {
	case frame > 0:
		return f.Chain[frame-1].Func
	case len(f.Contexts) > 0:
		return f.Contexts[0].Context.Func
	}
	return ""
}
