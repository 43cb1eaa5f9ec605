package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/rules"
)

func routesCommand() *command.Command {
	var format, pool, config, python string
	return &command.Command{
		Name:    "routes",
		Args:    "[PATH…]",
		Summary: "sort Celery tasks into those for a green pool and those for prefork",
		Doc: `Judges every Celery task as if it ran on a green pool, and sorts them: a task that
holds the loop belongs on prefork, with the reason; the others can run on the green
pool. Then come the settings and the two command lines that make it so.

Calls that could not be resolved are no reason, but counted beside each task: where
there are many, look before you trust. Findings that a comment or the settings
switch off are no reason either.`,
		Example: `greenlint routes
greenlint routes --pool eventlet shop
greenlint routes --format json | jq '.tasks[] | select(.queue == "prefork") | .name'`,
		Flags: func(f *command.Flags) {
			format, pool, config, python = "text", string(rules.Gevent), "", ""
			f.Choice(&format, "format", []string{"text", "json"}, "how to write them (text)")
			f.Choice(&pool, "pool", words([]rules.Loop{rules.Gevent, rules.Eventlet}), "the green pool (gevent)")
			f.String(&config, "config", "FILE", "use this file of settings")
			f.String(&python, "python", "PATH", pythonHelp)
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			r, err := routesOf(ctx, c, pool, config, python)
			if err != nil {
				return 0, interrupted(err)
			}
			if format == "json" {
				e := json.NewEncoder(c.Stdout)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return command.OK, e.Encode(r)
			}
			return command.OK, r.text(c.Stdout)
		},
	}
}

// The queues that the advice names. The one that Celery uses where nothing is said goes
// to prefork too: a task that is not listed is then still run, and can do no harm.
const (
	greenQueue   = "green"
	preforkQueue = "prefork"
	defaultQueue = "celery"
)

// appUnknown stands for the application where no file names it.
const appUnknown = "APP"

// The shape of the JSON output.
type (
	routes struct {
		Schema   string            `json:"schema"`
		Pool     string            `json:"pool"`
		App      string            `json:"app"` // for celery -A; "" = no file says
		Tasks    []routed          `json:"tasks"`
		Shared   []routed          `json:"shared"`     // what runs beside tasks of both queues, and holds the loop
		Routes   map[string]queued `json:"taskRoutes"` // as Celery's setting
		Commands []string          `json:"commands"`

		apps []string
	}
	queued struct {
		Queue string `json:"queue"`
	}
	routed struct {
		Name     string   `json:"name"`  // "" = worked out while the program runs
		Queue    string   `json:"queue"` // green or prefork
		Own      string   `json:"ownQueue,omitempty"`
		Function string   `json:"function"`
		File     string   `json:"file"`
		Line     int      `json:"line"`
		Unknown  int      `json:"unknownCalls"`
		Reasons  []reason `json:"reasons"`
	}
	reason struct {
		Rule   rules.ID `json:"rule"`
		Name   string   `json:"ruleName"`
		Symbol string   `json:"symbol"`
		Detail string   `json:"detail,omitempty"`
		File   string   `json:"file"`
		Line   int      `json:"line"`
		Column int      `json:"column"`
		Chain  []string `json:"chain"` // the functions on the way, the symbol last
	}
)

func routesOf(ctx context.Context, c *command.Call, pool, config, python string) (*routes, error) {
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	place, err := check.Locate(c.Dir, c.Args)
	if err != nil {
		return nil, err
	}
	if config, err = settingsFile(c.Dir, place.Root, &checkFlags{config: config}); err != nil {
		return nil, err
	}
	listing, err := files.List(ctx, place.Root, place.ToList())
	if err != nil {
		return nil, err
	}
	sites, err := installedModules(c.Dir, place.Root, python)
	if err != nil {
		return nil, err
	}
	q, err := check.Tasks(ctx, check.Request{
		Root: place.Root, Files: listing.Files, Paths: place.Paths, Catalog: catalog, Loop: rules.Loop(pool), ConfigFile: config, Sites: sites,
	}, "celery")
	if err != nil {
		return nil, err
	}
	r := &routes{Schema: "greenlint-routes/1", Pool: pool, Tasks: []routed{}, Shared: []routed{}, Routes: map[string]queued{}}
	describe := func(t *check.Task) routed {
		out := routed{
			Name: t.Name, Queue: greenQueue, Own: t.Queue, Function: string(t.Func), File: place.ForPeople(t.Pos.File), Line: t.Pos.Line,
			Unknown: t.Unknown, Reasons: []reason{},
		}
		for _, x := range t.Reasons {
			out.Queue = preforkQueue
			f := &x.Finding
			y := reason{Rule: f.Rule, Symbol: f.Symbol, Detail: f.Detail, File: place.ForPeople(f.Pos.File), Line: f.Pos.Line, Column: f.Pos.Column}
			if rule := catalog.Rule(string(f.Rule)); rule != nil {
				y.Name = rule.Name
			}
			for _, frame := range x.Chain {
				y.Chain = append(y.Chain, string(frame.Func))
			}
			out.Reasons = append(out.Reasons, y)
		}
		return out
	}
	for i := range q.Tasks {
		t := describe(&q.Tasks[i])
		if t.Name != "" {
			if had, ok := r.Routes[t.Name]; !ok || had.Queue == greenQueue { // two of one name: the worse decides
				r.Routes[t.Name] = queued{t.Queue}
			}
		}
		r.Tasks = append(r.Tasks, t)
	}
	for i := range q.Shared {
		r.Shared = append(r.Shared, describe(&q.Shared[i]))
	}
	for _, p := range q.Deployed.Processes {
		if p.Launcher != "celery" {
			continue
		}
		for _, a := range p.Apps {
			if !slices.Contains(r.apps, a) {
				r.apps = append(r.apps, a)
			}
		}
	}
	app := appUnknown
	if len(r.apps) > 0 {
		r.App, app = r.apps[0], r.apps[0]
	}
	r.Commands = []string{
		fmt.Sprintf("celery -A %s worker -P %s -c 100 -Q %s", app, pool, greenQueue),
		fmt.Sprintf("celery -A %s worker -P prefork -Q %s,%s", app, preforkQueue, defaultQueue),
	}
	return r, nil
}

// text writes the routes for people.
func (r *routes) text(w io.Writer) error {
	var b strings.Builder
	if len(r.Tasks) == 0 {
		_, err := io.WriteString(w, "no Celery tasks were found\n")
		return err
	}
	fmt.Fprintf(&b, "%s, each judged as if it ran in a worker with -P %s\n", count(len(r.Tasks), "task"), r.Pool)
	for _, queue := range []string{greenQueue, preforkQueue} {
		var in []routed
		for _, t := range r.Tasks {
			if t.Queue == queue {
				in = append(in, t)
			}
		}
		if len(in) == 0 {
			continue
		}
		title := map[string]string{greenQueue: "can run on the green pool", preforkQueue: "belong on prefork"}[queue]
		fmt.Fprintf(&b, "\n%s: %d %s\n", queue, len(in), title)
		for _, t := range in {
			t.text(&b)
		}
	}
	if len(r.Shared) > 0 {
		b.WriteString("\nBeside the tasks of either queue (a base class, a handler of a signal): these hold the loop too, and have to be changed\n")
		for _, t := range r.Shared {
			t.text(&b)
		}
	}
	b.WriteString("\n# Celery's settings\ntask_routes = {\n")
	nameless := 0
	for _, t := range r.Tasks {
		if t.Name == "" {
			nameless++
		}
	}
	for _, queue := range []string{greenQueue, preforkQueue} {
		var names []string
		for name, q := range r.Routes {
			if q.Queue == queue {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			fmt.Fprintf(&b, "    %s: {\"queue\": %s},\n", strconv.Quote(name), strconv.Quote(queue))
		}
	}
	b.WriteString("}\n")
	if nameless > 0 {
		fmt.Fprintf(&b, "# not listed: %s whose name is worked out while the program runs\n", count(nameless, "task"))
	}
	b.WriteString("\n# the workers")
	switch {
	case len(r.apps) == 0:
		fmt.Fprintf(&b, "; no command line of a worker names the application, so put it in the place of %s", appUnknown)
	case len(r.apps) > 1:
		fmt.Fprintf(&b, "; there is also -A %s", strings.Join(r.apps[1:], ", -A "))
	}
	b.WriteString("\n")
	for _, c := range r.Commands {
		b.WriteString(c + "\n")
	}
	fmt.Fprintf(&b, "# %q is the queue of whatever is not listed, unless task_default_queue names another\n", defaultQueue)
	_, err := io.WriteString(w, b.String())
	return err
}

// text writes a task with its nearest reason.
func (t *routed) text(b *strings.Builder) {
	name := t.Name
	if name == "" {
		name = t.Function + " (its name is worked out while the program runs)"
	}
	fmt.Fprintf(b, "  %s  %s:%d\n", name, t.File, t.Line)
	if t.Own != "" {
		fmt.Fprintf(b, "      its definition names the queue %q, which wins over task_routes\n", t.Own)
	}
	if t.Unknown > 0 {
		fmt.Fprintf(b, "      not known: what %s on its way may call\n", count(t.Unknown, "call"))
	}
	if len(t.Reasons) == 0 {
		return
	}
	x := t.Reasons[0]
	detail := x.Symbol
	if x.Detail != "" {
		detail += ", " + x.Detail
	}
	fmt.Fprintf(b, "      %s %s: %s at %s:%d\n", x.Rule, x.Name, detail, x.File, x.Line)
	if len(x.Chain) > 1 {
		fmt.Fprintf(b, "      by way of %s\n", strings.Join(x.Chain[:len(x.Chain)-1], ", "))
	}
	if more := len(t.Reasons) - 1; more > 0 {
		fmt.Fprintf(b, "      and for %s\n", count(more, "more reason"))
	}
}
