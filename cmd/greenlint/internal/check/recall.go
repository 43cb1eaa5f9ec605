package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/cache"
	"github.com/greenlint/greenlint/rules"
)

// What a check of Python says follows from the program, the settings, the request,
// the names of all files and the text of those that it reads. Which it reads
// follows from the others; so two entries are kept: under the key of all but the
// texts, the names of the files that were read, and under the key with their texts
// what was found. A file that is changed, added or removed changes one of the keys.

// A pythonPart is what the Python files add to an [Outcome].
type pythonPart struct {
	Findings []rules.Finding
	Comments []report.FileComments
	Skipped  []rules.Skip
	Stats    report.Stats
	Notes    []string
	Partial  bool
}

func (p *pythonPart) addTo(out *Outcome) {
	out.Findings = append(out.Findings, p.Findings...)
	out.Comments = append(out.Comments, p.Comments...)
	out.Skipped = append(out.Skipped, p.Skipped...)
	out.Notes = append(out.Notes, p.Notes...)
	out.Stats.Add(&p.Stats)
	out.Partial = out.Partial || p.Partial
}

// A recollection is the place of one check in the cache.
type recollection struct {
	cache *cache.Cache
	src   *source
	key   func() (*cache.Key, bool) // of all but the texts
}

func recall(req Request, src *source) *recollection {
	return &recollection{req.Cache, src, func() (*cache.Key, bool) {
		k, ok := req.Cache.Key("python 1")
		if !ok {
			return nil, false
		}
		var config []byte
		name := ""
		if req.ConfigFile != "" {
			b, err := os.ReadFile(req.ConfigFile)
			if err != nil {
				return nil, false
			}
			if name, err = filepath.Rel(req.Root, req.ConfigFile); err != nil {
				return nil, false
			}
			config = b
		}
		request, err := json.Marshal([]any{filepath.ToSlash(name), req.Loop, req.Paths, req.Sites})
		if err != nil {
			return nil, false
		}
		k.Add(request)
		k.Add(config)
		k.Add([]byte(strings.Join(req.Files, "\x00")))
		return k, true
	}}
}

func (r *recollection) get(p *pythonPart) bool {
	k, ok := r.key()
	if !ok {
		return false
	}
	list, ok := r.cache.Get(k.ID())
	if !ok {
		return false
	}
	var names []string
	if json.Unmarshal(list, &names) != nil {
		return false
	}
	r.addTexts(k, names)
	body, ok := r.cache.Get(k.ID())
	return ok && json.Unmarshal(body, p) == nil
}

func (r *recollection) put(p *pythonPart) {
	k, ok := r.key()
	if !ok {
		return
	}
	names := r.src.names()
	list, err := json.Marshal(names)
	if err != nil {
		return
	}
	body, err := json.Marshal(p)
	if err != nil || bytes.Contains(list, mangled) || bytes.Contains(body, mangled) {
		return
	}
	r.cache.Put(k.ID(), list)
	r.addTexts(k, names)
	r.cache.Put(k.ID(), body)
}

// mangled stands in JSON where a text was not UTF-8; it would not come back as it was.
var mangled = []byte(`\ufffd`)

// addTexts adds files to a key, with their texts, or why they have none.
func (r *recollection) addTexts(k *cache.Key, names []string) {
	sums := make([][sha256.Size]byte, len(names))
	faults := make([]string, len(names))
	var todo sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		todo.Go(func() {
			for i := w; i < len(names); i += workers {
				b, err := r.src.Read(names[i])
				if err != nil {
					faults[i] = err.Error()
				}
				sums[i] = sha256.Sum256(b)
			}
		})
	}
	todo.Wait()
	for i, name := range names {
		k.Add([]byte(name))
		k.Add(sums[i][:])
		k.Add([]byte(faults[i]))
	}
}

// names are the files that were asked for so far, sorted.
func (s *source) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.asked))
	for name := range s.asked {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
