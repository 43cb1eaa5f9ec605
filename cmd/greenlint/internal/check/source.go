package check

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// maxSource bounds what is read of one file; no one writes more by hand.
const maxSource = 64 << 20

var errTooLarge = errors.New("larger than 64 MB")

// source reads the project's files, each once.
type source struct {
	root  string
	files []string
	other func(string) ([]byte, error) // see [Request.Read]
	mu    sync.Mutex
	seen  map[string][]byte
	asked map[string]error // what was asked for, and why it can't be read
	sites []string         // directories of installed modules, relative to root
}

func newSource(req Request) *source {
	s := &source{root: req.Root, files: req.Files, other: req.Read, seen: map[string][]byte{}, asked: map[string]error{}}
	for _, dir := range req.Sites {
		if rel, err := filepath.Rel(s.root, dir); err == nil {
			s.sites = append(s.sites, filepath.ToSlash(rel))
		}
	}
	return s
}

func (s *source) Files() []string { return s.files }

// Read returns a file's text. Only regular files are opened: a FIFO would hang.
func (s *source) Read(name string) (b []byte, err error) {
	s.mu.Lock()
	b, ok := s.seen[name]
	if !ok {
		err, ok = s.asked[name]
	}
	s.mu.Unlock()
	if ok {
		return b, err
	}
	b, err = s.read(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[name] = err
	if err == nil {
		s.seen[name] = b
	}
	return b, err
}

// maxInstalled bounds what is read of an installed module; what is larger was written by
// a program.
const maxInstalled = 1 << 20

// installed is the file of an installed module, for Read; "" where there is none. What
// was asked for and is not there counts as read.
func (s *source) installed(module string) string {
	if !moduleName.MatchString(module) {
		return ""
	}
	for _, dir := range s.sites {
		for _, end := range []string{"/__init__.py", ".py"} {
			file := path.Join(dir, strings.ReplaceAll(module, ".", "/")+end)
			if b, err := s.Read(file); err == nil && len(b) <= maxInstalled {
				return file
			}
		}
	}
	return ""
}

// ofSite reports whether a file is that of an installed module.
func (s *source) ofSite(name string) bool {
	return slices.ContainsFunc(s.sites, func(dir string) bool { return strings.HasPrefix(name, dir+"/") })
}

var moduleName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

func (s *source) read(name string) (b []byte, err error) {
	if s.other != nil && !s.ofSite(name) {
		if b, err = s.other(name); err != nil {
			return nil, unwrap(err)
		}
		return within(b)
	}
	p := filepath.Join(s.root, filepath.FromSlash(name))
	st, err := os.Stat(p)
	if err != nil {
		return nil, unwrap(err)
	}
	if !st.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(p)
	if err != nil {
		return nil, unwrap(err)
	}
	defer f.Close()
	var text bytes.Buffer
	text.Grow(int(min(st.Size(), maxSource)) + bytes.MinRead) // as much as it says, and room to see the end
	if _, err := text.ReadFrom(io.LimitReader(f, maxSource+1)); err != nil {
		return nil, unwrap(err)
	}
	return within(text.Bytes())
}

func within(b []byte) ([]byte, error) {
	if len(b) > maxSource {
		return nil, errTooLarge
	}
	return b, nil
}

// unwrap drops the path that the operating system's errors repeat.
func unwrap(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
