// Package vet speaks the protocol by which "go vet -vettool" runs an analysis: one
// process for each package, told what to do by a JSON file.
//
// It differs from x/tools' unitchecker in what it does not do. Types come from the
// export data that the compiler has written anyway, so that a package of the
// standard library, which the catalogue describes, takes no more than the start
// of a process; and facts are those of packages only, kept as bytes until
// somebody asks for them.
package vet

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/greenlint/greenlint/analyzers/cgocall"
	"github.com/greenlint/greenlint/analyzers/cpuloop"
	"github.com/greenlint/greenlint/analyzers/diskio"
	"github.com/greenlint/greenlint/analyzers/foreignio"
	"github.com/greenlint/greenlint/analyzers/gofront"
	"github.com/greenlint/greenlint/analyzers/rawsyscall"
	"github.com/greenlint/greenlint/analyzers/syncprim"
)

// analyzers are all that there are, and whether they run when none is asked for.
var analyzers = []struct {
	*analysis.Analyzer
	on bool
}{
	{cpuloop.Analyzer, true},
	{rawsyscall.Analyzer, true},
	{diskio.Analyzer, false},
	{syncprim.Analyzer, true},
	{cgocall.Analyzer, true},
	{foreignio.Analyzer, true},
}

// Asked reports whether the arguments are those that the go command gives to a
// vet tool.
func Asked(args []string) bool {
	if len(args) == 1 && (args[0] == "-V=full" || args[0] == "-flags") {
		return true
	}
	return len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg") &&
		!slices.ContainsFunc(args[:len(args)-1], func(a string) bool { return !strings.HasPrefix(a, "-") })
}

// Main answers the go command, and returns the exit status.
func Main(args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "greenlint:", err)
		return 1
	}
	switch {
	case args[0] == "-V=full":
		line, err := version()
		if err != nil {
			return fail(err)
		}
		fmt.Fprintln(stdout, line)
		return 0
	case args[0] == "-flags":
		b, _ := json.Marshal(flagList())
		fmt.Fprintf(stdout, "%s\n", b)
		return 0
	}
	o, err := parseFlags(args[:len(args)-1])
	if err != nil {
		return fail(err)
	}
	found, err := runUnit(args[len(args)-1], o, stdout, stderr)
	if err != nil {
		return fail(err)
	}
	if found && !o.json && !o.findings {
		return 1
	}
	return 0
}

// version identifies the program and the settings in force where the go command
// was started: go keys its cache by this line, so that an edited settings file
// makes it ask again.
func version() (string, error) {
	h := sha256.New()
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(exe)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	settings := "none"
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	file := os.Getenv(configVariable)
	if file == "" {
		file = gofront.SettingsFile(dir)
	}
	if file != "" && file != noConfig {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		settings = fmt.Sprintf("%.8x", sha256.Sum256(append([]byte(file+"\x00"), text...)))
	}
	return fmt.Sprintf("greenlint version v1 program=%x cfg=%s", h.Sum(nil)[:16], settings), nil
}

// configVariable names the settings file where the go command's own flags can't:
// packages of other modules have no way to find it.
const configVariable = "GREENLINT_CONFIG"

// noConfig in its place means that no settings are wanted.
const noConfig = "-"

type flagInfo struct {
	Name  string
	Bool  bool
	Usage string
}

func flagList() []flagInfo {
	out := []flagInfo{
		{"json", true, "print findings as JSON"},
		{"fix", true, "apply fixes instead of printing findings"},
		{"diff", true, "with -fix, print the changes instead of making them"},
		{"c", false, "display offending line with this many lines of context"},
		{"findings", true, "print findings as greenlint check wants them"},
		{"interfaces", false, gofront.Analyzer.Flags.Lookup("interfaces").Usage},
		{"config", false, gofront.Analyzer.Flags.Lookup("config").Usage},
		{"loop", false, gofront.Analyzer.Flags.Lookup("loop").Usage},
		{"tests", true, gofront.Analyzer.Flags.Lookup("tests").Usage},
	}
	for _, a := range analyzers {
		out = append(out, flagInfo{a.Name, true, a.Doc})
	}
	return out
}

// options are the flags of one run.
type options struct {
	json, findings, fix bool
	run                 map[string]bool // by analyzer
}

func parseFlags(args []string) (options, error) {
	o := options{run: map[string]bool{}}
	only := false
	for _, a := range args {
		name, value, given := strings.Cut(strings.TrimLeft(a, "-"), "=")
		yes := true
		if given {
			if b, err := strconv.ParseBool(value); err == nil {
				yes = b
			}
		}
		switch name {
		case "json":
			o.json = yes
		case "findings":
			o.findings = yes
			if err := gofront.Analyzer.Flags.Set("all", strconv.FormatBool(yes)); err != nil {
				return o, err
			}
		case "fix":
			o.fix = yes
		case "diff", "c", "V":
		case "interfaces", "config", "loop", "tests":
			if !given {
				value = "true"
			}
			if err := gofront.Analyzer.Flags.Set(name, value); err != nil {
				return o, err
			}
		default:
			if !slices.ContainsFunc(analyzers, func(x struct {
				*analysis.Analyzer
				on bool
			}) bool {
				return x.Name == name
			}) {
				return o, fmt.Errorf("unknown flag -%s", name)
			}
			o.run[name] = yes
			only = only || yes
		}
	}
	for _, a := range analyzers {
		if yes, said := o.run[a.Name]; !said {
			o.run[a.Name] = a.on && !only
		} else {
			o.run[a.Name] = yes
		}
	}
	if file := os.Getenv(configVariable); file == noConfig {
		return o, gofront.Analyzer.Flags.Set("config", noConfig)
	} else if file != "" {
		if abs, err := filepath.Abs(file); err == nil {
			return o, gofront.Analyzer.Flags.Set("config", abs)
		}
	}
	return o, nil
}
