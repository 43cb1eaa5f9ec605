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

// An overlay lays unsaved texts over the files that the go command reads. What it
// prints names the files that hold the texts, and its cache keeps what it has
// printed: so these have names that tell, in any folder, whose text they hold.
type overlay struct {
	dir, list string            // "" = no text is unsaved
	real      map[string]string // from the name in dir to the file's, below the root
}

func newOverlay(req *Request) (*overlay, error) {
	o := &overlay{real: map[string]string{}}
	replace := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(req.Unsaved)) {
		if path.Ext(name) != ".go" && path.Base(name) != "go.mod" {
			continue
		}
		at := filepath.Join(req.Root, filepath.FromSlash(name))
		as := fmt.Sprintf("unsaved-%.8x-%s", sha256.Sum256([]byte(at)), path.Base(name))
		o.real[as] = name
		if o.dir == "" {
			var err error
			if o.dir, err = os.MkdirTemp("", "greenlint-unsaved-"); err != nil {
				return nil, err
			}
		}
		if err := os.WriteFile(filepath.Join(o.dir, as), req.Unsaved[name], 0o600); err != nil {
			o.remove()
			return nil, err
		}
		replace[at] = filepath.Join(o.dir, as)
	}
	if o.dir == "" {
		return o, nil
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		o.list = filepath.Join(o.dir, "overlay.json")
		err = os.WriteFile(o.list, text, 0o600)
	}
	if err != nil {
		o.remove()
		return nil, err
	}
	return o, nil
}

func (o *overlay) remove() {
	if o.dir != "" {
		os.RemoveAll(o.dir)
	}
}
