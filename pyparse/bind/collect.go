package bind

func bindFile(t *Table) {
	t.module = &Scope{table: t, Node: t.tree.Root(), Name: t.name}
	t.scopes = append(t.scopes, t.module)
	t.opens[t.module.Node] = t.module
}
