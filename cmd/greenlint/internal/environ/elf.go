package environ

import (
	"bufio"
	"debug/elf"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Evidence is what the ELF files of an installed distribution show: that one of its
// extension modules releases the interpreter's lock, and that it, or a library that it
// is linked to, imports a function that waits on sockets. It is no proof.
type evidence struct {
	dist   string // normalised; of what the catalogue doesn't know
	module string // the extension module, below the virtual environment
	via    string // the library that imports the function; "" = the module itself
	symbol string // "recv"
}

// waiting are the functions of libc that wait on a socket.
var waiting = map[string]bool{
	"connect": true, "accept": true, "accept4": true, "recv": true, "recvfrom": true, "recvmsg": true, "poll": true, "ppoll": true,
	"select": true, "pselect": true, "epoll_wait": true, "epoll_pwait": true,
}

// release is what an extension module calls to let other threads run.
const release = "PyEval_SaveThread"

// base are the libraries of every process; harmless those that import such functions
// for other ends (random numbers, agents, displays): measured over the Python packages
// of a distribution of Linux. clients are those whose name is enough, if the file
// itself is not there.
var (
	base     = []string{"libc", "libpthread", "libm", "libdl", "librt", "libgcc_s", "libstdc++", "ld-linux", "libpython", "libutil", "libresolv"}
	harmless = []string{"libcrypto", "libsodium", "libgcrypt", "libgpg-error", "libxcb", "libglib", "libgio", "libp11", "libXdmcp", "libX11"}
	clients  = []string{"libpq", "libcurl", "libmariadb", "libmysqlclient", "libzmq", "libldap", "librdkafka", "libsybdb", "libodbc", "libmemcached", "libvirt", "libgit2", "librados"}
)

// A prober looks at the files of one virtual environment.
type prober struct {
	site   string // site-packages
	dirs   []string
	waits  map[string]answer // by the file of a library
	within map[string]bool   // being looked at
}

type answer struct{ via, symbol string }

// probe looks at every extension module of a virtual environment whose distribution
// known does not report.
func probe(site string, known func(dist, imported string) bool) (out []evidence) {
	p := &prober{site: site, waits: map[string]answer{}, within: map[string]bool{}}
	for _, pattern := range []string{"*.libs", "*/.libs", "*/*.libs"} {
		found, _ := filepath.Glob(filepath.Join(site, pattern))
		p.dirs = append(p.dirs, found...)
	}
	for _, pattern := range []string{"/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*", "/lib64", "/usr/lib64", "/usr/lib", "/usr/local/lib", "/lib"} {
		found, _ := filepath.Glob(pattern)
		p.dirs = append(p.dirs, found...)
	}
	owner := owners(site)
	done := map[string]bool{}
	_ = filepath.WalkDir(site, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // what can't be listed is left out
		}
		if e.IsDir() {
			if strings.HasSuffix(e.Name(), ".libs") || e.Name() == "__pycache__" {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), ".so") {
			return nil
		}
		rel, _ := filepath.Rel(site, name)
		rel = filepath.ToSlash(rel)
		top, _, _ := strings.Cut(rel, "/")
		top, _, _ = strings.Cut(top, ".")
		dist := owner[rel]
		if dist == "" {
			dist = rules.NormalDist(strings.Trim(top, "_"))
		}
		if done[dist] || known(dist, top) {
			return nil
		}
		if a, ok := p.module(name); ok {
			done[dist] = true
			out = append(out, evidence{dist, rel, a.via, a.symbol})
		}
		return nil
	})
	slices.SortFunc(out, func(a, b evidence) int { return strings.Compare(a.dist, b.dist) })
	return out
}

// owners reads which distribution each file was installed by.
func owners(site string) map[string]string {
	out := map[string]string{}
	records, _ := filepath.Glob(filepath.Join(site, "*.dist-info", "RECORD"))
	for _, r := range records {
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(filepath.Dir(r)), ".dist-info"), "-")
		if !regular(r) {
			continue
		}
		f, err := os.Open(r)
		if err != nil {
			continue
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			if file, _, _ := strings.Cut(s.Text(), ","); strings.HasSuffix(file, ".so") {
				out[file] = rules.NormalDist(name)
			}
		}
		f.Close()
	}
	return out
}

// module reports whether an extension module releases the lock and waits.
func (p *prober) module(name string) (answer, bool) {
	f, err := elf.Open(name)
	if err != nil {
		return answer{}, false
	}
	defer f.Close()
	symbols, err := f.ImportedSymbols()
	if err != nil || !slices.ContainsFunc(symbols, func(s elf.ImportedSymbol) bool { return s.Name == release }) {
		return answer{}, false
	}
	a := p.library(f, name, symbols)
	return a, a.symbol != ""
}

// library finds out whether a file, or one that it is linked to, waits on sockets.
func (p *prober) library(f *elf.File, name string, symbols []elf.ImportedSymbol) answer {
	for _, s := range symbols {
		if waiting[s.Name] {
			return answer{"", s.Name}
		}
	}
	needed, err := f.ImportedLibraries()
	if err != nil {
		return answer{}
	}
	for _, lib := range needed {
		if named(lib, base) || named(lib, harmless) {
			continue
		}
		file := p.find(lib, f, name)
		if file == "" {
			if named(lib, clients) {
				return answer{lib, "sockets"}
			}
			continue
		}
		a, ok := p.waits[file]
		if !ok && !p.within[file] {
			p.within[file] = true
			if g, err := elf.Open(file); err == nil {
				if symbols, err := g.ImportedSymbols(); err == nil {
					a = p.library(g, file, symbols)
				}
				g.Close()
			}
			delete(p.within, file)
			p.waits[file] = a
		}
		if a.symbol != "" {
			if a.via == "" {
				a.via = lib
			}
			return a
		}
	}
	return answer{}
}

// named reports whether the name of a shared library, with or without a hash of its
// wheel and a version, is one of list.
func named(lib string, list []string) bool {
	for _, l := range list {
		if rest, ok := strings.CutPrefix(lib, l); ok && (rest == "" || strings.IndexByte(".-_0123456789", rest[0]) >= 0) {
			return true
		}
	}
	return false
}

// find looks up a library as the dynamic linker would, and where wheels keep theirs.
func (p *prober) find(lib string, f *elf.File, from string) string {
	var dirs []string
	for _, tag := range []elf.DynTag{elf.DT_RPATH, elf.DT_RUNPATH} {
		paths, _ := f.DynString(tag)
		for _, s := range paths {
			for _, d := range strings.Split(s, ":") {
				dirs = append(dirs, strings.NewReplacer("$ORIGIN", filepath.Dir(from), "${ORIGIN}", filepath.Dir(from)).Replace(d))
			}
		}
	}
	for _, d := range append(append(dirs, filepath.Dir(from)), p.dirs...) {
		if file := filepath.Join(d, lib); d != "" && regular(file) {
			return file
		}
	}
	return ""
}
