// Package revision reads a project as it was in another git revision, without
// touching the working tree: the list of files from "git ls-tree", their texts
// from "git cat-file".
package revision

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
)

// A Tree is a directory of the working tree as it was in a revision. Close it.
type Tree struct {
	Commit string // its full name

	ctx   context.Context
	dir   string // the directory, absolute
	blobs map[string]string
	mu    sync.Mutex
	cat   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
}

// Open finds the revision from which the working tree of dir has parted: the
// merge base of rev and HEAD, or rev itself where they have none.
func Open(ctx context.Context, dir, rev string) (*Tree, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return nil, fmt.Errorf("%q is no revision", rev)
	}
	t := &Tree{ctx: ctx, dir: dir, blobs: map[string]string{}}
	if _, err := t.git("rev-parse", "--show-prefix"); err != nil {
		return nil, fmt.Errorf("comparing with %s needs a git checkout: %w", rev, err)
	}
	out, err := t.git("rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		hint := ""
		if shallow, err := t.git("rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(shallow) == "true" {
			hint = "; this clone is shallow: fetch the whole history (fetch-depth: 0)"
		}
		return nil, fmt.Errorf("git knows no revision %s%s", rev, hint)
	}
	t.Commit = strings.TrimSpace(out)
	if base, err := t.git("merge-base", "HEAD", t.Commit); err == nil {
		t.Commit = strings.TrimSpace(base)
	}
	list, err := t.git("ls-tree", "-r", "-z", t.Commit)
	if err != nil {
		return nil, err
	}
	for row := range strings.SplitSeq(list, "\x00") {
		head, name, ok := strings.Cut(row, "\t") // "100644 blob 3fa0… \tshop/tasks.py", relative to dir
		words := strings.Fields(head)
		if !ok || len(words) != 3 || !strings.HasPrefix(words[0], "100") || files.Foreign(name) {
			continue // links and submodules have no text of their own
		}
		t.blobs[name] = words[2]
	}
	return t, nil
}

// Files lists the files, sorted, relative to the directory.
func (t *Tree) Files() []string {
	out := make([]string, 0, len(t.blobs))
	for name := range t.blobs {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Read returns the text of a file. It may be called by several goroutines.
func (t *Tree) Read(name string) ([]byte, error) {
	id, ok := t.blobs[path.Clean(name)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cat == nil {
		if err := t.start(); err != nil {
			return nil, err
		}
	}
	if _, err := io.WriteString(t.in, id+"\n"); err != nil {
		return nil, err
	}
	head, err := t.out.ReadString('\n') // "<id> blob <size>"
	if err != nil {
		return nil, err
	}
	words := strings.Fields(head)
	if len(words) != 3 {
		return nil, fmt.Errorf("git cat-file: %s", strings.TrimSpace(head))
	}
	size, err := strconv.Atoi(words[2])
	if err != nil {
		return nil, err
	}
	text := make([]byte, size+1) // a line end follows
	if _, err := io.ReadFull(t.out, text); err != nil {
		return nil, err
	}
	return text[:size], nil
}

func (t *Tree) start() error {
	cmd := command(t.ctx, t.dir, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t.cat, t.in, t.out = cmd, in, bufio.NewReaderSize(out, 1<<16)
	return nil
}

// Extract writes the whole revision, what lies above the directory too, below a
// new directory, and returns where the tree's own directory is in it. Some tools
// read from disks only. done removes it all.
func (t *Tree) Extract() (dir string, done func(), err error) {
	tmp, err := os.MkdirTemp("", "greenlint-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(tmp) }
	defer func() {
		if err != nil {
			done()
		}
	}()
	prefix, err := t.git("rev-parse", "--show-prefix")
	if err != nil {
		return "", nil, err
	}
	top, err := t.git("rev-parse", "--show-toplevel")
	if err != nil {
		return "", nil, err
	}
	tree := filepath.Join(tmp, "tree")
	for _, args := range [][]string{
		{"read-tree", t.Commit},
		{"-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false", "checkout-index", "--all", "--quiet", "--prefix=" + filepath.ToSlash(tree) + "/"},
	} {
		cmd := command(t.ctx, strings.TrimSuffix(top, "\n"), args...)
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+filepath.Join(tmp, "index"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("reading %s: %w: %s", t.Commit, err, bytes.TrimSpace(out))
		}
	}
	return filepath.Join(tree, filepath.FromSlash(strings.TrimSuffix(prefix, "\n"))), done, nil
}

// Close ends the reading.
func (t *Tree) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cat != nil {
		t.in.Close()
		t.cat.Wait()
		t.cat = nil
	}
}

// Changes says how the working tree differs from the revision: whether at all,
// and which files were renamed, old → new. Files that git doesn't track count as
// changes.
func (t *Tree) Changes() (changed bool, renamed map[string]string, err error) {
	renamed, changed, err = renames(t.ctx, t.dir, t.Commit)
	if err != nil || changed {
		return changed, renamed, err
	}
	out, err := t.git("ls-files", "-z", "--others", "--exclude-standard")
	return out != "", renamed, err
}

// Renames lists the files below dir that were renamed, old → new, since the
// commit that last changed a file, or since HEAD where that was changed after it.
func Renames(ctx context.Context, dir, since string) map[string]string {
	t := &Tree{ctx: ctx, dir: dir}
	out, err := t.git("log", "-1", "--format=%H", "--", since)
	commit := strings.TrimSpace(out)
	if err != nil || commit == "" {
		return nil
	}
	renamed, _, err := renames(ctx, dir, commit)
	if err != nil {
		return nil
	}
	return renamed
}

func renames(ctx context.Context, dir, commit string) (renamed map[string]string, changed bool, err error) {
	t := &Tree{ctx: ctx, dir: dir}
	out, err := t.git("diff", "--no-ext-diff", "--no-textconv", "--relative", "-M", "--name-status", "-z", commit, "--")
	if err != nil {
		return nil, false, err
	}
	renamed = map[string]string{}
	words := strings.Split(out, "\x00")
	for i := 0; i < len(words) && words[i] != ""; {
		changed = true
		if words[i][0] == 'R' && i+2 < len(words) {
			renamed[words[i+1]] = words[i+2]
		}
		if words[i][0] == 'R' || words[i][0] == 'C' {
			i += 3
		} else {
			i += 2
		}
	}
	// A file that was moved and is not yet in the index is to git one file less
	// and one it doesn't know. The same text says that they are one.
	if err := t.untracked(commit, renamed); err != nil {
		return nil, false, err
	}
	return renamed, changed, nil
}

// untracked adds files that are not in the index and have the text of one that is gone.
func (t *Tree) untracked(commit string, renamed map[string]string) error {
	gone, err := t.git("diff", "--no-ext-diff", "--no-renames", "--diff-filter=D", "--relative", "--raw", "--no-abbrev", "-z", commit, "--")
	if err != nil || gone == "" {
		return err
	}
	byID := map[string]string{} // ":100644 000000 <id> 0000… D"
	words := strings.Split(gone, "\x00")
	for i := 0; i+1 < len(words); i += 2 {
		if f := strings.Fields(words[i]); len(f) == 5 {
			byID[f[2]] = words[i+1]
		}
	}
	others, err := t.git("ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	var names []string
	for name := range strings.SplitSeq(others, "\x00") {
		if name != "" && !strings.Contains(name, "\n") && !files.Foreign(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	prefix, err := t.git("rev-parse", "--show-prefix") // hash-object reads names from the top
	if err != nil {
		return err
	}
	top, err := t.git("rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	cmd := command(t.ctx, strings.TrimSuffix(top, "\n"), "hash-object", "--stdin-paths")
	var list strings.Builder
	for _, name := range names {
		list.WriteString(strings.TrimSuffix(prefix, "\n") + name + "\n")
	}
	cmd.Stdin = strings.NewReader(list.String())
	out, err := cmd.Output()
	if err != nil {
		return nil // one of them went away meanwhile: then it is no rename either
	}
	for i, id := range strings.Fields(string(out)) {
		if from, ok := byID[id]; ok && i < len(names) && renamed[from] == "" {
			renamed[from] = names[i]
		}
	}
	return nil
}

// git runs a command of git and returns what it prints.
func (t *Tree) git(args ...string) (string, error) {
	cmd := command(t.ctx, t.dir, args...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if text := strings.TrimSpace(string(bytes.TrimSpace(exit.Stderr))); text != "" {
			first, _, _ := strings.Cut(text, "\n")
			return string(out), errors.New(first)
		}
	}
	return string(out), err
}

// command prepares a command of git that runs no program which a repository's
// own configuration names.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{
		"-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.quotePath=false",
		"--literal-pathspecs",
	}, args...)...)
	cmd.Dir = filepath.Clean(dir)
	cmd.Env = files.GitEnv(os.Environ())
	return cmd
}
