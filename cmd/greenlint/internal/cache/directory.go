package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxSize bounds what the directory holds; what was used least recently goes first.
const maxSize = 256 << 20

// A directory is a store on the disk: one file for each entry, which begins with
// the hash of the rest. Files appear under their names when they are complete.
type directory struct {
	path  string
	limit int64 // bytes
}

// magic begins every entry; it changes with the form of what follows.
const magic = "greenlint cache 1\n"

// temporary begins the names of files that are being written.
const temporary = "new-"

func (d *directory) file(id ID) string {
	name := hex.EncodeToString(id[:])
	return filepath.Join(d.path, name[:2], name[2:])
}

func (d *directory) get(id ID) ([]byte, bool) {
	name := d.file(id)
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, false
	}
	sum, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok || len(sum) < sha256.Size {
		return nil, false
	}
	body := sum[sha256.Size:]
	if sha256.Sum256(body) != ID(sum[:sha256.Size]) {
		return nil, false
	}
	now := time.Now()
	os.Chtimes(name, now, now) // it was used
	return body, true
}

func (d *directory) put(id ID, body []byte) {
	size := int64(len(magic) + sha256.Size + len(body))
	name := d.file(id)
	if size > d.limit || os.MkdirAll(filepath.Dir(name), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(name), temporary)
	if err != nil {
		return
	}
	sum := sha256.Sum256(body)
	_, err = f.Write(slices.Concat([]byte(magic), sum[:], body))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return
	}
	d.trim()
}

// An entry is a file of the directory.
type entry struct {
	name      string
	size      int64
	used      time.Time
	temporary bool
}

// entries lists the files that are ours; the user may have named a directory
// that holds others.
func (d *directory) entries() (out []entry) {
	dirs, _ := os.ReadDir(d.path)
	for _, sub := range dirs {
		if !isHex(sub.Name(), 2) {
			continue
		}
		files, _ := os.ReadDir(filepath.Join(d.path, sub.Name()))
		for _, f := range files {
			unfinished := strings.HasPrefix(f.Name(), temporary)
			if !unfinished && !isHex(f.Name(), 2*len(ID{})-2) {
				continue
			}
			if info, err := f.Info(); err == nil && info.Mode().IsRegular() { // else somebody has removed it
				out = append(out, entry{filepath.Join(d.path, sub.Name(), f.Name()), info.Size(), info.ModTime(), unfinished})
			}
		}
	}
	return out
}

func isHex(s string, n int) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == n
}

// trim removes what was used least recently until the rest is small enough, and
// files that a run has left half written.
func (d *directory) trim() {
	list := d.entries()
	var sum int64
	for _, e := range list {
		sum += e.size
	}
	slices.SortFunc(list, func(x, y entry) int { return cmp.Or(x.used.Compare(y.used), strings.Compare(x.name, y.name)) })
	left := time.Now().Add(-time.Hour)
	for _, e := range list {
		if sum > d.limit && !e.temporary || e.temporary && e.used.Before(left) {
			if os.Remove(e.name) == nil {
				sum -= e.size
			}
		}
	}
}

// clean removes all entries, and the directories that are empty then.
func (d *directory) clean() error {
	for _, e := range d.entries() {
		if err := os.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		os.Remove(filepath.Dir(e.name))
	}
	os.Remove(d.path)
	return nil
}

func (d *directory) close() error { return nil }
