// Package words finds which of many words are in a text, in one pass over it.
//
// Most files of a project are of no interest: they have none of the words that
// make a task or start a process. To find that out is most of what they cost.
package words

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// A Set is a set of words. It does not change and may be used by several
// goroutines at once. The zero set is empty.
type Set struct {
	words []string               // each once, sorted
	short []int32                // those of fewer bytes than a key is made of
	long  []int32                // all others, by key
	from  [1<<keyBits + 1]uint32 // key → where in long its words begin
}

// A word's key is a hash of its first four bytes. With some hundred words, one
// place in twenty of a text has the key of some word by chance.
const (
	keyLen  = 4
	keyBits = 12
)

func key(four uint32) uint32 { return four * 0x9E3779B1 >> (32 - keyBits) }

func keyOf(word string) uint32 { return key(binary.LittleEndian.Uint32([]byte(word))) }

// New makes a set of words; an empty word counts as none.
func New(words []string) *Set {
	s := &Set{words: slices.Compact(slices.Sorted(slices.Values(words)))}
	for i, w := range s.words {
		switch {
		case len(w) >= keyLen:
			s.long = append(s.long, int32(i))
			s.from[keyOf(w)+1]++
		case w != "":
			s.short = append(s.short, int32(i))
		}
	}
	for k := range 1 << keyBits {
		s.from[k+1] += s.from[k]
	}
	slices.SortStableFunc(s.long, func(i, j int32) int { return cmp.Compare(keyOf(s.words[i]), keyOf(s.words[j])) })
	return s
}

// In reports whether a text has one of the words.
func (s *Set) In(text []byte) bool {
	found := false
	s.each(text, func(int32) bool { found = true; return false })
	return found
}

// All are the words that a text has.
func (s *Set) All(text []byte) Found {
	f := Found{set: s, has: make([]bool, len(s.words))}
	s.each(text, func(i int32) bool { f.has[i] = true; return true })
	return f
}

// each calls yield for words of a text, for some more than once, until it returns false.
func (s *Set) each(text []byte, yield func(word int32) bool) {
	for _, i := range s.short {
		if bytes.Contains(text, []byte(s.words[i])) && !yield(i) {
			return
		}
	}
	var last uint32 // four bytes of the text
	for end, c := range text {
		last = last>>8 | uint32(c)<<24
		k := key(last)
		if s.from[k] == s.from[k+1] {
			continue
		}
		at := end + 1 - keyLen
		if at < 0 {
			continue
		}
		for _, i := range s.long[s.from[k]:s.from[k+1]] {
			if w := s.words[i]; len(text)-at >= len(w) && string(text[at:at+len(w)]) == w && !yield(i) {
				return
			}
		}
	}
}

// Found says which words of a set a text has.
type Found struct {
	set *Set
	has []bool
}

// Any reports whether one of the words, which are of the set, is there.
func (f Found) Any(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		i, ok := slices.BinarySearch(f.set.words, w)
		return ok && f.has[i]
	})
}
