package flow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

func task(f rules.Func) rules.Context {
	return rules.Context{Kind: "celery-task", Func: f, Pos: rules.Pos{File: "g", Line: 1}, Why: []rules.Evidence{{Text: "@app.task"}}}
}

func coroutine(f rules.Func) rules.Context {
	return rules.Context{Kind: "async-def", Loop: rules.Asyncio, Func: f}
}

var (
	worker = rules.Env{Name: "Procfile: worker", Loop: rules.Gevent, Runs: []string{"celery-task"},
		Patched: []string{"socket", "thread", "time"}, Why: []rules.Evidence{{Text: "-P gevent"}}}
	bare    = rules.Env{Name: "bare", Loop: rules.Gevent, Runs: []string{"celery-task"}, PatchPos: []rules.Evidence{{Text: "patch_all()"}}}
	prefork = rules.Env{Name: "prefork", Runs: []string{"*"}}
	web     = rules.Env{Name: "web", Loop: rules.Asyncio, Runs: []string{"asgi-app"}}
)

var words = Options{
	Language: "python",
	Noun: func(kind string) string {
		return map[string]string{"celery-task": "task", "async-def": "coroutine"}[kind]
	},
}

func judgeText(g *Graph, entries []rules.Func) string {
	var contexts []rules.Context
	for _, f := range entries {
		contexts = append(contexts, task(f), coroutine(f))
	}
	r := Solve(g, Entries(contexts))
	return formatFindings(Judge(r, contexts, []rules.Env{worker, bare, prefork, web}, words), true)
}

func formatFindings(list []rules.Finding, all bool) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%d %s", f.Pos.Line, f.Message)
		var others []string
		for _, c := range f.Contexts[1:] {
			others = append(others, fmt.Sprintf("%s/%d", c.Context.Func, c.Depth))
		}
		if len(others) > 0 {
			fmt.Fprintf(&b, "; also %s", strings.Join(others, " "))
		}
		if all {
			fmt.Fprintf(&b, " %s %s %v %v", f.Fingerprint, f.Env, f.Chain, f.Contexts)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name, graph string
		contexts    []rules.Context
		envs        []rules.Env
		want        string
	}{
		{"a task in a gevent worker", "W ! sleep", []rules.Context{task("W")}, []rules.Env{worker},
			"1 task W holds the gevent hub: sleep"},
		{"depth", "W -> A; A ! sleep; A -> B; B ! read", []rules.Context{task("W")}, []rules.Env{worker},
			"2 task W holds the gevent hub: sleep (1 call away)\n4 task W holds the gevent hub: read (2 calls away)"},
		{"no process", "W ! sleep", []rules.Context{task("W")}, nil, ""},
		{"a process without a loop", "W ! sleep", []rules.Context{task("W"), coroutine("W")}, []rules.Env{prefork}, ""},
		{"a process that can't run it", "W ! sleep", []rules.Context{task("W")}, []rules.Env{web}, ""},
		{"a context that names its loop needs no leave", "W ! sleep", []rules.Context{coroutine("W")}, []rules.Env{worker, web},
			"1 coroutine W holds the asyncio loop: sleep"},
		{"guarded effect", "W ! sleep [unless patched(time)]", []rules.Context{task("W")}, []rules.Env{worker}, ""},
		{"guarded effect elsewhere", "W ! sleep [unless patched(time)]", []rules.Context{task("W")}, []rules.Env{worker, bare},
			"1 task W holds the gevent hub: sleep"},
		{"guarded edge", "W ~> A [patched(thread)]; W => A [unless patched(thread)]; A ! sleep", []rules.Context{task("W")}, []rules.Env{worker},
			"3 task W holds the gevent hub: sleep (1 call away)"},
		{"guarded edge elsewhere", "W ~> A [patched(thread)]; W => A [unless patched(thread)]; A ! sleep", []rules.Context{task("W")}, []rules.Env{bare}, ""},
		{"a GIL holder on a thread", "W ~> A [patched(thread)]; W => A [unless patched(thread)]; A !! crunch", []rules.Context{task("W")}, []rules.Env{bare},
			"3 task W holds the gevent hub: crunch, on a thread, but with the GIL held (1 call away)"},
		{"the longer way where the shorter does not count", "W ~> A [patched(thread)]; W -> B; B -> A; A ! sleep", []rules.Context{task("W")}, []rules.Env{bare},
			"4 task W holds the gevent hub: sleep (2 calls away)"},
		{"the guards of edge and effect in one process", "W ~> A [patched(thread)]; A ! sleep [unless patched(time)]", []rules.Context{task("W")}, []rules.Env{worker, bare}, ""},
		{"contexts by depth, then name", "W -> A; V -> A; A ! sleep; U -> W", []rules.Context{task("U"), task("W"), task("V"), task("A")}, []rules.Env{worker},
			"3 task A holds the gevent hub: sleep; also V/1 W/1 U/2"},
		{"one finding for a place and a rule", "W -> get; get ! connect; get ! send [unless installed(x)]", []rules.Context{task("W")}, []rules.Env{worker},
			"1 task W holds the gevent hub: connect (1 call away)"},
		{"of equally near effects the one with fewer dynamic calls", "W -> get; get -> x ?; x ! connect; get -> y; y ! send [unless installed(q)]", []rules.Context{task("W")}, []rules.Env{worker},
			"1 task W holds the gevent hub: send (2 calls away)"},
		{"guarded edge in foreign code", "W -> get; get ~> x [patched(thread)]; x ! connect", []rules.Context{task("W")}, []rules.Env{worker},
			"1 task W holds the gevent hub: connect (2 calls away)"},
		{"guarded edge in foreign code elsewhere", "W -> get; get ~> x [patched(thread)]; x ! connect", []rules.Context{task("W")}, []rules.Env{bare}, ""},
		{"the same context twice", "W ! sleep", []rules.Context{task("W"), task("W")}, []rules.Env{worker},
			"1 task W holds the gevent hub: sleep"},
		{"guarded context", "W ! sleep", []rules.Context{{Kind: "celery-task", Func: "W", Guard: rules.Guard{When: "patched(time)"}}}, []rules.Env{bare}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Solve(parse(t, tt.graph), Entries(tt.contexts))
			got := strings.TrimSpace(formatFindings(Judge(r, tt.contexts, tt.envs, words), false))
			if got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	c := task("W")
	more := task("W")
	more.Why = []rules.Evidence{{Text: "shared_task(W)"}}
	contexts := []rules.Context{more, c}
	r := Solve(parse(t, "W ! sleep"), Entries(contexts))
	for _, tt := range []struct {
		env  rules.Env
		want []rules.Evidence
	}{
		{worker, []rules.Evidence{{Text: "-P gevent"}, {Text: "@app.task"}, {Text: "shared_task(W)"}}},
		{bare, []rules.Evidence{{Text: "patch_all()"}, {Text: "@app.task"}, {Text: "shared_task(W)"}}},
	} {
		f := Judge(r, contexts, []rules.Env{tt.env}, words)[0]
		if got := f.Contexts[0].Evidence; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.env.Name, got, tt.want)
		}
		if f.Env != tt.env.Name || f.Loop != rules.Gevent {
			t.Errorf("env %q, loop %q", f.Env, f.Loop)
		}
	}
	if len(c.Why) != 1 || len(more.Why) != 1 {
		t.Error("the caller's contexts were written to")
	}
}

func TestMoreThan64Processes(t *testing.T) {
	contexts := []rules.Context{task("W")}
	r := Solve(parse(t, "W ! sleep [patched(time)]"), Entries(contexts))
	var envs []rules.Env
	for i := range 100 {
		envs = append(envs, rules.Env{Name: fmt.Sprintf("%03d", i), Loop: rules.Gevent, Runs: []string{"*"}})
	}
	envs[99].Patched = []string{"time"}
	if got := Judge(r, contexts, envs, words); len(got) != 1 || got[0].Env != "099" {
		t.Errorf("got %v", got)
	}
}

// Each option is turned on, and the difference seen.
func TestOptions(t *testing.T) {
	contexts := []rules.Context{task("shop.Sync.run"), task("shop.V"), task("shop.U")}
	g := parse(t, "shop.Sync.run -> A; shop.V -> A; shop.U -> A; A ! sleep")
	judge := func(opt Options) rules.Finding {
		return Judge(Solve(g, Entries(contexts)), contexts, []rules.Env{worker}, opt)[0]
	}
	f := judge(Options{})
	if f.Message != "function Sync.run holds the gevent hub: sleep (1 call away)" || f.Severity != rules.Warning || len(f.Contexts) != 3 || f.Why != "" {
		t.Errorf("defaults: %+v", f)
	}
	f = judge(Options{
		Language: "python",
		Severity: func(rules.ID) rules.Severity { return rules.Error },
		Words: func(e rules.Effect) (string, string, []string) {
			return "why " + e.Symbol, "remedy", []string{"measured"}
		},
		Phrase:      func(rules.ID) string { return "starts a loop inside the {loop}" },
		Noun:        func(string) string { return "view" },
		Short:       func(f rules.Func) string { return string(f) },
		MaxContexts: 2,
	})
	if f.Message != "view shop.Sync.run starts a loop inside the gevent hub: sleep (1 call away)" ||
		f.Severity != rules.Error || len(f.Contexts) != 2 || f.Language != "python" ||
		f.Why != "why sleep" || f.Remedy != "remedy" || !slices.Equal(f.Source, []string{"measured"}) {
		t.Errorf("options: %+v", f)
	}
	g.Own["A"][0].Effect.Severity = rules.Info
	if f = judge(Options{Severity: func(rules.ID) rules.Severity { return rules.Error }}); f.Severity != rules.Info {
		t.Errorf("the effect's own severity: got %s", f.Severity)
	}
}

func TestContextMustBeEntry(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Judge(Solve(parse(t, "W ! sleep"), nil), []rules.Context{task("W")}, []rules.Env{worker}, words)
}

// compareEffects and effectClass list the fields of an effect one by one.
func TestEffectFields(t *testing.T) {
	if n := reflect.TypeFor[rules.Effect]().NumField(); n != 7 {
		t.Errorf("an effect has %d fields now: does flow tell effects apart by the new ones?", n)
	}
}

func TestFingerprint(t *testing.T) {
	prints := func(text string) []string {
		contexts := []rules.Context{task("W")}
		var out []string
		for _, f := range Judge(Solve(parse(t, text), Entries(contexts)), contexts, []rules.Env{worker}, words) {
			out = append(out, f.Fingerprint)
		}
		return out
	}
	before := prints("W ! sleep; W ! sleep; W ! read; W -> A:3; A:3 ! sleep")
	after := prints("Z -> Z; Z -> Z; W ! sleep; W ! sleep; W ! read; W -> A:8; A:8 ! sleep")
	if !slices.Equal(before, after) {
		t.Errorf("moved lines changed fingerprints:\n%v\n%v", before, after)
	}
	slices.Sort(before)
	if n := len(slices.Compact(before)); n != 4 {
		t.Errorf("%d different fingerprints, want 4", n)
	}
}

func TestMessage(t *testing.T) {
	tests := []struct {
		symbol, detail string
		depth          int
		want           string
	}{
		{"pycurl.Curl.perform", "", 3, "task refresh holds the gevent hub: pycurl.Curl.perform (3 calls away)"},
		{"bcrypt.hashpw", "about 3.2 s at 16 rounds", 0, "task refresh holds the gevent hub for about 3.2 s: bcrypt.hashpw at 16 rounds"},
		{"bcrypt.hashpw", "about 3.2 s", 1, "task refresh holds the gevent hub for about 3.2 s: bcrypt.hashpw (1 call away)"},
		{"loop", "that never yields", 0, "task refresh holds the gevent hub: a loop that never yields"},
		{"os.read", "a pipe", 0, "task refresh holds the gevent hub: os.read, a pipe"},
	}
	for _, tt := range tests {
		f := rules.Finding{Symbol: tt.symbol, Detail: tt.detail, Loop: rules.Gevent,
			Contexts: []rules.Reach{{Context: task("shop.tasks.refresh"), Depth: tt.depth}}}
		if got := message(&f, false, words); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestShortName(t *testing.T) {
	for in, want := range map[rules.Func]string{
		"shop.tasks.refresh":              "refresh",
		"shop.tasks.Sync.run":             "Sync.run",
		"shop.tasks.make.<locals>.inner":  "inner",
		"shop.tasks.<lambda:12.5>":        "<lambda:12.5>",
		"refresh":                         "refresh",
		"(*example.com/shop.Hub).Refresh": "(*shop.Hub).Refresh",
		"(example.com/shop.Hub).Refresh":  "(shop.Hub).Refresh",
		"example.com/shop.Refresh":        "shop.Refresh",
		"(*main.Hub).Refresh":             "(*main.Hub).Refresh",
		"main.main":                       "main",
		"":                                "",
	} {
		if got := ShortName(in); got != want {
			t.Errorf("ShortName(%q) = %q, want %q", in, got, want)
		}
	}
}

// A way through a file that a process doesn't load is none of that process.
func TestFilesOfProcesses(t *testing.T) {
	contexts := []rules.Context{task("W")}
	g := parse(t, "W -> A; A ! sleep")
	g.Own["A"][0].Pos.File = "relink.py"
	loading := func(e rules.Env, files ...string) rules.Env {
		e.Loads = func(f string) bool { return slices.Contains(files, f) }
		return e
	}
	relink := worker
	relink.Name = "relink"
	for _, tt := range []struct {
		envs []rules.Env
		want string
	}{
		{[]rules.Env{worker}, worker.Name},
		{[]rules.Env{loading(worker, "g", "relink.py")}, worker.Name},
		{[]rules.Env{loading(worker, "g")}, ""},
		{[]rules.Env{loading(worker, "g"), loading(relink, "g", "relink.py")}, "relink"},
		{[]rules.Env{worker, loading(relink, "g", "relink.py")}, worker.Name + " and 1"},
	} {
		got := ""
		for _, f := range Judge(Solve(g, Entries(contexts)), contexts, tt.envs, words) {
			if got += f.Env; f.MoreEnvs > 0 {
				got += fmt.Sprintf(" and %d", f.MoreEnvs)
			}
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
