package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// A Check is one language's. Checks run one after the other.
type Check struct {
	// Speaks reports whether the check finds things in a file. What it does not
	// speak of can still decide what it finds: settings, a Procfile.
	Speaks func(file string) bool
	Run    func(context.Context, Project) (*Checked, error)
}

// A Project is a folder to check.
type Project struct {
	Dir      string
	Read     func(name string) ([]byte, error) // gives a file's text, by its name below the folder
	Unsaved  map[string][]byte                 // the texts that Read gives in the place of those on the disk, by name
	Progress func(stage string, done, total int)
}

// A Checked is the answer. Findings come with fixes and suppressions.
type Checked struct {
	Findings []rules.Finding
	// Again gives what is found in files with these texts, within a moment; ok is
	// false where only a check of the folder can tell. nil = always.
	Again func(ctx context.Context, changed map[string][]byte) (found []rules.Finding, ok bool, err error)
}

// A job is a folder and one of the checks.
type job struct {
	dir   string
	check int
}

// A result is what is known of a folder, and from which texts. It is not changed,
// but replaced.
type result struct {
	findings map[string][]rules.Finding // by path
	texts    map[string][]byte          // of open documents, as they were checked last
	whole    map[string][]byte          // and as they were when the folder was checked
	started  time.Time
	took     time.Duration
	again    func(context.Context, map[string][]byte) ([]rules.Finding, bool, error)
	failed   error
}

// maxPause bounds the pause before a check of a folder that takes long.
const maxPause = 2 * time.Second

// dirs are the folders that are checked: those of the client, and those around
// open files that lie in none. The caller holds s.mu.
func (s *server) dirs() []string {
	out := slices.Clone(s.folders)
	for path := range s.docs {
		if folderOf(out, path) == "" {
			out = append(out, filepath.Dir(path))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// speaks reports whether a check finds things in a file.
func (s *server) speaks(check int, path string) bool {
	return s.o.Checks[check].Speaks == nil || s.o.Checks[check].Speaks(path)
}

// spoken reports whether some check finds things in a file.
func (s *server) spoken(path string) bool {
	for i := range s.o.Checks {
		if s.speaks(i, path) {
			return true
		}
	}
	return false
}

// touch asks for checks after a file has changed, and gives up the one that runs
// if it is among them. "" is a change that can mean everything.
func (s *server) touch(path string) {
	all := path == "" || !s.spoken(path)
	s.mu.Lock()
	s.change++
	for _, dir := range s.dirs() {
		if !all && !within(dir, path) {
			continue
		}
		for i := range s.o.Checks {
			if all || s.speaks(i, path) {
				s.due[job{dir, i}] = s.change
			}
		}
	}
	if _, again := s.due[s.running]; again && s.stop != nil && s.due[s.running] == s.change {
		s.stop()
	}
	s.mu.Unlock()
	for _, c := range []chan struct{}{s.wake, s.soon} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// within reports whether a file lies in a folder.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// folderOf is the innermost folder that holds a file; "" where none does.
func folderOf(dirs []string, path string) string {
	best := ""
	for _, d := range dirs {
		if within(d, path) && len(d) > len(best) {
			best = d
		}
	}
	return best
}

// asOnDisk reports whether a text is that of the file.
func (s *server) asOnDisk(path string, text []byte) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(text)) {
		return false
	}
	disk, err := os.ReadFile(path)
	return err == nil && bytes.Equal(disk, text)
}

// known reports whether a document that was opened holds what was checked
// already, and notes that.
func (s *server) known(path string, d *document) bool {
	info, err := os.Stat(path)
	if err != nil || !s.asOnDisk(path, d.text) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := folderOf(s.dirs(), path)
	for i := range s.o.Checks {
		if !s.speaks(i, path) {
			continue
		}
		at := job{dir, i}
		r := s.results[at]
		_, due := s.due[at]
		if r == nil || due || r.failed != nil || !info.ModTime().Before(r.started) {
			return false
		}
		if old, ok := r.texts[path]; ok && !bytes.Equal(old, d.text) {
			return false
		}
	}
	for i := range s.o.Checks {
		at := job{dir, i}
		if r := s.results[at]; r != nil && s.speaks(i, path) {
			n := *r
			n.texts, n.whole = withText(r.texts, path, d.text), withText(r.whole, path, d.text)
			s.results[at] = &n
		}
	}
	return true
}

func withText(m map[string][]byte, path string, text []byte) map[string][]byte {
	out := maps.Clone(m)
	if out == nil {
		out = map[string][]byte{}
	}
	out[path] = text
	return out
}

// changedOnDisk is told of a file that something has written.
func (s *server) changedOnDisk(path string) {
	s.mu.Lock()
	d := s.docs[path]
	s.mu.Unlock()
	if path == "" || d != nil && s.spoken(path) { // what the client shows counts
		return
	}
	s.touch(path)
}

// work checks folders when something has changed and no more has for a while.
func (s *server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for quiet := false; !quiet; {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-time.After(s.pause()):
				quiet = true
			}
		}
		s.forget()
		for ctx.Err() == nil {
			at, ok := s.next()
			if !ok {
				break
			}
			if !s.checkFolder(ctx, at) {
				break // something has changed; after a pause it goes on
			}
		}
	}
}

// pause is how long nothing must have changed: a check that takes long is not
// begun at every breath.
func (s *server) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.o.Delay
	for at := range s.due {
		if r := s.results[at]; r != nil && r.took > time.Second {
			out = max(out, min(r.took/4, maxPause))
		}
	}
	return out
}

// next is the first job that is due.
func (s *server) next() (job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []job
	for at := range s.due {
		list = append(list, at)
	}
	if len(list) == 0 {
		return job{}, false
	}
	return slices.MinFunc(list, func(a, b job) int {
		if a.check != b.check {
			return a.check - b.check
		}
		return strings.Compare(a.dir, b.dir)
	}), true
}

// forget drops folders that are no longer open.
func (s *server) forget() {
	s.mu.Lock()
	dirs := s.dirs()
	gone := map[string]bool{}
	for at, r := range s.results {
		if !slices.Contains(dirs, at.dir) {
			for path := range r.findings {
				gone[path] = true
			}
			delete(s.results, at)
		}
	}
	maps.DeleteFunc(s.due, func(at job, _ int) bool { return !slices.Contains(dirs, at.dir) })
	s.mu.Unlock()
	if len(gone) > 0 {
		s.publish(gone, false)
	}
}

// checkFolder does a job; false where a change has overtaken it.
func (s *server) checkFolder(ctx context.Context, at job) (done bool) {
	s.mu.Lock()
	run, stop := context.WithCancel(ctx)
	change := s.due[at]
	s.running, s.stop = at, stop
	dirs, docs, old := s.dirs(), maps.Clone(s.docs), s.results[at]
	s.mu.Unlock()
	started := time.Now()
	bar := s.begin(filepath.Base(at.dir), old)
	defer func() {
		stop()
		bar.end()
		s.mu.Lock()
		s.running, s.stop = job{}, nil
		s.mu.Unlock()
	}()
	texts, unsaved := map[string][]byte{}, map[string][]byte{}
	for path, d := range docs {
		texts[path] = d.text
		if within(at.dir, path) {
			if rel, err := filepath.Rel(at.dir, path); err == nil {
				unsaved[filepath.ToSlash(rel)] = d.text
			}
		}
	}
	got, err := s.guarded(run, at, Project{
		Dir: at.dir, Unsaved: unsaved, Progress: bar.report,
		Read: func(name string) ([]byte, error) {
			path := filepath.Join(at.dir, filepath.FromSlash(name))
			if text, ok := texts[path]; ok {
				return text, nil
			}
			info, err := os.Stat(path)
			if err == nil && !info.Mode().IsRegular() {
				err = errors.New("not a regular file")
			}
			if err != nil {
				return nil, err
			}
			return os.ReadFile(path)
		},
	})
	s.mu.Lock()
	if s.due[at] != change || run.Err() != nil {
		s.mu.Unlock()
		return false
	}
	delete(s.due, at)
	r := &result{findings: map[string][]rules.Finding{}, texts: texts, whole: texts, started: started, took: time.Since(started)}
	if err != nil {
		if old != nil {
			r.findings = old.findings
		}
		r.failed = err
	} else {
		r.again = got.Again
		for _, f := range got.Findings {
			path := filepath.Join(at.dir, filepath.FromSlash(f.Pos.File))
			if f.Suppressed == "" && folderOf(dirs, path) == at.dir { // of nested folders the inner one speaks
				r.findings[path] = append(r.findings[path], f)
			}
		}
	}
	s.results[at] = r
	paths := map[string]bool{}
	for _, x := range []*result{old, r} {
		if x != nil {
			for path := range x.findings {
				paths[path] = true
			}
		}
	}
	for path := range s.docs { // an open file hears that it is clean
		if within(at.dir, path) {
			paths[path] = true
		}
	}
	s.mu.Unlock()
	if err != nil {
		s.log("checking %s: %v", at.dir, err)
		s.conn.notify("window/logMessage", map[string]any{"type": 1, "message": "greenlint: " + err.Error()})
	}
	s.publish(paths, true)
	return true
}

// guarded runs a check, and makes an error of a fault in it.
func (s *server) guarded(ctx context.Context, at job, p Project) (out *Checked, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error while checking %s: %v", at.dir, v)
		}
	}()
	return s.o.Checks[at.check].Run(ctx, p)
}

// quickly answers changes from what the last checks have kept.
func (s *server) quickly(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.soon:
		}
		s.mu.Lock()
		var jobs []job
		for at, r := range s.results {
			if r.again != nil {
				jobs = append(jobs, at)
			}
		}
		s.mu.Unlock()
		slices.SortFunc(jobs, func(a, b job) int { return strings.Compare(a.dir, b.dir) })
		for _, at := range jobs {
			s.quick(ctx, at)
		}
	}
}

// quick does a job again for the open documents that have changed.
func (s *server) quick(ctx context.Context, at job) {
	s.mu.Lock()
	r := s.results[at]
	if r == nil || r.again == nil {
		s.mu.Unlock()
		return
	}
	dirs := s.dirs()
	changed, docs := map[string][]byte{}, map[string]*document{}
	news := false
	for path, d := range s.docs {
		if folderOf(dirs, path) != at.dir || !s.speaks(at.check, path) {
			continue
		}
		checked, ok := r.texts[path]
		new := !ok || !bytes.Equal(checked, d.text)
		if new || !bytes.Equal(r.whole[path], d.text) {
			if rel, err := filepath.Rel(at.dir, path); err == nil {
				changed[filepath.ToSlash(rel)], docs[path] = d.text, d
			}
		}
		news = news || new
	}
	s.mu.Unlock()
	if !news {
		return
	}
	found, ok, err := s.againGuarded(ctx, at, r, changed)
	s.mu.Lock()
	if s.results[at] != r || err != nil || !ok {
		if s.results[at] == r && !ok {
			n := *r
			n.again = nil
			s.results[at] = &n
		}
		s.mu.Unlock()
		return
	}
	n := *r
	n.findings, n.texts = maps.Clone(r.findings), maps.Clone(r.texts)
	paths := map[string]bool{}
	for path, d := range docs {
		delete(n.findings, path)
		n.texts[path] = d.text
		paths[path] = true
	}
	for _, f := range found {
		path := filepath.Join(at.dir, filepath.FromSlash(f.Pos.File))
		if paths[path] && f.Suppressed == "" {
			n.findings[path] = append(n.findings[path], f)
		}
	}
	s.results[at] = &n
	s.mu.Unlock()
	s.publish(paths, false)
}

func (s *server) againGuarded(ctx context.Context, at job, r *result, changed map[string][]byte) (out []rules.Finding, ok bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log("internal error while checking %s: %v", at.dir, v)
			ok = false
		}
	}()
	return r.again(ctx, changed)
}

// found is what is known of a file, and whether that holds for its text; whole
// says that it must come from a check of the folder. The caller holds s.mu.
func (s *server) found(path string, whole bool) (out []diagnostic, current bool, failed error) {
	out, current = []diagnostic{}, true
	dir := folderOf(s.dirs(), path)
	if dir == "" {
		return out, true, nil
	}
	for i := range s.o.Checks {
		r := s.results[job{dir, i}]
		_, due := s.due[job{dir, i}]
		if r == nil {
			current = current && !s.speaks(i, path)
			continue
		}
		if d := s.docs[path]; d != nil && s.speaks(i, path) {
			texts := r.texts
			if whole {
				texts = r.whole
			}
			current = current && bytes.Equal(texts[path], d.text)
		}
		if whole && due && s.speaks(i, path) {
			current = false
		}
		if r.failed != nil && s.speaks(i, path) {
			failed = r.failed
		}
		tx := newTexts(s.enc, dir, r.texts)
		for j := range r.findings[path] {
			out = append(out, s.diagnostic(&r.findings[path][j], tx))
		}
	}
	return out, current, failed
}

// publish pushes what is known of files to the client, where that has changed,
// and answers who waits for it. What is known of another text than that of the
// open document is not pushed: a newer answer is on its way.
func (s *server) publish(paths map[string]bool, whole bool) {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	refresh := false
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		s.mu.Lock()
		list, current, _ := s.found(path, false)
		d := s.docs[path]
		p := publishParams{URI: uriOf(path), Diagnostics: list}
		if d != nil {
			p.URI, p.Version = d.uri, &d.version
		}
		raw, err := json.Marshal(p)
		before, pushed := s.shown[path]
		pulled := d != nil && s.can.pull
		switch {
		case d != nil && !current, err != nil:
			s.mu.Unlock()
			continue
		case pulled:
			refresh = refresh || whole && s.changedSincePulled(path, list)
			if pushed && d != nil { // it was shown as a closed file
				delete(s.shown, path)
				p.Diagnostics = []diagnostic{}
				raw, _ = json.Marshal(p)
			} else {
				s.mu.Unlock()
				continue
			}
		case string(raw) == before, d == nil && !pushed && len(list) == 0:
			s.mu.Unlock()
			continue
		case d == nil && len(list) == 0:
			delete(s.shown, path)
		default:
			s.shown[path] = string(raw)
		}
		s.mu.Unlock()
		if err := s.conn.write(&message{Method: "textDocument/publishDiagnostics", Params: raw}); err != nil {
			s.log("publishing: %v", err)
			return
		}
	}
	s.answerPulls()
	if refresh && s.can.refresh {
		s.ask("workspace/diagnostic/refresh", nil, nil)
	}
}

func (s *server) log(format string, args ...any) {
	if s.o.Log != nil {
		fmt.Fprintf(s.o.Log, "greenlint lsp: %s\n", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
