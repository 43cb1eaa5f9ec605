package bind

import (
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// parse binds a source as module m.
func parse(t testing.TB, src string) *Table {
	t.Helper()
	tree := pyparse.Parse([]byte(src), pyparse.Options{})
	require.Empty(t, tree.Errors, src)
	return Bind(tree, "m", false)
}

// lastExpr returns the value of the module's last statement.
func lastExpr(t *Table) pyparse.Node {
	body := t.Tree().Root().AsModule().Body()
	return body.At(body.Len() - 1).AsExpr().Value()
}

// lastRead returns the name that is read last.
func lastRead(t *Table) (last pyparse.Node) {
	pyparse.Walk(t.Tree().Root(), func(n pyparse.Node) bool {
		if n.Kind() == pyparse.KindName && n.Ctx() == pyparse.Load {
			last = n
		}
		return true
	})
	return last
}
