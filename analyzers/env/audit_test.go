package env

import (
	"fmt"
	"slices"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// audited lists the findings of an audit, with the functions that the processes call.
func audited(t *testing.T, files Map, called ...string) (out []string) {
	t.Helper()
	cat := catalog(t)
	res := Read(files, cat)
	var envs []rules.Env
	for _, q := range res.Processes {
		e := q.Env
		e.Called = called
		envs = append(envs, e)
	}
	for _, f := range Audit(files, cat, &res, envs) {
		out = append(out, fmt.Sprintf("%s:%d %s %s", f.Pos.File, f.Pos.Line, f.Rule, f.Symbol))
	}
	return out
}

func TestAudit(t *testing.T) {
	gevent, prefork := "w: celery -A a worker -P gevent\n", "w: celery -A a worker\n"
	for _, c := range []struct {
		name   string
		files  Map
		called []string
		want   []string
	}{
		{"driver", Map{"Procfile": gevent, "requirements.txt": "x\npsycopg2\n"}, nil, []string{"requirements.txt:2 GL702 psycopg2"}},
		{"not green", Map{"Procfile": prefork, "requirements.txt": "psycopg2\n"}, nil, nil},
		{"pool not known", Map{"Procfile": "w: celery -A a worker -P $POOL\n", "requirements.txt": "psycopg2\n"}, nil, nil},
		{"shim installed", Map{"Procfile": gevent, "requirements.txt": "psycopg2\npsycogreen\n"}, nil, nil},
		{"shim called", Map{"Procfile": gevent, "requirements.txt": "mysqlclient\n"}, []string{"pymysql.install_as_MySQLdb"}, nil},
		{"other loop", Map{"Procfile": "w: gunicorn -k eventlet a:b\n", "requirements.txt": "psycopg2==2.9\n"}, nil, nil},
		{"version", Map{"Procfile": gevent, "requirements.txt": "psycopg-binary==3.1.10\ngrpcio==1.51.1\n"}, nil, []string{"requirements.txt:1 GL701 psycopg-binary"}},
		{"not pinned", Map{"Procfile": gevent, "requirements.txt": "psycopg-binary>=3.1\n"}, nil, nil},
		{"python", Map{"Procfile": gevent, "requirements.txt": "gevent==22.10.2\ngreenlet==2.0.1\n", "runtime.txt": "python-3.10.1"}, nil, nil},
		{"lock", Map{"Procfile": gevent, "pyproject.toml": "[tool.poetry.dependencies]\npython = \"^3.11\"\ngevent = \"*\"\n", "poetry.lock": "[[package]]\nname = \"greenlet\"\nversion = \"2.0.2\"\n"}, nil, []string{"poetry.lock:2 GL701 greenlet"}},
		{"Python of uv's lock", Map{"Procfile": gevent, "uv.lock": "version = 1\nrequires-python = \">=3.11\"\n[[package]]\nname = \"greenlet\"\nversion = \"2.0.2\"\n[[package]]\nname = \"gevent\"\nversion = \"22.10.2\"\n"}, nil, []string{"uv.lock:4 GL701 greenlet"}},
		{"Python of poetry's lock", Map{"Procfile": gevent, "poetry.lock": "[[package]]\nname = \"greenlet\"\nversion = \"2.0.2\"\n[[package]]\nname = \"gevent\"\nversion = \"22.10.2\"\n[metadata]\npython-versions = \"^3.11\"\n"}, nil, []string{"poetry.lock:2 GL701 greenlet"}},
		{"Python of pipenv's lock", Map{"Procfile": gevent, "Pipfile.lock": "{\"_meta\": {\"requires\": {\"python_version\": \"3.11\"}}, \"default\": {\"greenlet\": {\"version\": \"==2.0.2\"}, \"gevent\": {\"version\": \"==22.10.2\"}}}"}, nil, []string{"Pipfile.lock:1 GL701 greenlet"}},
		{"a worker that is gone", Map{"Procfile": "w: gunicorn -k eventlet a:b\n", "requirements.txt": "gunicorn==26.0.0\n"}, nil, []string{"requirements.txt:1 GL701 gunicorn"}},
		{"a server that asks for more", Map{"Procfile": "w: gunicorn -k gevent a:b\n", "requirements.txt": "gunicorn==25.1.0\ngevent==24.2.1\n"}, nil, []string{"requirements.txt:1 GL701 gunicorn"}},
		{"a server's own version", Map{"Procfile": "w: gunicorn -k sync a:b\nx: celery -A a worker -P eventlet\n", "requirements.txt": "gunicorn==20.1.0\neventlet==0.33.3\n"}, nil, nil},
		{"the server runs it", Map{"Procfile": "w: gunicorn -k eventlet a:b\n", "requirements.txt": "gunicorn==20.1.0\neventlet==0.33.3\n"}, nil, []string{"requirements.txt:1 GL701 gunicorn"}},
		{"once a line", Map{"Procfile": gevent + "v: celery -A a worker -P gevent -Q b\n", "requirements.txt": "pyodbc\n"}, nil, []string{"requirements.txt:1 GL702 pyodbc"}},
		{"services", Map{
			"a/Procfile": gevent, "a/a/__init__.py": "", "a/requirements.txt": "redis\n",
			"b/Procfile": "w: celery -A b worker\n", "b/b.py": "", "b/requirements.txt": "psycopg2\n",
		}, nil, nil},
		{"the root's list is everybody's", Map{
			"a/Procfile": gevent, "a/a/__init__.py": "", "a/requirements.txt": "redis\n", "requirements.txt": "psycopg2\n",
		}, nil, []string{"requirements.txt:1 GL702 psycopg2"}},
	} {
		if got := audited(t, c.files, c.called...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A line that several processes are judged by names one that imports the library.
func TestAuditNamesProcesses(t *testing.T) {
	files := Map{"Procfile": "a: celery -A a worker -P gevent\nb: celery -A b worker -P gevent\n", "requirements.txt": "psycopg2\n", "b.py": "import psycopg2\n"}
	cat := catalog(t)
	res := Read(files, cat)
	for _, c := range []struct {
		holds bool // what each process loads is known
		want  string
	}{
		{false, "psycopg2 cannot wait on the gevent loop (Procfile: a and 1 more)"},
		{true, "psycopg2 cannot wait on the gevent loop (Procfile: b)"},
	} {
		var envs []rules.Env
		for _, q := range res.Processes {
			if c.holds {
				name := q.Env.Name
				q.Env.Holds = func(file string) bool { return name == "Procfile: b" && file == "b.py" }
			}
			envs = append(envs, q.Env)
		}
		for _, f := range Audit(files, cat, &res, envs) {
			if f.Message != c.want {
				t.Errorf("got %q, want %q", f.Message, c.want)
			}
		}
	}
}

// An extra of a loop's name brings the loop's library.
func TestExtras(t *testing.T) {
	for _, f := range []Map{
		{"requirements.txt": "celery[redis, gevent]==5.4\n"},
		{"pyproject.toml": "[tool.poetry.dependencies]\ncelery = {extras = [\"gevent\"], version = \"^5\"}\n"},
		{"pyproject.toml": "[project]\ndependencies = [\"gunicorn[gevent]>=20\"]\n"},
	} {
		names := []string{}
		for _, v := range Read(f, catalog(t)).Versions {
			names = append(names, v.Dist)
		}
		if !slices.Contains(names, "gevent") || slices.Contains(names, "redis") {
			t.Errorf("%v: %q", f, names)
		}
	}
}
