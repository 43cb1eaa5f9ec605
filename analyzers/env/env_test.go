package env

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// A finding's edit must give a form that patches, and change nothing else.
func TestFix(t *testing.T) {
	for _, c := range []struct{ file, src, want string }{
		{"Procfile", "w: celery -A a worker -Pgevent -c 3\n", "w: celery -A a worker -P gevent -c 3\n"},
		{"Procfile", "w: celery -A a worker -EP gevent\n", "w: celery -A a worker -E -P gevent\n"},
		{"Procfile", "w: celery -A a worker -EPgevent\n", "w: celery -A a worker -E -P gevent\n"},
		{"a.sh", "A=('-Pgevent' -c 3)\ncelery worker \"${A[@]}\"\n", "A=('--pool=gevent' -c 3)\ncelery worker \"${A[@]}\"\n"},
		{"a.sh", "A=(-Pgevent -c 3)\ncelery worker \"${A[@]}\"\n", "A=(-P gevent -c 3)\ncelery worker \"${A[@]}\"\n"},
		{"Dockerfile", "CMD [\"celery\", \"worker\", \"-Peventlet\"]\n", "CMD [\"celery\", \"worker\", \"--pool=eventlet\"]\n"},
		{"docker-compose.yml", "services:\n  a:\n    command:\n    - celery\n    - worker\n    - -Pgevent\n", "services:\n  a:\n    command:\n    - celery\n    - worker\n    - --pool=gevent\n"},
		{"x.py", "import os\nos.system('celery worker -Pgevent')\n", "import os\nos.system('celery worker -P gevent')\n"},
		{"a.sh", "celery worker -P${POOL:-gevent}\n", ""}, // where would the edit go?
		{"Dockerfile", "CMD [\"celery\", \"worker\", \"-EP\", \"gevent\"]\n", ""},
	} {
		res := Read(Map{c.file: c.src}, catalog(t))
		if len(res.Findings) != 1 {
			t.Errorf("%q: %d findings", c.src, len(res.Findings))
			continue
		}
		f := res.Findings[0]
		if c.want == "" {
			if len(f.Fixes) > 0 {
				t.Errorf("%q: a fix where none is safe", c.src)
			}
			continue
		}
		if len(f.Fixes) != 1 || !f.Fixes[0].Safe {
			t.Errorf("%q: no fix", c.src)
			continue
		}
		e := f.Fixes[0].Edits[0]
		got := c.src[:e.Pos.Offset] + e.Text + c.src[e.End.Offset:]
		if got != c.want {
			t.Errorf("%q: fixed to %q, want %q", c.src, got, c.want)
		}
		if again := Read(Map{c.file: got}, catalog(t)); len(again.Findings) != 0 {
			t.Errorf("%q: still found after the fix", got)
		}
	}
}

// What a setting selects is written into every command that reads it, and only
// where all of them can be mended.
func TestFixSetting(t *testing.T) {
	for _, c := range []struct{ file, src, want string }{
		{"Procfile", "w: celery -A shop worker -c 3\nbeat: celery -A shop beat\n", "w: celery -A shop worker -P gevent -c 3\nbeat: celery -A shop beat\n"},
		{"Dockerfile", "CMD [\"celery\", \"-A\", \"shop\", \"worker\"]\n", "CMD [\"celery\", \"-A\", \"shop\", \"worker\", \"--pool=gevent\"]\n"},
		{"docker-compose.yml", "services:\n  a:\n    command: celery -A shop worker\n  b:\n    command: 'celery -A shop worker -Q b'\n",
			"services:\n  a:\n    command: celery -A shop worker -P gevent\n  b:\n    command: 'celery -A shop worker -P gevent -Q b'\n"},
		{"a.sh", "R=worker\ncelery -A shop $R\n", ""}, // the variable may serve others
		{"a.sh", "celery -A shop worker\ncelery -A shop $R\n", "celery -A shop worker -P gevent\ncelery -A shop $R\n"},
		{"docker-compose.yml", "services:\n  a:\n    command:\n    - celery\n    - -A\n    - shop\n    - worker\n", ""},
		{"x.py", "from shop.celery import app\napp.worker_main(['worker'])\n", ""},
		{"notes.txt", "", ""},
	} {
		files := Map{"shop/celeryconfig.py": "worker_pool = 'gevent'\n", "shop/celery.py": "from celery import Celery\napp = Celery('shop')\napp.config_from_object('shop.celeryconfig')\n", c.file: c.src}
		var fixes []rules.Fix
		for _, f := range Read(files, catalog(t)).Findings {
			if f.Symbol == "worker_pool" {
				fixes = f.Fixes
			}
		}
		if c.want == "" {
			if len(fixes) > 0 {
				t.Errorf("%q: a fix where none is safe", c.src)
			}
			continue
		}
		if len(fixes) != 1 || !fixes[0].Safe {
			t.Errorf("%q: no fix", c.src)
			continue
		}
		got := c.src
		for _, e := range slices.Backward(fixes[0].Edits) {
			got = got[:e.Pos.Offset] + e.Text + got[e.End.Offset:]
		}
		if got != c.want {
			t.Errorf("%q: fixed to %q, want %q", c.src, got, c.want)
		}
		files[c.file] = got
		if again := Read(files, catalog(t)); len(again.Findings) != 0 {
			t.Errorf("%q: still found after the fix: %v", got, again.Findings)
		}
	}
}

// Where a word is exact, its place holds its text.
func TestWordPlaces(t *testing.T) {
	for _, c := range projects {
		for _, p := range Read(c.files, catalog(t)).Processes {
			for _, w := range p.Command.Argv {
				if w.Exact && c.files[w.Pos.File][w.Pos.Offset:w.End.Offset] != w.Text {
					t.Errorf("%s: %q at %s", c.name, w.Text, w.Pos)
				}
			}
		}
	}
}

// What the server patches is in the environment, with the names of its flags.
func TestPatchedFlags(t *testing.T) {
	res := Read(Map{"Procfile": "a: celery -A p worker -P gevent\nb: celery -A p worker -Pgevent\nc: gunicorn -k eventlet p:a\n", "requirements.txt": "gevent==1\n"}, catalog(t))
	a, b, c := res.Processes[0].Env, res.Processes[1].Env, res.Processes[2].Env
	for _, f := range []string{"socket", "thread", "time"} {
		if !slices.Contains(a.Patched, f) || slices.Contains(b.Patched, f) || !slices.Contains(c.Patched, f) {
			t.Errorf("%s: %v, %v, %v", f, a.Patched, b.Patched, c.Patched)
		}
	}
	if b.Loop != rules.Gevent || c.Loop != rules.Eventlet || !a.Can("celery-task") || !c.Can("wsgi-view") {
		t.Errorf("%v", res.Processes)
	}
	if len(a.Versions) != 1 || a.Versions[0].Version != "1" {
		t.Errorf("versions %v", a.Versions)
	}
}

// shuffled is a source that lists its files in another order each time.
type shuffled struct{ Map }

func (s shuffled) Files() []string {
	names := s.Map.Files()
	rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

func TestDeterminism(t *testing.T) {
	all := Map{}
	for _, c := range projects {
		for n, src := range c.files {
			all[strings.ReplaceAll(c.name, " ", "-")+"/"+n] = src
		}
	}
	want := Read(all, catalog(t))
	for range 10 {
		got := Read(shuffled{all}, catalog(t))
		if show(got) != show(want) || !reflect.DeepEqual(got.Findings, want.Findings) || !reflect.DeepEqual(got.Unknown, want.Unknown) {
			t.Fatal("another order of files gives another result")
		}
	}
}

// An alias is followed where it stands, never multiplied.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("services:\n  a0: &a0 {command: celery worker -Pgevent}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "  a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1)
	}
	b.WriteString("  loop: &l\n    <<: *l\n    command: celery worker -Peventlet\n")
	if res := Read(Map{"docker-compose.yml": b.String()}, catalog(t)); len(res.Findings) > 2 {
		t.Errorf("%d findings", len(res.Findings))
	}
}

// Input that is made to grow or to nest ends soon.
func TestHostileInput(t *testing.T) {
	cat := catalog(t)
	for _, s := range []struct{ name, src string }{
		{"k8s.yaml", strings.Repeat("[", 100000) + " celery"},
		{"a.sh", strings.Repeat("(", 100000) + " celery"},
		{"a.sh", strings.Repeat("f() { f; f; }; f; celery $(", 3000)},
		{"a.sh", "a() { b; b; b; }\nb() { c; c; c; }\nc() { a; a; celery worker; }\na\n"},
		{"Dockerfile", "CMD " + strings.Repeat("sh -c '", 5000)},
		{"pyproject.toml", "a = " + strings.Repeat("[", 1000000)},
		{"pyproject.toml", strings.Repeat("a.", 300000) + "b = 1"},
		{"a.sh", "celery $((" + strings.Repeat("-", 120000)},
		{"a.sh", "celery; " + strings.Repeat("! ", 60000)},
		{"a.sh", "celery; " + strings.Repeat("if ", 40000)},
		{"a.sh", "celery; " + strings.Repeat("time ", 40000)},
		{"a.sh", "celery; " + strings.Repeat("[[ ! ", 20000)},
		{"a.sh", "celery; [[ " + strings.Repeat("! ", 50000)},
		{"a.sh", "celery; " + strings.Repeat("a|", 50000)},
		{"a.sh", "celery; " + strings.Repeat("a=1;", 30000)},
		{"a.sh", "celery; " + strings.Repeat("a=$a$a;", 40)},
		{"a.sh", "celery a=1;" + strings.Repeat("a+=(${a[@]} ${a[@]});", 40)},
		{"k.yaml", "celery: " + strings.Repeat("[", 9000)},
		{"package.json", `{"scripts": {"celery": ` + strings.Repeat("[", 9000)},
		{"uwsgi.xml", "<uwsgi>" + strings.Repeat("<!-- <gevent>", 70000)},
		{"justfile", "celery a='b':\n" + strings.Repeat("  echo {{a}}\n", 70000)},
		{"justfile", strings.Repeat("a:=", 100000) + " celery"},
		{"x.ini", "[uwsgi]\ngevent=1\n" + strings.Repeat(" a\n", 100000)},
		{"Makefile", "A=celery\n" + strings.Repeat("A+=$(A) $(A)\n", 40) + "x:\n\t$(A)\n"},
		{"Dockerfile", "FROM a\n" + strings.Repeat("ENV A=$A$A\n", 60) + "CMD celery $A"},
		{"Dockerfile", "FROM a\nCMD [\"\\\n" + strings.Repeat(" x \\\n", 100000)},
	} {
		start := time.Now()
		Read(Map{s.name: s.src}, cat)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: %.40q took %v", s.name, s.src, d)
		}
	}
}

// One target for every reader: whatever the bytes, there is an answer, whose
// places lie within the file.
func FuzzRead(f *testing.F) {
	for _, c := range projects {
		for n, src := range c.files {
			f.Add(n, src)
		}
	}
	for _, n := range []string{"pyproject.toml", "Pipfile.lock", "setup.cfg", "setup.py", "requirements.txt", "environment.yml", "poetry.lock"} {
		f.Add(n, "[a]\nb = ['c>=1; python_version<\"3\"']\n")
	}
	cat := catalog(f)
	f.Fuzz(func(t *testing.T, name, src string) {
		if len(src) > 4000 || len(name) > 60 {
			return
		}
		res := Read(Map{name: src}, cat)
		for _, s := range res.Skipped {
			if strings.Contains(s.Reason, "internal error") {
				t.Fatal(s)
			}
		}
		for _, x := range res.Findings {
			if x.Pos.Offset > x.End.Offset || x.End.Offset > len(src) {
				t.Fatalf("%s: from %d to %d of %d", x.Message, x.Pos.Offset, x.End.Offset, len(src))
			}
		}
	})
}
