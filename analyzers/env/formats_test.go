package env

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// One project a case: what its files come to.
var projects = []struct {
	name  string
	files Map
}{
	{"procfile", Map{"Procfile": "web: gunicorn -k gevent shop.wsgi:app\nworker: /usr/local/bin/celery -A shop worker -P gevent --uid 1\nbad: celery -A shop worker -c 4 -Pgevent\n# c: x\n"}},
	{"compose", Map{"docker-compose.yml": `
services:
  web:
    command: ["gunicorn", "--worker-class=eventlet", "app:app"]
  worker:
    command: celery -A app worker --pool ${POOL:-gevent} -Q a,b
    environment:
      - X=1
  bad:
    entrypoint: ["tini", "--"]
    command: ["celery", "-A", "app", "worker", "-Pgevent"]
  folded:
    command: >
      sh -c "python manage.py migrate &&
      celery -A app worker
      -EP eventlet"
`}},
	{"dockerfile", Map{"Dockerfile": "FROM python:3.11-slim AS base\nENV POOL=gevent WORKERS=4\nRUN pip install celery -Pgevent\nFROM base\n# comment\nCMD celery -A a worker \\\n  # why\n  -c $WORKERS \\\n  -P$POOL\n", "x/Dockerfile": "FROM a\nENTRYPOINT [\"gunicorn\", \"-k\", \"gevent\"]\nCMD [\"--preload\", \"a.wsgi\"]\n"}},
	{"shell", Map{"run.sh": `#!/bin/bash
set -euo pipefail
POOL="${CELERY_POOL:-gevent}"
ARGS=(--pool="$POOL" "--concurrency=10")
ARGS+=(-E)
if [ "$X" = 1 ]; then
  OPTS="-c 2 -Pgevent"
else
  OPTS="-P gevent"
fi
exec gosu app celery -A proj worker "${ARGS[@]}"
celery -A one worker $OPTS -B
case "$1" in
  web) exec newrelic-admin run-program gunicorn -k $CLASS app:app ;;
  worker) sh -c "exec celery -A two worker -Peventlet" ;;
esac
run() { poetry run python -m celery -A $1 worker --pool gevent; }
run three
nice -n 5 env A=b C=d uv run --with x celery multi start 2 -Pgevent -A four
`}},
	{"unknown", Map{"a.sh": "celery -A a worker -P $POOL\ncelery -A b worker $OPTS\ncelery -A c worker -P$POOL\ncelery -A d worker --pool=$POOL\ncelery -A e worker -c $N\n"}},
	{"supervisor", Map{"deploy/worker.conf": "[program:w]\ncommand=/venv/bin/celery -A p worker\n  --pool=gevent -c %(ENV_N)s ; note\nenvironment=A=\"b\"\n\n[program:x]\ncommand = celery -A p worker -Pgevent\n"}},
	{"systemd", Map{"celery.service": "[Service]\nEnvironment=\"OPTS=-Pgevent -c 3\" B=c\nExecStart=/bin/sh -c '${CELERY_BIN} -A app multi start w1 \\\n  $OPTS'\n"}},
	{"default", Map{"etc/default/celeryd": "CELERYD_NODES=\"w\"\nCELERYD_OPTS=\"-c 10 -Pgevent\"\n"}},
	{"make", Map{"Makefile": "POOL ?= gevent\nOPTS = -P$(POOL)\n.PHONY: run\nrun: deps\n\t@poetry run celery -A p worker \\\n\t\t$(OPTS)\nweb:\n\tgunicorn -k gevent $(shell x) p:app\n"}},
	{"entry point", Map{
		"Dockerfile":      "FROM x\nENTRYPOINT [\"/app/deploy/start.sh\"]\nCMD [\"celery\", \"-A\", \"a\", \"worker\", \"-P\", \"gevent\"]\n",
		"deploy/start.sh": "#!/bin/sh\nset -e\nif [ \"$1\" = web ]; then\n  exec gunicorn -k gevent a:b\nfi\npython manage.py migrate\nexec \"$@\"\n",
		"compose.yaml":    "services:\n  w:\n    entrypoint: [\"./deploy/start.sh\"]\n    command: [\"celery\", \"-A\", \"b\", \"worker\", \"-Pgevent\"]\n  v:\n    env_file: v.env\n    command: sh -c \"celery -A c worker -P $$POOL\"\n",
		"v.env":           "POOL=eventlet\n",
	}},
	{"scripts in a circle", Map{
		"Procfile": "w: ./a.sh celery -A x worker -P gevent\n",
		"a.sh":     "#!/bin/sh\n" + strings.Repeat("./b.sh \"$@\"\n", 100), "b.sh": "#!/bin/sh\n" + strings.Repeat("./a.sh \"$@\"\n", 100),
	}},
	{"templates", Map{
		"chart/templates/w.yaml": "{{- if .Values.worker }}\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: worker\n      {{- with .Values.image }}\n      image: {{ . }}\n      {{- end }}\n      command: [\"celery\", \"-A\", \"a\", \"worker\", \"-P\", \"gevent\"]\n    - name: other\n      command: [\"celery\", \"-A\", \"a\", \"worker\", \"-P\", \"{{ .Values.pool }}\"]\n{{- end }}\n",
		"roles/w.service.j2":     "[Service]\nExecStart={{ venv }}/bin/celery -A a worker -P gevent -c {{ n | default(4) }}\n",
	}},
	{"workflow variables", Map{".github/workflows/ci.yml": "env:\n  POOL: gevent\njobs:\n  t:\n    env:\n      APP: a\n    steps:\n      - run: celery -A $APP worker -P $POOL\n  u:\n    steps:\n      - run: celery -A $APP worker -P $POOL\n"}},
	{"workflow expressions", Map{
		".github/workflows/ci.yml": "jobs:\n  t:\n    steps:\n      - run: |\n          echo ${{ secrets.A && github.ref }} \"${{ startsWith(x, 'y') }}\"\n          celery -A ${{ matrix.app }} worker -P gevent -c ${{ matrix.n }}\n      - run: celery -A a worker -P ${{ matrix.pool }}\n      - shell: pwsh\n        run: if ($env:A) { echo (1) }\n",
		"play.yml":                 "- command: \"{{ venv }}/bin/celery -A a worker -P gevent\"\n- args: [celery, -A, a, worker, \"-P{{ pool }}\"]\n",
		"Makefile":                 "w:\n\tcelery -A $(subst a,b,$(basename $(X))) worker -P gevent\nx:\n\tcelery -A a worker -P $(\n",
	}},
	{"runners", Map{
		"pyproject.toml": "[project.scripts]\ncelery = \"a.cli:gevent\"\n[tool.pdm.scripts]\none = \"celery -A a worker -P gevent\"\ntwo = { cmd = \"celery -A a worker -Pgevent\" }\n[tool.poe.tasks.three]\ncmd = \"gunicorn -k gevent a:b\"\n[tool.hatch.envs.dev.scripts]\nfour = \"celery -A b worker -P eventlet\"\n",
		"Pipfile":        "[scripts]\nfive = \"celery -A c worker -P gevent\"\n",
	}},
	{"locust", Map{"Makefile": "load:\n\tlocust -f load/shop.py --headless -u 10\n", "load/shop.py": ""}},
	{"platforms", Map{"fly.toml": "app = \"x\"\n[env]\nPOOL = \"gevent\"\n[processes]\nweb = \"gunicorn -k gevent a:b\"\nworker = \"celery -A p worker -P$POOL\"\n", "railway.toml": "[deploy]\nstartCommand = \"celery -A q worker -P eventlet\"\n"}},
	{"editors", Map{".vscode/launch.json": "{\n  // see https://example.org\n  \"version\": \"0.2.0\",\n  \"configurations\": [\n\t{\"name\": \"w\", \"module\": \"celery\", // here\n     \"args\": [\"-A\", \"p\", \"worker\", \"-Pgevent\"]},\n    {\"name\": \"s\", \"program\": \"${workspaceFolder}/manage.py\", \"args\": [\"runserver\"]},\n  ]\n}\n", "run.bat": "@echo off\r\nrem celery -Pgevent\r\nstart \"CeleryWorker\" /b python -m celery -A app.tasks worker -P gevent\r\ncall venv\\Scripts\\celery.exe -A b worker -Peventlet\r\n", "run.ps1": "& venv\\Scripts\\gunicorn -k gevent c:d\n"}},
	{"package.json", Map{"web/package.json": "{\n\t\"name\": \"celery\",\n\t\"scripts\": {\n\t\t\"worker\": \"celery -A p worker -Pgevent\",\n\t\t\"build\": \"tsc && echo gunicorn\"\n\t},\n\t\"config\": {\"x\": \"celery -A no worker -Pgevent\"}\n}\n", "app.json": "{\"env\": {\"POOL\": \"gevent\"}, \"scripts\": {\"postdeploy\": \"celery -A q worker -P $POOL\"}}\n"}},
	{"devcontainer", Map{".devcontainer/devcontainer.json": "{\n  // the worker\n  \"containerEnv\": {\"POOL\": \"eventlet\"},\n  \"postStartCommand\": \"celery -A p worker -P$POOL\",\n  \"postAttachCommand\": {\"web\": [\"gunicorn\", \"-k\", \"gevent\", \"a:b\"], \"none\": \"ls\"},\n  \"customizations\": {\"command\": \"celery -A no worker -Pgevent\"},\n}\n"}},
	{"ECS", Map{"ecs/worker.json": "{\"family\": \"x\", \"containerDefinitions\": [\n  {\"name\": \"worker\", \"entryPoint\": [\"tini\", \"--\"], \"command\": [\"celery\", \"-A\", \"p\", \"worker\", \"-Pgevent\"],\n   \"environment\": [{\"name\": \"A\", \"value\": \"b\"}]},\n  {\"name\": \"web\", \"command\": [\"gunicorn\", \"-k\", \"gevent\", \"a:b\"]}\n]}\n", "Dockerrun.aws.json": "{\"containerDefinitions\": [{\"name\": \"w\", \"command\": [\"celery\", \"-A\", \"q\", \"worker\", \"-P\", \"gevent\"]}]}\n", "deploy/other.json": "{\"command\": \"celery -A no worker -Pgevent\"}\n", "fixtures/x.json": "{\"containerDefinitions\": [{\"command\": [\"celery\", \"-A\", \"no\", \"worker\", \"-Pgevent\"]}]}\n"}},
	{"uWSGI forms", Map{"uwsgi.json": "{\"uwsgi\": {\"gevent\": 100, \"module\": \"a.wsgi\"}}\n", "conf/uwsgi.xml": "<uwsgi>\n  <!-- <gevent>9</gevent> -->\n  <gevent>100</gevent>\n  <gevent-monkey-patch/>\n  <module>b.wsgi</module>\n</uwsgi>\n", "conf/uwsgi.yaml": "uwsgi:\n  gevent: 100\n  module: c.wsgi\n", "web.xml": "<web><uwsgi/><gevent>1</gevent></web>\n"}},
	{"justfile", Map{"justfile": "set shell := [\"bash\", \"-c\"]\npool := \"gevent\"\n\n# the worker\nworker app=\"p\" *args: deps\n    @poetry run celery -A {{app}} worker \\\n        -P{{ pool }}\n\nother q:\n    celery -A q worker -P {{q}}\n    celery -A r worker -P {{ env_var(\"X\") }}\n\n[private]\n@web:\n  -gunicorn -k gevent a:b\n", "tasks.just": "w:\n\t#!/usr/bin/env bash\n\tset -e\n\tcelery -A s worker -Peventlet\n"}},
	{"hand patches", Map{"Procfile": "a: celery -A one worker\nb: celery -A two worker -P gevent\nc: celery -A three worker -P gevent\nd: celery -A four worker\ne: gunicorn -k gevent five:app\n", "one/__init__.py": "from one import celery\n", "one/celery.py": "import lib.net\n", "lib/__init__.py": "", "lib/net.py": "from gevent import monkey\nmonkey.patch_all()\n", "two.py": "import lib.net\n", "three.py": "import eventlet\neventlet.monkey_patch()\n", "four.py": "import os\nif os.environ.get('G'):\n    import lib.net\n", "five.py": "from gevent.monkey import patch_all\npatch_all(thread=False, time=True)\n"}},
	{"hand patches in time", Map{"uwsgi.ini": "[uwsgi]\ngevent = 9\nmodule = one.wsgi\n", "one/__init__.py": "", "one/wsgi.py": "import one.first\n", "one/first.py": "from gevent.monkey import patch_all; patch_all(subprocess=False)\n", "Procfile": "b: celery -A two worker -Pgevent\n", "two.py": "import eventlet\neventlet.monkey_patch()\n", "w.py": "from gevent import monkey\ndef main():\n    monkey.patch_all()\n    from three import app\n    app.worker_main(['worker', '-P', 'gevent'])\n", "three.py": "from celery import Celery\napp = Celery()\n"}},
	{"early imports", Map{"conf.py": "import os\nimport shop.metrics\nfrom opentelemetry.exporter.otlp import X\nworker_class = 'gevent'\ndef post_fork(s, w):\n    import requests\n", "shop/__init__.py": "", "shop/metrics.py": "import json\nfrom urllib3.util import x\n", "Procfile": "w: gunicorn -c conf.py a:b\nx: gunicorn -c sync.py a:b\n", "sync.py": "import requests\n"}},
	{"void", Map{"Procfile": "a: celery -A p worker -P gevent --soft-time-limit \"5\" --time-limit=9\nb: celery -A q worker -P eventlet --time-limit=9\n", "p/celeryconfig.py": "task_soft_time_limit = 3\ntask_time_limit = 4\nworker_max_tasks_per_child = None\n", "q/celeryconfig.py": "task_time_limit = 60 * 2\n"}},
	{"kubernetes", Map{"k8s/w.yaml": `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: worker
        env: [{name: POOL, value: gevent}]
        command: ["celery"]
        args: ["-A", "p", "worker", "-P$(POOL)"]
      - name: other
        command:
        - sh
        - -c
        - |
          sleep 1
          celery -A p worker -Peventlet
`, "k8s/helm.yaml": "{{- if .Values.x }}\ncommand: [celery, worker, -Pgevent]\n{{ end }}\n  bad: [\n"}},
	{"kubernetes variable in a script", Map{"k8s/w.yaml": "kind: Deployment\nspec:\n  containers:\n  - name: w\n    command:\n    - /bin/sh\n    - -c\n    - |\n      exec celery -A app worker -P $(POOL)\n    env:\n    - name: POOL\n      value: gevent\n"}},
	{"workflow", Map{".github/workflows/ci.yml": "jobs:\n  t:\n    steps:\n    - name: w\n      run: |\n        celery -A p worker -Pgevent &\n        pytest\n"}},
	{"uwsgi", Map{"uwsgi.ini": "[uwsgi]\nmodule = shop.wsgi:application\ngevent = 100\n", "late.ini": "[uwsgi]\nwsgi-file = shop/app.py\ngevent = 10\ngevent-monkey-patch = true\n", "shop/app.py": "", "Procfile": "w: uwsgi --ini late.ini --master\nx: uwsgi --http :80 --gevent 4 --module ws --gevent-early-monkey-patch\ny: uwsgi --gevent 4 --module ws\n", "plain.ini": "[uwsgi]\nmodule = a\nthreads = 2\n"}},
	{"gunicorn", Map{"Procfile": "a: gunicorn -c conf/gunicorn_config.py app:app\nb: gunicorn app:app --threads 2\nc: gunicorn -k shop.workers.Green app:app\nd: gunicorn -k uvicorn.workers.UvicornWorker app:app\n",
		"conf/gunicorn_config.py": "import os\nworker_class = os.environ.get('WC', 'gevent')\npreload_app = True\n",
		"shop/workers.py":         "from gunicorn.workers.ggevent import GeventWorker as W\nclass Mid(W): pass\nclass Green(Mid):\n    pass\n",
		"gunicorn.conf.py":        "worker_class = 'eventlet'\nwsgi_app = 'x.y:z'\n"}},
	{"gunicorn env", Map{"Dockerfile": "FROM python\nENV GUNICORN_CMD_ARGS=\"-k gevent --preload\"\nCMD gunicorn app:app\n"}},
	{"gunicorn alone", Map{"gunicorn_config.py": "worker_class = 'gevent'\n", "run.py": "import gunicorn\nopts = {'worker_class': 'gevent'}\n"}},
	{"celery settings", Map{"Procfile": "worker: celery -A shop worker -l info\n", "shop/celery.py": "from celery import Celery\napp = Celery('shop')\napp.conf.worker_pool = 'gevent'\napp.conf.update(worker_pool='eventlet')\napp.conf.update({'worker_pool': 'solo'})\n", "shop/settings.py": "import os\nCELERY_WORKER_POOL = os.getenv('POOL', 'gevent')\nCELERYD_POOL = os.environ['POOL']\n"}},
	{"celery settings overridden", Map{"Procfile": "worker: celery -A shop worker -P gevent\n", "shop/celery.py": "app.conf.worker_pool = 'gevent'  # celery\n"}},
	{"celery settings, no process", Map{"shop/celeryconfig.py": "worker_pool = 'gevent'\n", "ok/celeryconfig.py": "from gevent import monkey\nmonkey.patch_all()\nworker_pool = 'gevent'\n"}},
	{"worker_main", Map{"bad.py": "from celery import Celery\napp = Celery()\napp.worker_main(['worker', '--pool=gevent'])\n", "ok.py": "from gevent import monkey; monkey.patch_all()\nfrom celery import Celery\napp = Celery()\nargv = ['worker', '-P', 'gevent']\napp.worker_main(argv=argv)\n", "pkg/__init__.py": "import eventlet\neventlet.monkey_patch()\n", "pkg/run.py": "import celery\napp.start(['worker', '-P', 'eventlet'])\n"}},
	{"subprocess", Map{"cli.py": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-m', 'celery', '-A', f'{x}.y', 'worker', '-Pgevent'])\nargs = ['celery', '-A', 'p', 'worker', '-P', 'gevent', '-c', str(n)]\nsubprocess.run(args + extra, check=True)\nos.system('celery -A p worker -Peventlet')\n"}},
	{"monkey runner", Map{"Procfile": "a: python -m gevent.monkey run.py\nb: python -m gevent.monkey --no-dns /usr/bin/celery -A p worker -Pgevent\nc: python serve.py\n"}},
	{"hand patch in the entry", Map{"Procfile": "a: celery -A shop worker -Pgevent\n", "shop/__init__.py": "from gevent import monkey\nmonkey.patch_all()\n"}},
	{"ddtrace is no patch", Map{"Procfile": "a: celery -A shop worker -Pgevent\n", "shop/__init__.py": "from ddtrace import patch_all\npatch_all()\n"}},
	{"broken", Map{"a.sh": "celery -A a worker -Pgevent\nif then (\n", "docker-compose.yml": "a: [\n", "Procfile": "w: celery 'a\n"}},
	{"asgi", Map{"Procfile": "a: uvicorn --reload --port 80 shop.asgi:app\nb: daphne -b 0.0.0.0 shop.asgi:app\n"}},
	{"indented ini", Map{"uwsgi.ini": "[uwsgi]\n  module = shop\n  gevent = 10\n", "w.conf": "[program:a]\n  command = celery worker\n    -Pgevent\n  user = x\n"}},
	{"patched in a branch", Map{"a.sh": "[ -n \"$G\" ] && P=-Pgevent\ncelery -A a worker $P\n"}},
	{"settings that may be green", Map{"a/celery.py": "import sys\napp.conf.worker_pool = 'solo' if sys.platform == 'win32' else 'gevent'\napp.conf.worker_pool = env('X')\n"}},
	{"split is no shell", Map{"a.py": "import subprocess\n'celery|worker'.split('|')\nsubprocess.run('celery -A a worker -Pgevent'.split())\nx.split('celery; (')\n"}},
	{"last pool counts", Map{"Procfile": "a: celery -A p worker -P gevent --pool=prefork\nb: celery -A p worker -P prefork -P gevent\n"}},
}

var update = flag.Bool("update", false, "write the golden file anew")

// What each project comes to is in testdata/projects.golden, in the form that show
// gives it.
func TestProjects(t *testing.T) {
	cat := catalog(t)
	const golden = "testdata/projects.golden"
	old, _ := os.ReadFile(golden)
	want := map[string]string{}
	for _, part := range strings.Split("\n"+string(old), "\n== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		want[name] = strings.TrimSpace(text)
	}
	var all strings.Builder
	for _, c := range projects {
		got := show(Read(c.files, cat))
		fmt.Fprintf(&all, "== %s\n%s\n", c.name, got)
		if !*update && strings.TrimSpace(got) != want[c.name] {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want[c.name])
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTemplateShown: a command is told as its file has it, marks of a template included.
func TestTemplateShown(t *testing.T) {
	res := Read(Map{"chart/templates/w.yaml": "kind: Deployment\nspec:\n  containers:\n  - args: [celery, -A, p, worker, -P, \"{{ .Values.pool }}\"]\n"}, catalog(t))
	if len(res.Processes) != 1 || !strings.Contains(res.Processes[0].Command.Text, "{{ .Values.pool }}") {
		t.Errorf("%+v", res.Processes)
	}
}
