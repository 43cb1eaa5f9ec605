package bind

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// TestSymtable compares every scope of the standard library with what CPython's own
// symtable says: which names are local, global, free or parameters. It takes a sample
// of the files; GREENLINT_CONFORMANCE=full or GREENLINT_REQUIRE_ENGINES=1 takes all.
func TestSymtable(t *testing.T) {
	exes := pythons(t)
	for _, exe := range exes {
		t.Run(exe.name, func(t *testing.T) { compareWith(t, exe) })
	}
}

// python is a CPython on this machine.
type python struct {
	name, exe string
	minor     int
	library   string
}

// pythons returns one CPython for each version that is found.
func pythons(t testing.TB) (list []python) {
	t.Helper()
	home, _ := os.UserHomeDir()
	exes, _ := filepath.Glob(filepath.Join(home, ".pyenv", "versions", "*", "bin", "python"))
	for _, name := range []string{"python3", "python3.12", "python3.13", "python3.14"} {
		if exe, err := exec.LookPath(name); err == nil {
			exes = append(exes, exe)
		}
	}
	seen := map[int]bool{}
	for _, exe := range exes {
		out, err := exec.Command(exe, "-c",
			"import sys, sysconfig; print(sys.version_info[0], sys.version_info[1], sysconfig.get_path('stdlib'))").Output()
		var major, minor int
		var library string
		if n, _ := fmt.Sscan(string(out), &major, &minor, &library); err != nil || n != 3 || major != 3 || minor < 8 || seen[minor] {
			continue
		}
		seen[minor] = true
		list = append(list, python{fmt.Sprintf("3.%d", minor), exe, minor, library})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].minor < list[j].minor })
	if len(list) == 0 {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal("no CPython of version 3.8 or later found")
		}
		t.Skip("skipped the comparison with CPython's symtable: no CPython of version 3.8 or later found")
	}
	return list
}

func compareWith(t *testing.T, py python) {
	every := 12
	if os.Getenv("GREENLINT_CONFORMANCE") == "full" || os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
		every = 1
	} else if testing.Short() {
		every = 100
	}
	cmd := exec.Command(py.exe, "-W", "ignore", "testdata/symtables.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Wait()
	defer in.Close()
	out := bufio.NewReaderSize(pipe, 1<<20)
	read := func() string {
		line, err := out.ReadString('\n')
		require.NoError(t, err)
		return strings.TrimSuffix(line, "\n")
	}
	read() // the version
	files, scopes, bad, refused := 0, 0, 0, 0
	for i, file := range pythonFiles(py.library) {
		if i%every != 0 {
			continue
		}
		fmt.Fprintln(in, file)
		var want []string
		line := read()
		for ; line != "end" && line != "error"; line = read() {
			want = append(want, line)
		}
		if line == "error" {
			refused++
			continue
		}
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		tree := pyparse.Parse(src, pyparse.Options{})
		if len(tree.Errors) > 0 {
			t.Logf("skipped %s: %s", file, tree.Errors[0].Msg) // the parser's own tests speak of this
			continue
		}
		tab := Bind(tree, "m", false)
		files, scopes = files+1, scopes+len(want)
		if diff := compareScopes(tab, py.minor, want); diff != "" && bad < 20 {
			bad++
			t.Errorf("%s\n%s", file, diff)
		}
	}
	t.Logf("%d files, %d scopes; %d files that CPython refuses", files, scopes, refused)
	require.NotZero(t, files)
}

func pythonFiles(dir string) (files []string) {
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case e.IsDir() && e.Name() == "site-packages":
			return filepath.SkipDir
		case !e.IsDir() && strings.HasSuffix(path, ".py"):
			files = append(files, path)
		}
		return nil
	})
	return files
}

// compareScopes returns the first difference.
func compareScopes(tab *Table, minor int, want []string) string {
	var got []string
	for _, s := range tab.Scopes() {
		if s.Kind == TypeScope && s.Node.Kind() == pyparse.KindTypeAlias && s.Node.AsTypeAlias().TypeParams().Len() == 0 {
			continue
		}
		got = append(got, showScope(tab, s, minor))
	}
	// Scopes pair up by what they begin with.
	key := func(line string) string { return strings.Join(strings.SplitN(line, " ", 4)[:3], " ") }
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	slices.SortStableFunc(want, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	for i := 0; i < len(want) || i < len(got); {
		switch {
		case i >= len(got) || i < len(want) && key(want[i]) < key(got[i]):
			return "missing " + want[i]
		case i >= len(want) || key(got[i]) < key(want[i]):
			if minor >= 12 && inlined(got[i]) {
				got = slices.Delete(got, i, i+1)
				continue
			}
			return "too much " + got[i]
		}
		// Several scopes of one line are compared as a set.
		end := i + 1
		for end < len(want) && end < len(got) && key(want[end]) == key(want[i]) && key(got[end]) == key(want[i]) {
			end++
		}
		drop := map[string]bool{}
		for _, line := range got[i:end] {
			_, vague, _ := strings.Cut(line, " | ")
			for _, name := range strings.Fields(vague) {
				drop[name] = true
			}
		}
		ws, gs := reduce(want[i:end], drop), reduce(got[i:end], drop)
		if !slices.Equal(ws, gs) {
			return "want " + strings.Join(ws, "\n     ") + "\ngot  " + strings.Join(gs, "\n     ")
		}
		i = end
	}
	return ""
}

func reduce(lines []string, drop map[string]bool) (list []string) {
	for _, line := range lines {
		line, _, _ = strings.Cut(line, " | ")
		var kept []string
		for _, word := range strings.Fields(line) {
			if name, _, _ := strings.Cut(word, "="); !drop[name] {
				kept = append(kept, word)
			}
		}
		list = append(list, strings.Join(kept, " "))
	}
	sort.Strings(list)
	return list
}

// inlined reports whether a line shows a comprehension that CPython 3.12 and later
// make part of the scope around it (PEP 709). Its names are then that scope's too.
func inlined(line string) bool {
	kind, _, _ := strings.Cut(line, " ")
	return kind == "listcomp" || kind == "setcomp" || kind == "dictcomp"
}

// inlinedNames returns all names of the comprehensions that are right within a scope.
func inlinedNames(tab *Table, in *Scope) (names []string) {
	for _, s := range tab.Scopes() {
		if at := s.Parent; s.Kind == ComprehensionScope {
			for at != in && at.Kind == ComprehensionScope {
				at = at.Parent
			}
			for i := range s.names {
				if at == in {
					names = append(names, s.names[i].name)
				}
			}
		}
	}
	return names
}

func showScope(tab *Table, s *Scope, minor int) string {
	kind, name := s.Kind.String(), "-"
	line, _ := s.Node.Position()
	switch s.Kind {
	case ModuleScope:
		line = 0
	case ClassScope:
		name = s.Node.AsClassDef().Name()
	case FunctionScope:
		name = s.Node.AsFunctionDef().Name()
	case ComprehensionScope:
		kind = strings.Trim(s.Name[strings.LastIndexByte(s.Name, '<'):], "<>")
	}
	if minor == 8 && (s.Kind == ComprehensionScope || s.Kind == LambdaScope) {
		line = 0 // see testdata/symtables.py
	}
	var names []string
	for i := range s.names {
		e := &s.names[i]
		if l := letter(tab, s, e, minor); l != "" {
			names = append(names, e.name+"="+l)
		}
	}
	sort.Strings(names)
	var vague []string
	if minor >= 12 {
		vague = inlinedNames(tab, s)
	}
	return fmt.Sprintf("%s %s %d %s | %s", kind, name, line, strings.Join(names, " "), strings.Join(vague, " "))
}

// letter classifies a name as testdata/symtables.py does; "" means that CPython has
// no entry for it.
func letter(tab *Table, s *Scope, e *entry, minor int) string {
	if e.sym == nil && e.said == isAnnotated && (minor >= 14 || tab.future && minor >= 10) {
		return "" // a scope of its own
	}
	sym, _ := s.seek(e.name)
	switch {
	case s.Kind == TypeScope && e.sym == nil, s.Kind == ClassScope && e.name == "__class__":
		return ""
	case e.sym != nil && e.sym.remote && len(e.sym.Bindings) > 0 && e.sym.Bindings[0].Scope != s && s.Kind == ModuleScope:
		return "" // bound only from functions
	case e.sym != nil && e.sym.Param:
		return "P"
	case sym == nil:
		return "G"
	case sym.Scope == s:
		return "L"
	case sym.Scope == tab.module:
		return "G"
	}
	return "F"
}
