package env

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

const workers = "io: celery -A shop worker -P gevent -Q io\nrest: celery -A shop worker\n"

// TestRoutes checks the queues of two tasks: shop.tasks.fetch, and shop.tasks.Chore,
// whose definition names the queue of own.
func TestRoutes(t *testing.T) {
	cat, err := rules.Load()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		files Map
		own   string
		want  string
	}{
		"nothing said":          {Map{}, "", "celery · celery"},
		"in the definition":     {Map{}, `"slow"`, "celery · slow"},
		"a name of the file":    {Map{"shop/tasks.py": "SLOW = 'slow'\n"}, "SLOW", "celery · slow"},
		"a name given twice":    {Map{"shop/tasks.py": "SLOW = 'slow'\nif x:\n    SLOW = 'fast'\n"}, "SLOW", "celery · ?"},
		"of an imported class":  {Map{"shop/tasks.py": "from shop.names import Q\n", "shop/names.py": "class Q:\n    SLOW = 'slow'\n"}, "Q.SLOW", "celery · slow"},
		"of an imported module": {Map{"shop/tasks.py": "from shop import names\n", "shop/names.py": "SLOW = 'slow'\n"}, "names.SLOW", "celery · slow"},
		"a call":                {Map{}, "queue_for('x')", "celery · ?"},
		"a dict":                {Map{"shop/celery.py": "app.conf.task_routes = {'shop.tasks.fetch': {'queue': 'io'}}\n"}, "", "io · celery"},
		"a dict of names":       {Map{"shop/celery.py": "app.conf.task_routes = {'shop.tasks.fetch': 'io'}\n"}, "", "io · celery"},
		"a pattern":             {Map{"shop/celery.py": "app.conf.update(task_routes={'shop.*': 'all', 'shop.tasks.fetch': 'io'})\n"}, "", "io · all"},
		"a keyword of the app":  {Map{"shop/celery.py": "app = Celery('shop', task_routes={'*.fetch': 'io'})\n"}, "", "io · celery"},
		"under Django":          {Map{"shop/settings.py": "# celery\nCELERY_TASK_ROUTES = {'shop.tasks.Chore': {'queue': 'slow'}}\n"}, "", "celery · slow"},
		"the old name":          {Map{"shop/settings.py": "# celery\nCELERY_ROUTES = {'shop.tasks.Chore': {'queue': 'slow'}}\nCELERY_DEFAULT_QUEUE = 'rest'\n"}, "", "rest · slow"},
		"passed on":             {Map{"shop/celery.py": "app.conf.task_routes = settings.CELERY_ROUTES\n", "shop/settings.py": "# celery\nCELERY_ROUTES = {'shop.tasks.fetch': 'io'}\n"}, "", "io · celery"},
		"a list of pairs":       {Map{"shop/celery.py": "app.conf.task_routes = ([('shop.tasks.f*', {'queue': 'io'}), ('shop.tasks.*', {'queue': 'slow'})],)\n"}, "", "io · slow"},
		"several routers":       {Map{"shop/celery.py": "app.conf.task_routes = ({'shop.tasks.fetch': 'io'}, {'shop.*': 'slow'})\n"}, "", "io · slow"},
		"a function decides":    {Map{"shop/celery.py": "app.conf.task_routes = ({'shop.tasks.fetch': 'io'}, route_task)\n"}, "", "io · ?"},
		"a function alone":      {Map{"shop/celery.py": "app.conf.task_routes = route_task\n"}, "", "? · ?"},
		"through a name":        {Map{"shop/celery.py": "ROUTES = {'shop.tasks.fetch': 'io'}\napp.conf.task_routes = ROUTES\n"}, "", "io · celery"},
		"a queue by its name":   {Map{"shop/celery.py": "IO = 'io'\napp.conf.task_routes = {'shop.tasks.fetch': {'queue': IO}}\n"}, "", "io · celery"},
		"an exchange":           {Map{"shop/celery.py": "app.conf.task_routes = {'shop.tasks.fetch': {'exchange': 'x'}}\n"}, "", "? · celery"},
		"a computed key":        {Map{"shop/celery.py": "app.conf.task_routes = {name: 'io'}\n"}, "", "? · ?"},
		"another root":          {Map{"shop/celery.py": "app.conf.task_routes = {'tasks.fetch': 'io'}\n"}, "", "io · celery"},
		"two places":            {Map{"shop/celery.py": "app.conf.task_routes = {'shop.tasks.fetch': 'io'}\n", "shop/settings.py": "# celery\ntask_routes = {'shop.tasks.fetch': 'web'}\n"}, "", "io,web · celery"},
		"the default":           {Map{"shop/celery.py": "app.conf.task_default_queue = 'rest'\n"}, "", "rest · rest"},
		"a default not known":   {Map{"shop/celery.py": "app.conf.task_default_queue = name()\n"}, "", "? · ?"},
		"a call that queues":    {Map{"shop/views.py": "fetch.apply_async((1,), queue='now')\n"}, "", "celery,now · celery"},
		"by a name":             {Map{"shop/views.py": "app.send_task('shop.tasks.fetch', queue='now')\n"}, "", "celery,now · celery"},
		"of a signature":        {Map{"shop/views.py": "tasks.fetch.s(1).set(queue='now').delay()\n"}, "", "celery,now · celery"},
		"of whatever":           {Map{"shop/views.py": "chain(a, b).apply_async(queue='now')\n"}, "", "celery,now · celery,now"},
		"of a variable":         {Map{"shop/views.py": "def go(task):\n    task.apply_async(queue='now')\n"}, "", "celery,now · celery,now"},
		"with what is not seen": {Map{"shop/views.py": "fetch.apply_async((1,), **options)\n"}, "", "? · celery"},
		"to what is not seen":   {Map{"shop/views.py": "fetch.apply_async((1,), queue=pick())\n"}, "", "? · celery"},
		"a key for routing":     {Map{"shop/views.py": "fetch.apply_async((1,), routing_key='x')\n"}, "", "? · celery"},
		"a schedule":            {Map{"shop/celery.py": "beat_schedule = {'x': {'task': 'shop.tasks.fetch', 'options': {'queue': 'clock'}}}\n"}, "", "celery,clock · celery"},
		"no word of a queue":    {Map{"shop/views.py": "fetch.apply_async((1,), countdown=3)\ncache.set('fetch', 1)\n"}, "", "celery · celery"},
	} {
		t.Run(name, func(t *testing.T) {
			test.files["Procfile"] = workers
			var got []string
			for _, set := range Read(test.files, cat).Routes["celery"].Queues([]Routed{
				{Name: "shop.tasks.fetch", Short: "fetch", File: "shop/tasks.py"},
				{Name: "shop.tasks.Chore", Short: "Chore", File: "shop/tasks.py", Own: test.own},
				{Short: "nameless"},
			}) {
				got = append(got, queueText(set))
			}
			require.Equal(t, test.want+" · ?", strings.Join(got, " · "))
		})
	}
}

func queueText(set []string) string {
	if set == nil {
		return "?"
	}
	return strings.Join(set, ",")
}

func TestServes(t *testing.T) {
	cat, err := rules.Load()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		files Map
		want  string
	}{
		"named":          {Map{"Procfile": "w: celery -A shop worker -Q a,b\n"}, "a,b"},
		"one word":       {Map{"Procfile": "w: celery -A shop worker --queues=a\n"}, "a"},
		"none named":     {Map{"Procfile": "w: celery -A shop worker\n"}, "celery"},
		"a variable":     {Map{"Procfile": "w: celery -A shop worker -Q $QUEUES\n"}, "?"},
		"a default":      {Map{"Procfile": "w: celery -A shop worker -Q ${QUEUES:-a}\n"}, "a"},
		"words unknown":  {Map{"Procfile": "w: celery -A shop worker $OPTIONS\n"}, "?"},
		"all but one":    {Map{"Procfile": "w: celery -A shop worker -X a\n"}, "?"},
		"nodes":          {Map{"run.sh": "celery multi start 2 -A shop -Q:1 a -Q:2 b\n"}, "?"},
		"declared":       {Map{"Procfile": "w: celery -A shop worker\n", "shop/celery.py": "app.conf.task_queues = (Queue('a', routing_key='x'), Queue('b'))\n"}, "a,b"},
		"declared, dict": {Map{"Procfile": "w: celery -A shop worker\n", "shop/settings.py": "# celery\nCELERY_QUEUES = {'a': {'exchange': 'a'}}\n"}, "a"},
		"computed":       {Map{"Procfile": "w: celery -A shop worker\n", "shop/settings.py": "# celery\nCELERY_QUEUES = [Queue(n) for n in names]\n"}, "?"},
		"a default set":  {Map{"Procfile": "w: celery -A shop worker\n", "shop/settings.py": "# celery\nCELERY_TASK_DEFAULT_QUEUE = 'a'\n"}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			procs := Read(test.files, cat).Processes
			require.Len(t, procs, 1, fmt.Sprint(procs))
			require.Equal(t, test.want, queueText(procs[0].Serves))
		})
	}
}
