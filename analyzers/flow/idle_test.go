package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

func TestAwake(t *testing.T) {
	for _, c := range []struct{ name, graph, contexts, want string }{
		{"the hook itself", "A ! sleep", "A:async A:startup", ""},
		{"what only it calls", "A -> B; B -> C; C -> C", "A:async A:startup B:async C:async", ""},
		{"what others call too", "A -> B; C -> B", "A:async A:startup B:async C:async", "B:async C:async"},
		{"what others may call", "A -> B; C -> B ?", "A:async A:startup B:async", "B:async"},
		{"a task that it spawns", "A ~> B; A -> B; B -> C", "A:async A:startup B:async C:async", "B:async C:async"},
		{"a handler", "A -> B", "A:async A:startup B:async B:view", "B:async B:view"},
		{"a ring", "A -> B; B <-> C", "A:startup B:async C:async", "B:async C:async"},
		{"no hook", "A -> B", "A:async B:async", "A:async B:async"},
	} {
		var contexts []rules.Context
		for _, f := range strings.Fields(c.contexts) {
			name, kind, _ := strings.Cut(f, ":")
			contexts = append(contexts, rules.Context{Func: rules.Func(name), Kind: kind, Idle: kind == "startup"})
		}
		var got []string
		for _, x := range Awake(parse(t, c.graph), contexts) {
			got = append(got, string(x.Func)+":"+x.Kind)
		}
		if want := strings.Fields(c.want); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}
