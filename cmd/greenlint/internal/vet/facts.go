package vet

import (
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"slices"
)

// facts are those of a package and of all below it that have any, packed.
type facts map[string][]byte

const magic = "greenlint facts 1\n"

// writeFacts writes a vetx file: for each package its path and its fact.
func writeFacts(file string, f facts) error {
	if file == "" {
		return nil
	}
	out := []byte(magic)
	for _, path := range slices.Sorted(maps.Keys(f)) {
		out = binary.AppendUvarint(out, uint64(len(path)))
		out = append(out, path...)
		out = binary.AppendUvarint(out, uint64(len(f[path])))
		out = append(out, f[path]...)
	}
	return os.WriteFile(file, out, 0o666)
}

// readFacts merges the files of the packages that are imported directly.
func readFacts(files map[string]string) (facts, error) {
	out := facts{}
	for _, pkg := range slices.Sorted(maps.Keys(files)) {
		data, err := os.ReadFile(files[pkg])
		if err != nil {
			return nil, err
		}
		rest, ok := cutMagic(data)
		if !ok {
			return nil, errors.New(files[pkg] + " holds no facts of greenlint")
		}
		for len(rest) > 0 {
			var path, fact []byte
			if path, rest, ok = field(rest); ok {
				fact, rest, ok = field(rest)
			}
			if !ok {
				return nil, errors.New(files[pkg] + " is cut off")
			}
			out[string(path)] = fact
		}
	}
	return out, nil
}

func cutMagic(b []byte) ([]byte, bool) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, false
	}
	return b[len(magic):], true
}

func field(b []byte) (data, rest []byte, ok bool) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)-k) {
		return nil, nil, false
	}
	return b[k : k+int(n)], b[k+int(n):], true
}
