package env

import (
	"bytes"
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// unasked are the processes of files that are called as a program expects it: whoever
// starts locust in their folder runs the locustfile.py. What a command line names has
// its process already.
func (p *project) unasked(have []Process) (out []Process) {
	for _, l := range p.r.launches {
		for _, base := range l.AppFiles {
			for _, name := range p.r.bases[base] {
				if q := p.runs(l, name); q != nil && !slices.ContainsFunc(have, func(h Process) bool {
					return h.Launcher == q.Launcher && (len(h.Entry) == 0 || slices.Equal(h.Entry, q.Entry))
				}) {
					out = append(out, *q)
				}
			}
		}
	}
	return out
}

// runs is the process in which a program runs a file; nil where the file never names it.
func (p *project) runs(l *rules.Launch, name string) *Process {
	f := p.r.load(name, maxFile)
	if f == nil || len(l.App) == 0 || !bytes.Contains(f.src, []byte(l.Name())) {
		return nil
	}
	return p.process(Command{
		Argv: []Word{{Text: l.Name()}, {Text: l.App[0]}, {Text: name}},
		Pos:  f.pos(0), Text: l.Name() + " runs this file", file: name, config: true,
	})
}
