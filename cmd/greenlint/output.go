package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// An output is one form in which findings are written, and where to.
type output struct {
	format string // "" = by the file's ending, or text
	file   string // "" = standard output
}

// outputs are the pairs of --format and --output, in the order in which they
// are given: each goes with the other one that stands next to it.
type outputs []output

func (o *outputs) setFormat(s string) error {
	if !slices.Contains(formatNames(), s) {
		return command.NotOneOf(s, formatNames())
	}
	if n := len(*o); n > 0 && (*o)[n-1].format == "" {
		(*o)[n-1].format = s
		return nil
	}
	*o = append(*o, output{format: s})
	return nil
}

func (o *outputs) setFile(s string) error {
	if s == "" {
		return errors.New("want a file, or - for standard output")
	}
	if n := len(*o); n > 0 && (*o)[n-1].file == "" {
		(*o)[n-1].file = s
		return nil
	}
	*o = append(*o, output{file: s})
	return nil
}

// endings tell a format by a file's name.
var endings = []struct{ ending, format string }{
	{".sarif", "sarif"}, {".sarif.json", "sarif"}, {".html", "html"}, {".htm", "html"}, {".xml", "junit"}, {".jsonl", "rdjsonl"}, {".json", "json"},
}

// complete gives every pair a format and a file, and refuses two for one place.
func (o outputs) complete() (outputs, error) {
	if len(o) == 0 {
		return outputs{{"text", "-"}}, nil
	}
	out := slices.Clone(o)
	seen := map[string]bool{}
	for i := range out {
		p := &out[i]
		if p.file == "" {
			p.file = "-"
		}
		if p.format == "" {
			p.format = "text"
			for _, e := range endings {
				if strings.HasSuffix(strings.ToLower(p.file), e.ending) {
					p.format = e.format
					break
				}
			}
		}
		if seen[p.file] {
			where := p.file
			if where == "-" {
				where = "standard output"
			}
			return nil, &command.UsageError{Msg: fmt.Sprintf("two formats for %s; each --format goes with an --output of its own", where)}
		}
		seen[p.file] = true
	}
	return out, nil
}

// readers are the formats whose file names other tools take from where they
// stand; the rest are relative to the directory that was checked.
var forTools = map[string]string{ // format → variable that holds the directory which names start from
	"github": "GITHUB_WORKSPACE", "gitlab": "CI_PROJECT_DIR", "sarif": "GITHUB_WORKSPACE", "rdjsonl": "", "junit": "",
}

// namesFor returns how a format calls files.
func namesFor(format, dir string, place *check.Place, getenv func(string) string) func(string) string {
	variable, tool := forTools[format]
	if !tool {
		if format == "json" {
			return place.ForPrograms
		}
		return place.ForPeople
	}
	top := ""
	if variable != "" {
		top = getenv(variable)
	}
	return func(file string) string {
		if top != "" && file != "" {
			abs := inside(place.Root, file)
			if real, err := filepath.EvalSymlinks(top); err == nil {
				top = real
			}
			if real, err := filepath.EvalSymlinks(abs); err == nil {
				abs = real
			}
			if rel, err := filepath.Rel(top, abs); err == nil && filepath.IsLocal(rel) {
				return filepath.ToSlash(rel)
			}
		}
		return place.ForPeople(file)
	}
}

// writeResult writes the findings wherever they are wanted, and then what else
// there is to say. Files come first: standard output may be a pipe that closes.
func writeResult(c *command.Call, f *checkFlags, place *check.Place, catalog *rules.Catalog, r *report.Result) error {
	wanted, err := f.outputs.complete()
	if err != nil {
		return err
	}
	slices.SortStableFunc(wanted, func(a, b output) int { return boolInt(a.file == "-") - boolInt(b.file == "-") })
	o := report.Options{
		Catalog: catalog, Version: version(),
		Read:  func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) },
		Path:  place.ForPeople,
		Width: lineWidth(c.Stdout),
	}
	for _, out := range wanted {
		toFile := out.file != "-"
		written := o
		written.Color = colored(f.color, c.Stdout) && (!toFile || f.color == "always")
		written.Path = namesFor(out.format, c.Dir, place, os.Getenv)
		w, err := report.New(out.format, written)
		if err != nil {
			return err
		}
		if !toFile {
			if err := w.Write(c.Stdout, r); err != nil {
				return fmt.Errorf("writing findings: %w", err)
			}
			continue
		}
		if err := writeWhole(inside(c.Dir, out.file), func(to io.Writer) error { return w.Write(to, r) }); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
	}
	if f.quiet {
		return nil
	}
	o.Color = colored(f.color, c.Stderr)
	return report.Summarise(c.Stderr, r, o, report.Verbosity{Verbose: f.verbose, Stats: f.stats})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// writeWhole writes a file so that nobody ever sees half of it: beside it first,
// then in its place. What is no regular file (a device, a FIFO) is written directly.
func writeWhole(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return replaceFile(name, b.Bytes())
}

func replaceFile(name string, text []byte) (err error) {
	mode := os.FileMode(0o666)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	switch info, err := os.Stat(name); {
	case err == nil && !info.Mode().IsRegular():
		return os.WriteFile(name, text, mode)
	case err == nil:
		mode = info.Mode().Perm()
	}
	tmp, fresh, err := beside(name, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	if _, err := tmp.Write(text); err != nil {
		tmp.Close()
		return err
	}
	if !fresh {
		if err := tmp.Chmod(mode); err != nil {
			tmp.Close()
			return err
		}
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// beside makes a new file next to another one. A file that did not exist gets
// the rights that the user's mask allows.
func beside(name string, mode os.FileMode) (f *os.File, fresh bool, err error) {
	_, err = os.Lstat(name)
	fresh = os.IsNotExist(err)
	for i := 0; ; i++ {
		f, err = os.OpenFile(fmt.Sprintf("%s.%d.%d.tmp", name, os.Getpid(), i), os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if err == nil || !os.IsExist(err) || i > 100 {
			return f, fresh, err
		}
	}
}

// inside returns the system's name of a file that may be relative to dir.
func inside(dir, file string) string {
	if file = filepath.FromSlash(file); filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// readRegular reads a file, but no FIFO or device, which might never end: even to
// open one may wait.
func readRegular(name string) ([]byte, error) {
	if info, err := os.Stat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New(name + " is not a regular file")
	}
	return os.ReadFile(name)
}
