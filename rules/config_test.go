package rules

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// named is a call whose arguments are known.
type named map[string]Arg

func (n named) Arg(pos int, names []string) Arg {
	for _, k := range names {
		if a, ok := n[k]; ok {
			return a
		}
	}
	return Arg{Size: -1}
}

// flagged is a call of a library that has constants.
type flagged struct{ named }

func (flagged) Constant(name string) (float64, bool) {
	v, ok := map[string]float64{"EX": 2, "NB": 4}[name]
	return v, ok
}

func known(v any) Arg         { return Arg{Given: true, Known: true, Value: v, Size: -1} }
func sized(n float64) Arg     { return Arg{Given: true, Size: n} }
func gevent(p ...string) *Env { return &Env{Loop: Gevent, Patched: p} }

// TestUserTables turns on each key of the format from a user's file and looks at
// what it changes: a user's line goes the same way as a built-in one.
func TestUserTables(t *testing.T) {
	const effect = "[[effect]]\nrule = \"GL401\"\ncalls = [\"acme.Client.get\"]\nsource = [\"measured\"]\n"
	for name, test := range map[string]struct {
		toml  string
		check func(t *testing.T, l *Lookup, c *Catalog)
	}{
		"effect": {effect, func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Len(t, l.Symbol("acme.Client.get").Effects, 1)
			require.Len(t, l.Method("acme.Client", "get").Effects, 1)
		}},
		"effect wins over the built-in row": {"[[safe]]\ncalls = [\"time.sleep\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			e := l.Symbol("time.sleep")
			require.Empty(t, e.Effects)
			require.Len(t, e.Safe, 1)
		}},
		"loops": {effect + "loops = [\"eventlet\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			g := l.Symbol("acme.Client.get").Effects[0].Guard()
			require.False(t, g.Counts(gevent()))
			require.True(t, g.Counts(&Env{Loop: Eventlet}))
		}},
		"when and unless on the process": {effect + "when = [\"python(>= 3.12)\"]\nunless = [\"patched(socket)\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			g := l.Symbol("acme.Client.get").Effects[0].Guard()
			require.False(t, g.Counts(gevent()), "the version is not known")
			require.True(t, g.Counts(&Env{Loop: Gevent, Python: "3.13"}))
			require.False(t, g.Counts(&Env{Loop: Gevent, Python: "3.13", Patched: []string{"socket"}}))
		}},
		"unless on the arguments": {effect + "unless = [\"arg(0, timeout) <= 0.1\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			require.True(t, row.Applies(named{}))
			require.True(t, row.Applies(named{"timeout": known(5.0)}))
			require.False(t, row.Applies(named{"timeout": known(0.05)}))
			require.True(t, row.Applies(named{"timeout": sized(-1)}), "what is not known is no excuse")
			require.False(t, row.Applies(named{"timeout": {Given: true, Among: []any{0.05, 0.01}}}), "either is short")
			require.True(t, row.Applies(named{"timeout": {Given: true, Among: []any{0.05, 5.0}}}))
		}},
		"numbers and flags": {effect + "when = [\"known(op)\", \"arg(op) in 1, 'EX', 'NONE', 6\"]\nunless = [\"arg(op) has 'NB'\", \"arg(op) has 1\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			for op, want := range map[float64]bool{2: true, 1: false, 6: false, 3: false, 5: false} {
				require.Equal(t, want, row.Applies(flagged{named{"op": known(op)}}), op)
			}
			require.False(t, row.Applies(flagged{named{"op": sized(-1)}}), "the number must be known")
			require.False(t, row.Applies(named{"op": known(2.0)}), "a library without constants")
			require.True(t, row.Applies(named{"op": known("EX")}))
		}},
		"flags that are partly known": {effect + "unless = [\"arg(op) has 'NB'\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			require.True(t, row.Applies(flagged{named{"op": {Given: true, Flags: 2}}}))
			require.False(t, row.Applies(flagged{named{"op": {Given: true, Flags: 6}}}))
		}},
		"when on the arguments": {effect + "when = [\"arg(block, default=True) is True\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			require.True(t, row.Applies(named{}))
			require.False(t, row.Applies(named{"block": known(false)}))
		}},
		"given": {effect + "when = [\"given(url)\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			require.False(t, row.Applies(named{}))
			require.False(t, row.Applies(named{"url": known(nil)}))
			require.True(t, row.Applies(named{"url": known("x")}))
		}},
		"size": {effect + "unless = [\"size(data) <= 100\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			all := func(n float64) Arg { return Arg{Given: true, Size: n, Exact: true} }
			require.False(t, row.Applies(named{"data": all(100)}))
			require.True(t, row.Applies(named{"data": all(101)}))
			require.True(t, row.Applies(named{"data": sized(100)}), "there may be more")
			require.True(t, row.Applies(named{}))
		}},
		"cost": {effect + "cost = \"size(data) * 1e-6\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			s, ok := row.Seconds(named{"data": sized(2e6)})
			require.True(t, ok)
			require.InDelta(t, 2, s, 1e-9)
			_, ok = row.Seconds(named{})
			require.False(t, ok)
		}},
		"gil, early, severity, words": {effect + "gil = \"holds\"\nearly = \"raises\"\nseverity = \"info\"\nwhy = \"w\"\nremedy = \"r\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.Client.get").Effects[0]
			require.Equal(t, []string{"holds", "raises", "info", "w", "r"}, []string{row.GIL, row.Early, string(row.Severity), row.Why, row.Remedy})
		}},
		"types": {"[types]\n\"acme.connect()\" = \"acme.Client\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, "acme.Client", l.Type("acme.connect()"))
		}},
		"returns": {"[[returns]]\ncalls = [\"acme.open\"]\nwhen = [\"arg(url) has 'tls'\"]\ntype = \"acme.Secure\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.open").Returns[0]
			require.True(t, row.Surely(named{"url": known("tls://x")}))
			require.False(t, row.Surely(named{}))
		}},
		"bases": {"[bases]\n\"acme.Pool\" = [\"acme.Client\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, []string{"acme.Client"}, l.Bases("acme.Pool"))
		}},
		"aliases": {effect + "[aliases]\n\"acme.api\" = \"acme.Client\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, "acme.Client.get", l.Resolve("acme.api.get"))
			require.Len(t, l.Symbol("acme.api.get").Effects, 1)
		}},
		"sizes": {"[sizes]\n\"acme.blob()\" = \"value(n) * 4\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			n, dims, ok := l.Size("acme.blob()", named{"n": known(3.0)})
			require.True(t, ok)
			require.InDelta(t, 12, n, 1e-9)
			require.Equal(t, []float64{3}, dims)
		}},
		"whose": {"whose_thread = [\"acme.me\"]\nwhose_loop = [\"acme.loop\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, WhoseThread, l.Symbol("acme.me").Whose)
			require.Equal(t, WhoseLoop, l.Symbol("acme.loop").Whose)
			require.Zero(t, l.Symbol("acme.other").Whose)
		}},
		"clocks and replaced": {"clocks = [\"acme.now\"]\nreplaced = [\"acme.Lock\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Clock("acme.now"))
			require.True(t, l.Replaced("acme.Lock"))
			require.False(t, l.Clock("acme.Lock"))
		}},
		"safe": {"[[safe]]\ncalls = [\"acme.*\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			e := l.Symbol("acme.deep.down")
			require.True(t, e.Wall())
		}},
		"the function beats its class, the class its package": {effect + "[[safe]]\ncalls = [\"acme.Client.*\", \"acme.*\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.NotEmpty(t, l.Symbol("acme.Client.get").Effects)
			require.Empty(t, l.Symbol("acme.Client.put").Effects)
		}},
		"offload, spawn, higher-order, yield": {
			"[[offload]]\ncalls = [\"acme.off\"]\narg = [1, \"fn\"]\nproxies = true\n[[spawn]]\ncalls = [\"acme.go\"]\narg = [0]\nloop = \"gevent\"\nkind = \"greenlet\"\n" +
				"[[higher-order]]\ncalls = [\"acme.apply\"]\narg = [\"f\"]\n[[yield]]\ncalls = [\"acme.rest\"]\n",
			func(t *testing.T, l *Lookup, _ *Catalog) {
				pos, names := l.Symbol("acme.off").Offloads[0].Callable()
				require.Equal(t, 1, pos)
				require.Equal(t, []string{"fn"}, names)
				require.True(t, l.Symbol("acme.off").Offloads[0].Proxies)
				require.Equal(t, Gevent, l.Symbol("acme.go").Spawns[0].Loop)
				require.Len(t, l.Symbol("acme.apply").HigherOrder, 1)
				require.Len(t, l.Symbol("acme.rest").Yields, 1)
			}},
		"started by base class": {"[[spawn]]\nbases = [\"acme.Worker\"]\nmethods = [\"run\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, []string{"run"}, l.Started("acme.Worker")[0].Methods)
		}},
		"context": {"[[context]]\nkind = \"acme-job\"\nnoun = \"job\"\ndecorators = [\"acme.job\"]\n[[context]]\nkind = \"acme-job\"\nbases = [\"acme.Job\"]\nmethods = [\"run\"]\n" +
			"[[context]]\nkind = \"acme-job\"\ncalls = [\"acme.every\"]\narg = [1]\n", func(t *testing.T, l *Lookup, c *Catalog) {
			require.Equal(t, "acme-job", l.Decorator("acme.job")[0].Kind)
			require.Equal(t, "acme-job", l.Subclass("acme.Job")[0].Kind)
			require.Len(t, l.Symbol("acme.every").Contexts, 1)
			require.Equal(t, "job", c.Noun("acme-job"))
		}},
		"alone": {"[[context]]\nkind = \"acme-tick\"\nalone = true\ndecorators = [\"acme.tick\"]\n[[spawn]]\ncalls = [\"acme.go\"]\narg = [0]\nkind = \"acme-hook\"\nalone = true\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Alone("acme-tick"))
			require.True(t, l.Alone("acme-hook"))
			require.False(t, l.Alone("acme-job"))
		}},
		"adds": {"[[effect]]\nrule = \"GL201\"\ncalls = [\"acme.put\"]\ncost = \"size(0) * 1e-6\"\nadds = true\nwhy = \"w\"\nremedy = \"r\"\nsource = [\"measured\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Symbol("acme.put").Effects[0].Adds)
		}},
		"held": {effect + "held = true\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Symbol("acme.Client.get").Effects[0].Held)
		}},
		"asked": {effect + "asked = [\"ready\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, []string{"ready"}, l.Symbol("acme.Client.get").Effects[0].Asked)
		}},
		"unknown": {"[[safe]]\ncalls = [\"acme.*\"]\nunknown = true\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Symbol("acme.anything").Safe[0].Unknown)
		}},
		"stream": {"[[stream]]\ncalls = [\"acme.Wire.take\"]\nwhen = [\"patched(socket)\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, Guard{When: "patched(socket)"}, l.Symbol("acme.Wire.take").Streams[0].Guard())
			require.Empty(t, l.Symbol("acme.Wire.close").Streams)
		}},
		"idle": {"[[context]]\nkind = \"acme-start\"\nidle = true\ndecorators = [\"acme.start\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Idle("acme-start"))
			require.False(t, l.Idle("acme-job"))
		}},
		"handle": {"[[handle]]\ncalls = [\"acme.Client.send\"]\nloops = [\"gevent\"]\nwhy = \"w\"\nremedy = \"r\"\nsource = [\"measured\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.True(t, l.Handle("acme.Client"))
			require.False(t, l.Handle("acme.Pool"))
			require.Equal(t, Guard{When: "loop(gevent)"}, l.Symbol("acme.Client.send").Handles[0].Guard())
		}},
		"fork": {"[[fork]]\ncalls = [\"acme.Worker\"]\nends = [\"acme.stop\"]\nexecs = [\"acme.become\"]\nloops = [\"gevent\"]\nunless = [\"called(acme.fresh)\"]\nsource = [\"measured\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			g := l.Symbol("acme.Worker").Forks[0].Guard()
			require.Equal(t, []string{"acme.stop"}, l.Symbol("acme.Worker").Forks[0].Ends)
			require.Equal(t, []string{"acme.become"}, l.Symbol("acme.Worker").Forks[0].Execs)
			require.True(t, g.Counts(gevent()))
			require.False(t, g.Counts(&Env{Loop: Asyncio}))
			require.False(t, g.Counts(&Env{Loop: Gevent, Called: []string{"acme.fresh"}}))
		}},
		"thread": {effect + "thread = true\n[[offload]]\ncalls = [\"acme.run\"]\narg = [0]\nthread = true\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			e := l.Symbol("acme.Client.get")
			require.Empty(t, e.Effects, "it does nothing on the loop")
			require.Len(t, e.InThread, 1)
			require.True(t, l.Symbol("acme.run").Offloads[0].Thread)
		}},
		"regex": {"[[regex]]\ncalls = [\"acme.find\"]\nhow = \"search\"\npattern = [0, \"rx\"]\nflags = [\"flags\"]\ntext = [2]\nsource = [\"measured\"]\n[[regex]]\ncalls = [\"acme.prepare\"]\nhow = \"compile\"\npattern = [0]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.find").Regexes[0]
			pattern, flags, text := row.Places()
			require.Equal(t, Place{0, []string{"rx"}}, pattern)
			require.Equal(t, Place{-1, []string{"flags"}}, flags)
			require.Equal(t, Place{2, nil}, text)
			require.Equal(t, "compile", l.Symbol("acme.prepare").Regexes[0].How)
		}},
		"vendored": {"[vendored]\n\"*.contrib.acme\" = \"acme\"\n\"*.jobs.every\" = \"acme.every\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, "acme.Client.get", l.Vendored("shop.contrib.acme.Client.get"))
			require.Equal(t, "acme.every", l.Vendored("shop.jobs.every"))
			require.Empty(t, l.Vendored("shop.jobs.everything"))
			require.Empty(t, l.Vendored("contrib.acme"), "the star stands for a package")
			require.Contains(t, l.VendoredNames(), "every")
		}},
		"load": {"[[load]]\ncalls = [\"acme.plugin\"]\narg = [1, \"name\"]\nbelow = [0]\ngroup = [\"group\"]\ngives = \"object\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.plugin").Loads[0]
			pos, names := row.Name()
			require.Equal(t, 1, pos)
			require.Equal(t, []string{"name"}, names)
			pos, _, ok := row.Package()
			require.Equal(t, 0, pos)
			require.True(t, ok)
			require.Equal(t, "object", row.Gives)
			_, names, ok = row.Offers()
			require.Equal(t, []string{"group"}, names)
			require.True(t, ok)
		}},
		"option": {"[[option]]\ncalls = [\"acme.Setting\"]\nname = [0, \"name\"]\ndefault = [\"default\"]\nsource = [\"measured\"]\n" +
			"[[option]]\ncalls = [\"acme.Conf.add\"]\noptions = [0]\ngroup = [1]\nkeywords = true\nholder = \"acme.Conf\"\nsource = [\"measured\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			name, def, options, _ := l.Symbol("acme.Setting").Options[0].Places()
			require.Equal(t, Place{0, []string{"name"}}, name)
			require.Equal(t, Place{-1, []string{"default"}}, def)
			require.Equal(t, Place{-1, nil}, options)
			row := l.Symbol("acme.Conf.add").Options[0]
			_, _, options, group := row.Places()
			require.Equal(t, Place{0, nil}, options)
			require.Equal(t, Place{1, nil}, group)
			require.True(t, row.Keywords)
			require.True(t, l.OptionHolder("acme.Conf"))
			require.False(t, l.OptionHolder("acme.Setting"))
		}},
		"make": {"[[returns]]\ncalls = [\"acme.open\"]\nwhen = [\"arg(0) has 'tls'\"]\ntype = \"acme.Conn\"\nmake = \"tls\"\n[[returns]]\ncalls = [\"acme.pool\"]\ntype = \"acme.Pool\"\nlike = [0, \"conn\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, "tls", l.Symbol("acme.open").Returns[0].Make)
			pos, names, ok := l.Symbol("acme.pool").Returns[0].MadeLike()
			require.Equal(t, 0, pos)
			require.Equal(t, []string{"conn"}, names)
			require.True(t, ok)
		}},
		"variable": {"[[variable]]\ncalls = [\"acme.setenv\"]\nname = [0]\nvalue = [1, \"to\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			name, value := l.Symbol("acme.setenv").Variables[0].Places()
			require.Equal(t, Place{0, nil}, name)
			require.Equal(t, Place{1, []string{"to"}}, value)
			g := Guard{When: "env(MODE=fast)"}
			require.True(t, g.Counts(&Env{Called: []string{SetVariable + "MODE=fast"}}))
			require.False(t, g.Counts(&Env{Called: []string{SetVariable + "MODE=faster"}}))
		}},
		"each": {"[[higher-order]]\ncalls = [\"acme.fold\"]\narg = [0]\neach = [1, \"items\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			pos, names, ok := l.Symbol("acme.fold").HigherOrder[0].Elements()
			require.Equal(t, 1, pos)
			require.Equal(t, []string{"items"}, names)
			require.True(t, ok)
		}},
		"load of the original": {"[[load]]\ncalls = [\"acme.original\"]\narg = [1]\nof = [0]\ngives = \"name\"\noriginal = true\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Symbol("acme.original").Loads[0]
			pos, names, ok := row.Module()
			require.Equal(t, 0, pos)
			require.Empty(t, names)
			require.True(t, ok)
			require.True(t, row.Original)
		}},
		"turn": {"[[turn]]\ncalls = [\"acme.Conn.polling\"]\nwhen = [\"arg(0) is True\"]\narg = [\"self\"]\nmake = \"polled\"\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			row := l.Method("acme.Conn", "polling").Turns[0]
			pos, names := row.Object()
			require.Equal(t, -1, pos)
			require.Equal(t, []string{"self"}, names)
			require.Equal(t, "polled", row.Make)
			require.False(t, row.Surely(named{}))
		}},
		"context by entry point": {"[[context]]\nkind = \"acme-job\"\nentries = [\"acme.jobs\"]\nmade = 2\n", func(t *testing.T, _ *Lookup, c *Catalog) {
			rows := c.EntryTables("python")
			last := rows[len(rows)-1]
			require.Equal(t, []string{"acme.jobs"}, last.Entries)
			require.Equal(t, 2, last.Made)
		}},
		"context by setting": {"[[context]]\nkind = \"acme-step\"\nsettings = [\"ACME_STEPS\"]\nmade = 1\nmethods = [\"run_*\"]\n", func(t *testing.T, _ *Lookup, c *Catalog) {
			rows := c.ListTables("python")
			last := rows[len(rows)-1]
			require.Equal(t, []string{"ACME_STEPS"}, last.Settings)
			require.Equal(t, []string{"run_*"}, last.Methods)
		}},
		"context by what is passed": {"[[context]]\nkind = \"acme-rpc\"\ncalls = [\"acme.serve\"]\narg = [0]\nmethods = [\"*\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Equal(t, []string{"*"}, l.Symbol("acme.serve").Contexts[0].Methods)
		}},
		"patch": {"[[patch]]\ncall = \"acme.patch\"\nloop = \"gevent\"\nflags = [\"socket\", \"time\"]\noff = [\"sys\"]\nalways = [\"queue\"]\nimplies = { dns = \"socket\" }\n", func(t *testing.T, _ *Lookup, c *Catalog) {
			p := c.Patch("acme.patch")
			require.Equal(t, []string{"dns", "queue", "socket", "time"}, p.Effective(named{}))
			require.Equal(t, []string{"queue", "sys", "time"}, p.Effective(named{"socket": known(false), "sys": known(true)}))
		}},
		"exclusive patch": {"[[patch]]\ncall = \"acme.patch\"\nloop = \"eventlet\"\nflags = [\"socket\", \"time\"]\nexclusive = true\n", func(t *testing.T, _ *Lookup, c *Catalog) {
			require.Equal(t, []string{"time"}, c.Patch("acme.patch").Effective(named{"time": known(true)}))
		}},
		"imports make a file a candidate": {"imports = [\"acme\"]\n", func(t *testing.T, l *Lookup, _ *Catalog) {
			require.Contains(t, l.ContextImports(), "acme")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, file := range []string{"greenlint.toml", "pyproject.toml"} {
				c, err := Load()
				require.NoError(t, err)
				src := test.toml
				if file == "pyproject.toml" {
					src = inPyproject(src)
				}
				_, err = c.ParseConfig(file, []byte(src))
				require.NoError(t, err, src)
				test.check(t, c.For("python"), c)
			}
		})
	}
}

// inPyproject moves tables below tool.greenlint, between tables of other tools.
func inPyproject(src string) string {
	out := "[project]\nname = \"x\"\n\n[tool.greenlint]\n"
	for line := range lines(src) {
		switch {
		case len(line) > 1 && line[:2] == "[[":
			line = "[[tool.greenlint." + line[2:]
		case len(line) > 0 && line[0] == '[':
			line = "[tool.greenlint." + line[1:]
		}
		out += line + "\n"
	}
	return out + "\n[tool.other]\nselect = [\n  \"E\",\n]\n"
}

func lines(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for s != "" {
			i := 0
			for i < len(s) && s[i] != '\n' {
				i++
			}
			if !yield(s[:i]) {
				return
			}
			s = s[min(i+1, len(s)):]
		}
	}
}

func TestSettings(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	conf, err := c.ParseConfig("greenlint.toml", []byte("loop = \"gevent\"\nselect = [\"GL4\"]\nignore = [\"GL401\"]\nbudget = \"250ms\"\ntests = true\n[per-file-ignores]\n\"vendor/**\" = [\"ALL\"]\n"))
	require.NoError(t, err)
	require.Equal(t, Gevent, conf.Loop)
	require.InDelta(t, 0.25, conf.Budget.Seconds(), 1e-9)
	require.True(t, conf.Tests)
	require.Equal(t, []string{"GL4"}, conf.Select)
	require.Equal(t, []string{"ALL"}, conf.PerFileIgnores["vendor/**"])
}

// TestConfigErrors: what is wrong is told with its place.
func TestConfigErrors(t *testing.T) {
	for src, want := range map[string]string{
		"lopp = \"gevent\"\n":  `greenlint.toml:1:1: unknown key "lopp"`,
		"loop = \"twisted\"\n": `greenlint.toml: loop: unknown loop "twisted"`,
		"budget = \"fast\"\n":  `greenlint.toml:1`,
		"select = [\n":         `greenlint.toml:`,
		"\n[[effect]]\nrule = \"GL999\"\ncalls = [\"a.b\"]\nsource = [\"measured\"]\n":                `greenlint.toml:3: [[effect]]: unknown rule id "GL999"`,
		"[[effect]]\nrule = \"GL401\"\ncalls = [\"a.b\"]\n":                                           `greenlint.toml:1: [[effect]]: no source`,
		"[[effect]]\nrule = \"GL401\"\nsource = [\"measured\"]\n":                                     `greenlint.toml:1: [[effect]]: no calls`,
		"[[effect]]\nrule = \"GL401\"\ncalls = [\"a.b\"]\nsource = [\"m\"]\nwhen = [\"patchd(x)\"]\n": `unknown verb "patchd"`,
		"[[effect]]\nrule = \"GL401\"\ncalls = [\"a.b\"]\nsource = [\"m\"]\ncost = \"size(\"\n":       `unclosed parenthesis`,
		"[vendored]\n\"acme\" = \"acme\"\n":                                                           `[[vendored]]: "acme": want "*."`,
		"[[load]]\ncalls = [\"a.b\"]\narg = [0]\ngives = \"x\"\n":                                     `[[load]]: gives = "x"`,
		"[[regex]]\ncalls = [\"a.b\"]\nhow = \"x\"\nsource = [\"m\"]\n":                               `[[regex]]: how = "x"`,
		"[[regex]]\ncalls = [\"a.b\"]\nhow = \"match\"\nsource = [\"m\"]\n":                           `[[regex]]: no text`,
		"[[handle]]\ncalls = [\"a.b\"]\n":                                                             `[[handle]]: no source`,
		"[[safe]]\ncalls = [\"a.b\"]\n[[safe]]\ncalls = [\"a.b\"]\n":                                  `greenlint.toml:3: [[safe]]: duplicate`,
		"[[spawn]]\ncalls = [\"a.b\"]\n":                                                              `no arg`,
		"[[context]]\nkind = \"x\"\n":                                                                 `none of decorators, bases, calls`,
		"[[version]]\ndist = \"x\"\nrule = \"GL401\"\nbad = \"3\"\nsource = [\"m\"]\n":                `want an operator and a version`,
	} {
		c, err := Load()
		require.NoError(t, err)
		_, err = c.ParseConfig("greenlint.toml", []byte(src))
		require.ErrorContains(t, err, want, src)
	}
}

func TestVersions(t *testing.T) {
	for _, v := range []struct {
		version, spec string
		want          bool
	}{
		{"22.10.2", ">=22", true}, {"22.10.2", "==22.10.*", true}, {"22.1", "==22.10.*", false}, {"3.0rc1", "<3", true}, {"3.0", "<3", false},
		{"3.1.13", ">=3.1.5, <3.1.14", true}, {"3.1.14", ">=3.1.5, <3.1.14", false}, {"1.4.2", "~=1.4", true}, {"2.0", "~=1.4", false},
		{"1.0+local", "==1.0", true}, {"1!2.0", ">=1", true}, {"", ">=1", false}, {"1.0", "nonsense", false},
	} {
		require.Equal(t, v.want, v.version != "" && MatchSpec(v.version, v.spec), "%s %s", v.version, v.spec)
	}
}
