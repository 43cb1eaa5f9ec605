package rules

import (
	"fmt"
	"path"
	"strings"
)

// A Moment says when a server patches the standard library.
type Moment string

// From the best to the worst.
const (
	AtStart     Moment = "start"        // before the project's first module is imported
	AfterImport Moment = "after-import" // after the application has been imported
	Never       Moment = "never"
)

// A Launch says how a program is started, by the words of its command line: which
// words select a cooperative loop, and which of them make the program patch.
//
//	[[launch]]
//	programs   = ["celery"]
//	modules    = ["celery"]
//	commands   = ["worker", "multi start"]
//	app        = ["-A", "--app"]
//	pool       = ["-P", "--pool"]
//	loops      = { gevent = "gevent", eventlet = "eventlet" }
//	patch      = { gevent = "gevent.monkey.patch_all", eventlet = "eventlet.monkey_patch" }
//	patch-when = "start"
//	patched-by = ["-P X", "--pool X", "--pool=X"]
//	runs       = ["celery-task"]
//
// Options are read as getopt, argparse and click read them: "-P X", "-PX", "-EP X",
// "--pool X", "--pool=X". An option that is not a switch takes a value. Where an
// option is repeated, the last counts.
type Launch struct {
	Programs []string `toml:"programs"` // base names of executables: "celery", "gunicorn3"
	Modules  []string `toml:"modules"`  // python -m …
	Scripts  []string `toml:"scripts"`  // base names of Python files: "manage.py"
	Calls    []string `toml:"calls"`    // Python methods that take the words as a list: "worker_main". They never patch.
	Commands []string `toml:"commands"` // sub-commands, one of which must be there: "worker", "multi start"

	// Wraps says that the program only prepares the ground for the program that
	// its further words name: "gosu app celery …".
	Wraps   bool     `toml:"wraps"`
	Skip    int      `toml:"skip"`    // words before that program: 1 for "gosu app"
	Takes   []string `toml:"takes"`   // options of a wrapper that take a value; its others don't
	Assigns bool     `toml:"assigns"` // "env A=b celery …"
	Shell   []string `toml:"shell"`   // options whose value is a line of shell: "-c"

	Switches  []string `toml:"switches"`     // options that take no value
	App       []string `toml:"app"`          // options that name the module that is imported, or its file
	AppAlso   []string `toml:"app-also"`     // modules that are imported besides, if they are there, X for the first: "X.celery"
	AppFiles  []string `toml:"app-files"`    // base names of files that it runs if no option names one: "locustfile.py"
	AppWord   bool     `toml:"app-argument"` // the first word that is no option names it: "gunicorn shop.wsgi:app"
	Queues    []string `toml:"queues"`       // options that name the queues served, with commas between
	NotQueues []string `toml:"not-queues"`   // and those not served, of all that there are
	// DefaultQueue is the queue of what is not routed, and the one served where nothing
	// says which.
	DefaultQueue string   `toml:"default-queue"`
	Tasks        []string `toml:"concurrency"`  // options that give the number of tasks at once
	Config       []string `toml:"config"`       // options that name a file of settings
	ConfigFile   []string `toml:"config-files"` // files of settings that are read unasked, if they are there
	EnvWords     []string `toml:"env-words"`    // environment variables that hold further words: GUNICORN_CMD_ARGS
	EnvOptions   string   `toml:"env-options"`  // prefix of environment variables that are options: "UWSGI_" makes UWSGI_GEVENT=4 "--gevent=4"
	FileWords    []string `toml:"file-words"`   // variables of a shell or .env file that hold the words for a service script: CELERYD_OPTS

	Pool      []string          `toml:"pool"`       // options whose value selects the loop
	Loops     map[string]Loop   `toml:"loops"`      // what their values select
	Flags     map[string]Loop   `toml:"flags"`      // options that select a loop by being there: "--gevent"
	Default   Loop              `toml:"loop"`       // without any of these; zero = none
	Patch     map[Loop]string   `toml:"patch"`      // the call that the program makes to patch for a loop: "gevent.monkey.patch_all"
	PatchWhen Moment            `toml:"patch-when"` // zero = never
	PatchedBy []string          `toml:"patched-by"` // the forms of the pool option that lead to the patch, X for the value; empty = any
	PatchOpts map[string]Moment `toml:"patch-options"`
	// Keeps are options of a wrapper that patches which switch a flag of its patch
	// off: "--no-dns" = "dns".
	Keeps map[string]string `toml:"keeps"`
	// Forks are the values of the pool option that fork, and are the default where
	// there is no such option: "prefork".
	Forks []string `toml:"forks"`
	// Void are options that do nothing on some loops: "--soft-time-limit" = ["gevent"].
	Void map[string][]Loop `toml:"void"`

	Runs   []string          `toml:"runs"`    // kinds of contexts that the process runs
	RunsOn map[Loop][]string `toml:"runs-on"` // and what it runs instead, on a given loop

	// Of a launch that selects a loop and does not patch.
	Why    string   `toml:"why"`
	Remedy string   `toml:"remedy"` // X stands for the pool
	Source []string `toml:"source"`
}

// A Setting is a name in a Python file, or a keyword of a call, that stands in for
// an option of a program's command line.
//
//	[[setting]]
//	program    = "celery"
//	names      = ["worker_pool"]
//	files      = ["*celery*", "*config*"]
//	attributes = ["conf.worker_pool"]
//	calls      = ["conf.update", "Celery"]
//	role       = "pool"
//	patches    = false
type Setting struct {
	Program    string   `toml:"program"`    // one of the programs of a launch
	Names      []string `toml:"names"`      // assigned at the top of a module or class, or a key of a dict, or a keyword
	Files      []string `toml:"files"`      // where a bare assignment counts: patterns for a part of the path; empty = everywhere
	Attributes []string `toml:"attributes"` // assigned attributes, by the end of their dotted name
	Calls      []string `toml:"calls"`      // calls that take it as a keyword or within a dict, by the end of their dotted name
	Needs      []string `toml:"needs"`      // words without which a file is not looked at
	Role       string   `toml:"role"`       // what it sets: one of settingRoles

	Patches bool   `toml:"patches"` // role pool: a loop selected here is patched as the launch says
	When    Moment `toml:"when"`    // role patch: the moment of the patch where the setting is true
	Loops   []Loop `toml:"loops"`   // role void: the loops on which the setting does nothing

	Why    string   `toml:"why"`
	Remedy string   `toml:"remedy"`
	Source []string `toml:"source"`
}

// The roles of a setting: the pool, the moment of the patch, the module that is
// imported, the queues that are served, the routes of tasks to queues, the queue of
// what is not routed; send, a keyword of a call which queues a task; void, something that the pool may not
// honour; import, no setting but a module that does harm when a file of settings
// imports it, which is before the server patches.
var settingRoles = []string{"pool", "patch", "app", "queues", "routes", "default-queue", "send", "void", "import"}

// Name is what a message calls the program.
func (l *Launch) Name() string {
	for _, names := range [][]string{l.Programs, l.Modules, l.Scripts, l.Calls} {
		if len(names) > 0 {
			return names[0]
		}
	}
	return ""
}

// check reports what is wrong with a launch as it stands in a file.
func (l *Launch) check() error {
	switch {
	case l.Name() == "":
		return fmt.Errorf("launch: wants programs, modules, scripts or calls")
	case l.Skip < 0:
		return fmt.Errorf("launch %s: skip = %d", l.Name(), l.Skip)
	case len(l.Keeps) > 0 && len(l.Patch) == 0:
		return fmt.Errorf("launch %s: keeps without patch", l.Name())
	case !l.Wraps && (l.Skip > 0 || len(l.Takes) > 0 || l.Assigns || len(l.Shell) > 0):
		return fmt.Errorf("launch %s: skip, takes, assigns and shell are for a launch that wraps another", l.Name())
	case l.Wraps && (len(l.Pool) > 0 || len(l.Flags) > 0):
		return fmt.Errorf("launch %s: one that wraps another selects no pool", l.Name())
	case len(l.Loops) > 0 && len(l.Pool) == 0:
		return fmt.Errorf("launch %s: loops without pool", l.Name())
	case len(l.Pool) > 0 && len(l.Loops) == 0:
		return fmt.Errorf("launch %s: pool without loops", l.Name())
	}
	for _, list := range [][]string{l.Takes, l.Shell, l.Switches, l.App, l.Queues, l.NotQueues, l.Tasks, l.Config, l.Pool} {
		for _, o := range list {
			if err := checkOption(o); err != nil {
				return fmt.Errorf("launch %s: %w", l.Name(), err)
			}
		}
	}
	for _, f := range l.PatchedBy {
		opt, ok := strings.CutSuffix(f, "X")
		if opt = strings.TrimRight(opt, " ="); !ok || !contains(l.Pool, opt) {
			return fmt.Errorf("launch %s: patched-by %q: want a pool option and X for its value: \"-P X\"", l.Name(), f)
		}
	}
	for _, list := range []map[string]Loop{l.Loops, l.Flags} {
		for v, loop := range list {
			if !KnownLoop(loop) {
				return fmt.Errorf("launch %s: %s: unknown loop %q", l.Name(), v, loop)
			}
		}
	}
	for o := range l.Flags {
		if err := checkOption(o); err != nil {
			return fmt.Errorf("launch %s: %w", l.Name(), err)
		}
	}
	if l.Default != "" && !KnownLoop(l.Default) {
		return fmt.Errorf("launch %s: unknown loop %q", l.Name(), l.Default)
	}
	for loop := range l.Patch {
		if !KnownLoop(loop) {
			return fmt.Errorf("launch %s: patch: unknown loop %q", l.Name(), loop)
		}
	}
	for loop := range l.RunsOn {
		if !KnownLoop(loop) {
			return fmt.Errorf("launch %s: runs-on: unknown loop %q", l.Name(), loop)
		}
	}
	if l.PatchWhen != "" {
		if err := l.PatchWhen.check(); err != nil {
			return fmt.Errorf("launch %s: patch-when: %w", l.Name(), err)
		}
	}
	for o := range l.Keeps {
		if err := checkOption(o); err != nil {
			return fmt.Errorf("launch %s: keeps: %w", l.Name(), err)
		}
	}
	for o, loops := range l.Void {
		if err := checkOption(o); err != nil {
			return fmt.Errorf("launch %s: void: %w", l.Name(), err)
		}
		for _, loop := range loops {
			if !KnownLoop(loop) {
				return fmt.Errorf("launch %s: void: unknown loop %q", l.Name(), loop)
			}
		}
	}
	for o, m := range l.PatchOpts {
		if err := checkOption(o); err != nil {
			return fmt.Errorf("launch %s: %w", l.Name(), err)
		}
		if err := m.check(); err != nil {
			return fmt.Errorf("launch %s: patch-options: %w", l.Name(), err)
		}
	}
	return nil
}

// check reports what is wrong with a setting as it stands in a file.
func (s *Setting) check() error {
	switch {
	case len(s.Names) == 0 && len(s.Attributes) == 0:
		return fmt.Errorf("setting: wants names or attributes")
	case s.Program == "" && s.Role != "import":
		return fmt.Errorf("setting %s: wants the program that reads it", s.name())
	case !contains(settingRoles, s.Role):
		return fmt.Errorf("setting %s: role %q: want one of %s", s.name(), s.Role, strings.Join(settingRoles, ", "))
	case (s.Role == "patch") != (s.When != ""):
		return fmt.Errorf("setting %s: when belongs to role patch", s.name())
	case s.Patches && s.Role != "pool":
		return fmt.Errorf("setting %s: patches belongs to role pool", s.name())
	case (s.Role == "void") != (len(s.Loops) > 0):
		return fmt.Errorf("setting %s: loops belongs to role void", s.name())
	case s.Role == "import" && len(s.Names) == 0:
		return fmt.Errorf("setting %s: role import wants the names of modules", s.name())
	case (s.Role == "void" || s.Role == "import") && (s.Why == "" || len(s.Source) == 0):
		return fmt.Errorf("setting %s: role %s wants why and source", s.name(), s.Role)
	}
	for _, l := range s.Loops {
		if !KnownLoop(l) {
			return fmt.Errorf("setting %s: loops: unknown loop %q", s.name(), l)
		}
	}
	if s.When != "" {
		if err := s.When.check(); err != nil {
			return fmt.Errorf("setting %s: when: %w", s.name(), err)
		}
	}
	for _, f := range s.Files {
		if _, err := path.Match(f, ""); err != nil {
			return fmt.Errorf("setting %s: files: bad pattern %q", s.name(), f)
		}
	}
	return nil
}

func (s *Setting) name() string {
	if len(s.Names) > 0 {
		return s.Names[0]
	}
	return s.Attributes[0]
}

func (m Moment) check() error {
	switch m {
	case AtStart, AfterImport, Never:
		return nil
	}
	return fmt.Errorf("unknown moment %q: want start, after-import or never", m)
}

func checkOption(o string) error {
	if len(o) < 2 || o[0] != '-' || strings.ContainsAny(o, " =") {
		return fmt.Errorf("option %q: want a name that begins with \"-\"", o)
	}
	return nil
}
