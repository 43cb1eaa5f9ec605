package rules

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A Stub declares a package that only another compiler's standard library has,
// as far as its users' types need it: TinyGo's machine. With it, code for that
// compiler is read without the compiler.
type Stub struct {
	Package string      `toml:"package"` // its path
	Text    string      `toml:"text"`    // Go source
	Names   []*StubName `toml:"name"`    // for the names that differ from board to board
	declare map[string]bool
}

// A StubName says how to declare the names that Text does not: the first that
// matches counts.
type StubName struct {
	Match   string `toml:"match"`   // a regular expression for the whole name; empty = any name
	Declare string `toml:"declare"` // Go source, with NAME in the name's place
	match   *regexp.Regexp
}

func (s *Stub) compile() error {
	if s.Package == "" {
		return errors.New("no package")
	}
	file, err := parser.ParseFile(token.NewFileSet(), s.Package, s.Text, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("text: %w", err)
	}
	s.declare = map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				s.declare[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					s.declare[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						s.declare[n.Name] = true
					}
				}
			}
		}
	}
	for _, n := range s.Names {
		if n.match, err = regexp.Compile("^(?:" + n.Match + ")$"); err != nil || n.Match == "" {
			n.match = nil
		}
		if err != nil {
			return fmt.Errorf("match: %w", err)
		}
		if !strings.Contains(n.Declare, "NAME") {
			return fmt.Errorf("declare = %q: no NAME in it", n.Declare)
		}
	}
	return nil
}

// Source is the package's source, with the names declared too that its users
// mention and that Text does not declare.
func (s *Stub) Source(mentioned []string) string {
	names := slices.Clone(mentioned)
	slices.Sort(names)
	var out strings.Builder
	out.WriteString(s.Text)
	for _, name := range slices.Compact(names) {
		if s.declare[name] {
			continue
		}
		for _, n := range s.Names {
			if n.match == nil || n.match.MatchString(name) {
				out.WriteString("\n" + strings.ReplaceAll(n.Declare, "NAME", name) + "\n")
				break
			}
		}
	}
	return out.String()
}
