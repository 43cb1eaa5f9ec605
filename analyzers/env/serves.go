package env

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// serves lists the queues that a worker serves: those that its command line names, or
// else all that the settings declare, or the default one. nil where that is not known.
func (p *project) serves(q *Process, r *Routes) []string {
	if q.launch == nil || len(q.launch.Queues) == 0 || q.anyQueue {
		return nil
	}
	if len(q.Queues) > 0 {
		if slices.ContainsFunc(q.Queues, func(s string) bool { return s == "" || strings.Contains(s, ":") }) {
			return nil // options of one node of several
		}
		return q.Queues
	}
	var declared []string
	for i := range p.hits {
		h := &p.hits[i]
		if h.setting.Program != q.Launcher || h.setting.Role != "queues" {
			continue
		}
		names, ok := p.queueNames(h.mod, h.value)
		if !ok {
			return nil
		}
		declared = append(declared, names...)
	}
	if len(declared) > 0 {
		return declared
	}
	return r.defaults
}

// queueNames reads a list of queues: their names, or calls with the name in front.
func (p *project) queueNames(m *module, n pyparse.Node) (out []string, ok bool) {
	elts := n.AsList().Elts()
	switch n.Kind() {
	case pyparse.KindList:
	case pyparse.KindTuple:
		elts = n.AsTuple().Elts()
	case pyparse.KindDict:
		elts = n.AsDict().Keys()
	case pyparse.KindName:
		nodes := m.consts[n.AsName().Id()]
		if len(nodes) != 1 || nodes[0].Kind() == pyparse.KindName {
			return nil, false
		}
		return p.queueNames(m, nodes[0])
	default:
		return nil, false
	}
	for e := range elts.All() {
		if c := e.AsCall(); c.Valid() && c.Args().Len() > 0 {
			e = c.Args().At(0)
		}
		name := p.text(m, e)
		if name == "" {
			return nil, false
		}
		out = append(out, name)
	}
	return out, true
}
