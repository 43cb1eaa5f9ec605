package pyfront

import (
	"math"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// Files are known by what the program itself writes to them: who reads one under the same
// name reads as much. Of a text, and so of a file, the extent is the number of lines; of a
// piece of a file it is how large the piece and the whole are.

// An openFile is what a file object of the standard library is open on. It is comparable.
type openFile struct {
	content *cell // its size is that of all that is known to be written, its extent the lines
}

// bytesPerLine is a guess for a file whose text is not known.
const bytesPerLine = 60

// opened is the file that open(path) gives, where the path is written out.
func (f *frame) opened(s set, as args) set {
	path, ok := text(as.at(0))
	if !ok || strings.Contains(path, unknownText) || len(s.vals) != 1 || s.vals[0].kind != kObject {
		return s
	}
	c := f.a.written[path]
	if c == nil {
		c = new(cell)
		f.a.written[path] = c
	}
	known := c.read(f.u)
	out := one(s.vals[0].but(func(v *value) { v.lit = openFile{c} }))
	out.size, out.dims = known.size, known.dims
	return out
}

// at is what stands at a position.
func (as args) at(pos int) set {
	if a, ok := as.find(pos, []string{"file"}); ok {
		return a.set
	}
	return set{}
}

// fileMethod is what a method of such a file gives.
func (f *frame) fileMethod(v *value, as args, out set) set {
	file, ok := v.lit.(openFile)
	if !ok {
		return out
	}
	switch lastPart(v.name) {
	case "write":
		f.a.write(file.content, set{size: max(sizeOf(as.at(0)), 0), dims: linesOf(as.at(0))})
	case "read":
		known := file.content.read(f.u)
		if n, ok := num(as.at(0)); ok && n > 0 && known.size > 0 {
			out.size, out.dims = min(n, known.size), extentOf([]float64{min(n, known.size), known.size})
		} else if len(as.pos) == 0 {
			out.size, out.dims = known.size, known.dims
		}
	case "readlines":
		out.size = fileLines(file.content.read(f.u))
	}
	return out
}

// linesOf is the extent of a text: how many lines it has.
func linesOf(s set) *extent {
	if s.dims != nil {
		return s.dims
	}
	if t, ok := text(s); ok {
		return extentOf([]float64{float64(strings.Count(t, "\n"))})
	}
	return nil
}

// fileLines is how many lines what is known of a file comes to.
func fileLines(s set) float64 {
	if d := s.dims.list(); len(d) == 1 && d[0] > 0 {
		return d[0]
	}
	return math.Floor(s.size / bytesPerLine)
}

// pieces is in how many pieces a file is read of which a set is one; 0 = not known.
func pieces(s set) float64 {
	if d := s.dims.list(); len(d) == 2 && d[0] > 0 && len(s.vals) == 1 && isStr(s.vals[0]) {
		return math.Ceil(d[1] / d[0])
	}
	return 0
}

// inPieces is how often a while loop goes round that reads a file piece by piece: its test
// names the piece, or it ends where there is none.
func (f *frame) inPieces(w pyparse.While) float64 {
	if t := w.Test(); t.Kind() == pyparse.KindNamedExpr {
		return pieces(f.quiet(t.AsNamedExpr().Value()))
	}
	for n := range w.Body().All() {
		i := n.AsIf()
		if n.Kind() != pyparse.KindIf || i.Test().Kind() != pyparse.KindUnaryOp || !breaks(i.Body()) {
			continue
		}
		u := i.Test().AsUnaryOp()
		if u.Op() != pyparse.OpNot || u.Operand().Kind() != pyparse.KindName {
			continue
		}
		if v := assigned(w.Body(), u.Operand().AsName().Id()); v.Valid() {
			return pieces(f.quiet(v))
		}
	}
	return 0
}

// assigned is what the statements of a block assign to a name, if one of them does.
func assigned(body pyparse.NodeList, name string) pyparse.Node {
	for n := range body.All() {
		if n.Kind() != pyparse.KindAssign {
			continue
		}
		for t := range n.AsAssign().Targets().All() {
			if t.Kind() == pyparse.KindName && t.AsName().Id() == name {
				return n.AsAssign().Value()
			}
		}
	}
	return pyparse.Node{}
}

// onDisk reports whether a row is about the disk, which is waited for on the thread.
func onDisk(r *rules.EffectRow) bool { return r.Rule == "GL203" }
