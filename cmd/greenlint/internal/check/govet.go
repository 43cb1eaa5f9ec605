package check

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A goModule is one module's turn.
type goModule struct {
	*goRun
	ctx     context.Context
	self    string
	dir     string
	stubbed map[string]bool // packages that a stub stands in for

	read    map[string]bool // files of which a unit has told
	unread  string          // why the output of go vet could not be read
	stderr  string          // of the last run
	printed bool            // the last run has told of some package
}

// vet runs go vet on packages and takes in what it tells.
func (m *goModule) vet(packages []string) error {
	args := []string{"vet", "-vettool=" + m.self, "-json", "-findings"}
	if m.req.Loop != "" {
		args = append(args, "-loop="+string(m.req.Loop))
	}
	cmd := m.command(slices.Concat(args, m.over.flags(), packages)...)
	cmd.Env = append(os.Environ(), "GREENLINT_CONFIG="+cmp.Or(m.req.ConfigFile, "-"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failed := cmd.Run()
	m.stderr, m.printed = stderr.String(), false
	d := json.NewDecoder(&stdout)
	for {
		var u goUnit
		if err := d.Decode(&u); err == io.EOF {
			break
		} else if err != nil {
			m.unread = "go vet printed what could not be read: " + err.Error()
			break
		}
		m.printed = true
		if m.req.Shard.Count > 1 && !u.among(packages) {
			continue // a package below, which the go command's cache had at hand
		}
		m.relative(&u)
		if found := goError.FindStringSubmatch(u.Broken); found != nil {
			m.skip(m.place(m.dir, found[2]), "a function was left out: "+found[4])
		}
		told := true
		for _, f := range u.Files {
			told = told && m.read[f]
			m.read[f] = true
		}
		if !told || len(u.Files) == 0 {
			m.out.units = append(m.out.units, u)
		}
	}
	return failed
}

func (m *goModule) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(m.ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends what it has started
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = filepath.Join(m.req.Root, filepath.FromSlash(m.dir))
	return cmd
}

var missingPackage = regexp.MustCompile(`package (\S+) is not in std`)

// stub puts the catalogue's stubs in the place of packages that the go command
// has missed, and reports whether there is one that it could not know before.
func (m *goModule) stub() (more bool, err error) {
	root := ""
	for _, found := range missingPackage.FindAllStringSubmatch(m.stderr, -1) {
		pkg := found[1]
		s := m.req.Catalog.Stub("go", pkg)
		if s == nil || m.stubbed[pkg] {
			continue
		}
		if root == "" {
			out, err := m.command("env", "GOROOT").Output()
			if err != nil {
				return false, err
			}
			root = strings.TrimSpace(string(out))
		}
		name := strings.ReplaceAll(pkg, "/", "-") + ".go"
		at := filepath.Join(root, "src", filepath.FromSlash(pkg), name)
		if err := m.over.lay(at, "stub-"+name, []byte(s.Source(m.mentioned(pkg)))); err != nil {
			return false, err
		}
		m.stubbed[pkg], more = true, true
	}
	return more, nil
}

// mentioned lists the names of a package that the module's files mention.
func (m *goModule) mentioned(pkg string) (names []string) {
	use := regexp.MustCompile(`\b` + regexp.QuoteMeta(path.Base(pkg)) + `\.([A-Z]\w*)`)
	for _, f := range m.req.Files {
		if !strings.HasSuffix(f, ".go") || m.dir != "." && !strings.HasPrefix(f, m.dir+"/") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(m.req.Root, filepath.FromSlash(f)))
		if err != nil || !bytes.Contains(src, []byte(`"`+pkg+`"`)) {
			continue
		}
		for _, found := range use.FindAllSubmatch(src, -1) {
			names = append(names, string(found[1]))
		}
	}
	return names
}

// loadable lists those of the packages that load, where one that does not keeps
// the go command from looking at any; nothing if they all do.
func (m *goModule) loadable(packages []string) (some []string) {
	out, _ := m.command(slices.Concat([]string{"list", "-e", "-json=ImportPath,Incomplete"}, m.over.flags(), packages)...).Output()
	all := true
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			ImportPath string
			Incomplete bool
		}
		if d.Decode(&p) != nil {
			break
		}
		if p.Incomplete {
			all = false
		} else {
			some = append(some, p.ImportPath)
		}
	}
	if all {
		return nil
	}
	return some
}

// uncompiled lists the packages that the compiler has refused, so that nothing was
// asked of them: alone, they need not be compiled.
func (m *goModule) uncompiled() (dirs []string) {
	for line := range strings.Lines(m.stderr) {
		f := goError.FindStringSubmatch(strings.TrimSpace(line))
		if f == nil {
			continue
		}
		file := m.place(m.dir, f[2])
		dir := "./" + path.Dir(strings.TrimPrefix(file, strings.TrimPrefix(m.dir+"/", "./")))
		if m.own[file] && !m.read[file] && !strings.HasSuffix(file, "_test.go") && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}
