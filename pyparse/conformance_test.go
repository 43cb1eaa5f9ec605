package pyparse

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
)

// The conformance tests ask the real CPython, every version that is found on the
// machine and, in Pyodide, the newest one, what it makes of real files, and compare.
//
//	GREENLINT_CONFORMANCE=full       compare all files rather than a sample
//	GREENLINT_CONFORMANCE_DIRS=a:b   compare these directories too
//	GREENLINT_PYODIDE=dir            a node_modules directory that holds pyodide
//	GREENLINT_REQUIRE_ENGINES=1      implies full, and fails where a judge is missing

// judge is a running CPython that answers questions.
type judge struct {
	version [2]int
	name    string
	command []string // without the mode

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (j *judge) start(t testing.TB, mode ...string) *judge {
	t.Helper()
	run := &judge{version: j.version, name: j.name, command: j.command}
	args := append(append([]string{}, j.command[1:]...), mode...)
	run.cmd = exec.Command(j.command[0], args...)
	run.cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	run.cmd.Stderr = os.Stderr
	in, err := run.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	run.in, run.out = in, bufio.NewReaderSize(out, 1<<20)
	t.Cleanup(func() {
		in.Close()
		run.cmd.Wait()
	})
	return run
}

// ask returns the verdict (ok, error or skip) on one question and what comes with it.
func (j *judge) ask(t testing.TB, line string) (verdict, rest string) {
	t.Helper()
	if _, err := io.WriteString(j.in, line+"\n"); err != nil {
		t.Fatalf("%s: %v", j.name, err)
	}
	answer, err := j.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%s stopped at %.200s: %v", j.name, line, err)
	}
	verdict, rest, _ = strings.Cut(strings.TrimSuffix(answer, "\n"), " ")
	return verdict, rest
}

// askText is ask for source text, with the judge started in mode "text".
func (j *judge) askText(t testing.TB, src string) (verdict, rest string) {
	t.Helper()
	line, err := json.Marshal(src)
	if err != nil {
		t.Fatal(err)
	}
	return j.ask(t, string(line))
}

// looseness returns what this judge's trees lack. testdata/judge.py has the reasons.
func (j *judge) looseness(src []byte) looseness {
	older := func(minor int) bool { return j.version[1] < minor }
	return looseness{
		named:   bytes.Contains(src, []byte(`\N{`)),
		fstring: older(12),
		alias:   older(10),
		py38:    older(9),
	}
}

var (
	judgesOnce sync.Once
	judgesList []*judge
)

// judges returns the CPythons on this machine, oldest first, one for each minor version.
func judges(t testing.TB) []*judge {
	t.Helper()
	judgesOnce.Do(func() {
		script, err := filepath.Abs("testdata/judge.py")
		if err != nil {
			t.Fatal(err)
		}
		found := map[[2]int]*judge{}
		for _, exe := range pythons() {
			out, err := exec.Command(exe, "-c", "import sys; print('%d %d' % sys.version_info[:2])").Output()
			var v [2]int
			if n, _ := fmt.Sscan(string(out), &v[0], &v[1]); err != nil || n != 2 || v[0] != 3 || v[1] < 8 || found[v] != nil {
				continue
			}
			found[v] = &judge{version: v, name: fmt.Sprintf("%d.%d", v[0], v[1]), command: []string{exe, script}}
		}
		if dir := os.Getenv("GREENLINT_PYODIDE"); dir != "" {
			driver, _ := filepath.Abs("testdata/judge_pyodide.mjs")
			j := &judge{command: []string{"node", driver, dir, script}}
			out, err := exec.Command("node", driver, dir, script, "version").Output()
			if n, _ := fmt.Sscan(string(out), &j.version[0], &j.version[1]); err == nil && n == 2 && found[j.version] == nil {
				j.name = fmt.Sprintf("%d.%d", j.version[0], j.version[1])
				found[j.version] = j
			} else {
				t.Logf("GREENLINT_PYODIDE does not run: %v %s", err, out)
			}
		}
		for _, j := range found {
			judgesList = append(judgesList, j)
		}
		sort.Slice(judgesList, func(a, b int) bool { return judgesList[a].version[1] < judgesList[b].version[1] })
	})
	if len(judgesList) == 0 {
		missing(t, "no CPython of version 3.8 or later found")
	}
	if requireEngines() && judgesList[len(judgesList)-1].version[1] < 14 {
		t.Error("no CPython 3.14 found; set GREENLINT_PYODIDE")
	}
	return judgesList
}

// pythons lists what may be a Python interpreter.
func pythons() (list []string) {
	if exe := os.Getenv("GREENLINT_PYTHON"); exe != "" {
		list = append(list, exe)
	}
	home, _ := os.UserHomeDir()
	roots := []string{os.Getenv("PYENV_ROOT"), filepath.Join(home, ".pyenv")}
	for _, root := range roots {
		if root != "" {
			m, _ := filepath.Glob(filepath.Join(root, "versions", "*", "bin", "python"))
			list = append(list, m...)
		}
	}
	names := []string{"python3", "python"}
	for minor := 8; minor < 20; minor++ {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	for _, name := range names {
		// A shim of pyenv leads to what was found above, slowly.
		if exe, err := exec.LookPath(name); err == nil && !strings.Contains(exe, "/shims/") {
			list = append(list, exe)
		}
	}
	return list
}

func requireEngines() bool { return os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" }

func fullConformance() bool {
	return requireEngines() || os.Getenv("GREENLINT_CONFORMANCE") == "full"
}

func missing(t testing.TB, what string) {
	t.Helper()
	if requireEngines() {
		t.Fatal(what)
	}
	t.Skip(what)
}

// library returns the directory of an interpreter's standard library; "" for Pyodide,
// which has it in an archive.
func (j *judge) library(t testing.TB) string {
	if j.command[0] == "node" {
		return ""
	}
	out, err := exec.Command(j.command[0], "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// unpackLibrary unpacks the standard library that Pyodide brings along, and returns the
// directory.
func unpackLibrary(t testing.TB) string {
	t.Helper()
	archive, err := zip.OpenReader(filepath.Join(os.Getenv("GREENLINT_PYODIDE"), "pyodide", "python_stdlib.zip"))
	if err != nil {
		t.Log(err)
		return ""
	}
	defer archive.Close()
	dir := t.TempDir()
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, ".py") || !filepath.IsLocal(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		src, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, f.Name)
		os.MkdirAll(filepath.Dir(file), 0o777)
		if err := os.WriteFile(file, src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// pythonFiles lists the .py files below a directory, without installed packages.
func pythonFiles(dir string) (files []string) {
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case e.IsDir() && (e.Name() == "site-packages" || e.Name() == "dist-packages") && path != dir:
			return filepath.SkipDir
		case !e.IsDir() && strings.HasSuffix(path, ".py"):
			files = append(files, path)
		}
		return nil
	})
	sort.Strings(files)
	return files
}

func sample(files []string, n int) []string {
	if fullConformance() || len(files) <= n {
		return files
	}
	r := rand.New(rand.NewSource(1))
	picked := make([]string, 0, n)
	for _, i := range r.Perm(len(files))[:n] {
		picked = append(picked, files[i])
	}
	return picked
}

// dumpFor returns a tree as the judge would write it.
func (t *Tree) dumpFor(j *judge) []byte {
	var b bytes.Buffer
	d := dumper{t: t, w: bufio.NewWriter(&b), loose: j.looseness(t.src)}
	d.node(t.Root())
	d.w.Flush()
	return b.Bytes()
}

func TestConformance(t *testing.T) {
	all := judges(t)
	newest := all[len(all)-1]
	perVersion := 150
	if testing.Short() {
		perVersion = 25
	}
	libraries := map[*judge][]string{}
	var extra, last []string
	for _, j := range all {
		if dir := j.library(t); dir != "" {
			libraries[j] = pythonFiles(dir)
			last = libraries[j]
		}
	}
	if libraries[newest] == nil { // Pyodide has no tests of its own
		libraries[newest] = last
		if dir := unpackLibrary(t); dir != "" {
			libraries[newest] = append(pythonFiles(dir), last...)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("GREENLINT_CONFORMANCE_DIRS")) {
		extra = append(extra, pythonFiles(dir)...)
	}
	for _, j := range all {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			files := append(sample(libraries[j], perVersion), sample(extra, perVersion)...)
			compareFiles(t, j, j == newest, files)
		})
	}
}

// compareFiles compares trees, and errors too if the judge knows the whole grammar.
func compareFiles(t *testing.T, j *judge, newest bool, files []string) {
	run := j.start(t)
	accepted, rejected, skipped, bad := 0, 0, 0, 0
	fail := func(format string, args ...any) {
		if bad++; bad <= 10 {
			t.Errorf(format, args...)
		}
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		verdict, rest := run.ask(t, file)
		tree := Parse(src, Options{})
		switch verdict {
		case "ok":
			accepted++
			if len(tree.Errors) > 0 {
				if !newest && strings.Contains(tree.Errors[0].Msg, "future feature") {
					continue // which only 3.14 checks when it parses
				}
				fail("%s: CPython accepts it: %s", file, describeError(tree))
				continue
			}
			ours := tree.dumpFor(j)
			sum := md5.Sum(ours)
			if hex.EncodeToString(sum[:]) != rest {
				if bad++; bad <= 10 {
					_, theirs := j.start(t, "dump").ask(t, file)
					t.Errorf("%s: trees differ\n%s", file, firstDifference(string(ours), theirs))
				}
			}
		case "error":
			rejected++
			if newest && len(tree.Errors) == 0 {
				fail("%s: CPython rejects it: %s", file, rest)
			}
		default:
			skipped++
		}
	}
	t.Logf("%d files accepted, %d rejected, %d skipped, %d wrong", accepted, rejected, skipped, bad)
}

func describeError(t *Tree) string {
	line, col := t.Position(t.Errors[0].Offset)
	return fmt.Sprintf("%d:%d: %s", line, col, t.Errors[0].Msg)
}

func firstDifference(ours, theirs string) string {
	i := 0
	for i < len(ours) && i < len(theirs) && ours[i] == theirs[i] {
		i++
	}
	from := max(0, i-300)
	return "ours:   …" + ours[from:min(len(ours), i+150)] + "\ntheirs: …" + theirs[from:min(len(theirs), i+150)]
}
