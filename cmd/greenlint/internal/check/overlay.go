package check

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// An overlay lays texts over the files that the go command reads: unsaved ones,
// and those that stand in for packages which it does not have. What it prints
// names the files that hold the texts, and its cache keeps what it has printed: so
// these have names that tell, in any folder, whose text they hold, even when that
// text is saved and nothing is laid over it.
type overlay struct {
	dir, list string            // "" = nothing is laid over anything
	replace   map[string]string // from the file's place to that of its text
}

const unsavedPrefix = "unsaved-"

// unsavedName is the name of the file that holds the text of the one at a place.
func unsavedName(at string) string {
	return fmt.Sprintf("%s%.8x-%s", unsavedPrefix, sha256.Sum256([]byte(at)), filepath.Base(at))
}

func newOverlay(req *Request) (*overlay, error) {
	o := &overlay{replace: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(req.Unsaved)) {
		if path.Ext(name) != ".go" && path.Base(name) != "go.mod" {
			continue
		}
		at := filepath.Join(req.Root, filepath.FromSlash(name))
		if err := o.lay(at, unsavedName(at), req.Unsaved[name]); err != nil {
			o.remove()
			return nil, err
		}
	}
	return o, nil
}

// lay puts a text in a file's place.
func (o *overlay) lay(at, as string, text []byte) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "greenlint-overlay-"); err != nil {
			return err
		}
	}
	o.replace[at] = filepath.Join(o.dir, as)
	if err := os.WriteFile(o.replace[at], text, 0o600); err != nil {
		return err
	}
	list, err := json.Marshal(map[string]any{"Replace": o.replace})
	if err != nil {
		return err
	}
	o.list = filepath.Join(o.dir, "overlay.json")
	return os.WriteFile(o.list, list, 0o600)
}

// flags are those that the go command has to be given.
func (o *overlay) flags() []string {
	if o == nil || o.list == "" {
		return nil
	}
	return []string{"-overlay=" + o.list}
}

func (o *overlay) remove() {
	if o.dir != "" {
		os.RemoveAll(o.dir)
	}
}
