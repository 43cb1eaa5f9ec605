package env

import (
	"fmt"
	"strings"
	"testing"
)

func TestDependencies(t *testing.T) {
	for _, c := range []struct {
		name  string
		files Map
		want  string // declared, then the best of each, then Python
	}{
		{"requirements", Map{
			"requirements.txt":     "# all\nGevent[recommended]==22.10.2  # pool\n-r more/base.in\n-c constraints.txt\ncelery>=5.2,<6 ; python_version >= \"3.8\"\npywin32==1 ; sys_platform == 'win32'\nfoo @ https://x/y.zip\n-e git+https://x#egg=z\nhttps://x/z.zip\nzope.interface \\\n    --hash=sha256:00\n",
			"more/base.in":         "psycopg2_Binary\nold==1 ; python_version < '3'\n",
			"constraints.txt":      "celery==5.3.1\nunused==1\n",
			"requirements-dev.txt": "pytest\n",
			".python-version":      "3.11.4\n",
		}, `
more/base.in:1:1 psycopg2-binary  
requirements.txt:2:1 gevent 22.10.2 ==22.10.2
requirements.txt:5:1 celery  >=5.2,<6
requirements.txt:7:1 foo  
requirements.txt:10:1 zope-interface  
--
celery 5.3.1 constraints.txt:1:1
foo  requirements.txt:7:1
gevent 22.10.2 requirements.txt:2:1
psycopg2-binary  more/base.in:1:1
zope-interface  requirements.txt:10:1
python 3.11.4`},
		{"pyproject", Map{"pyproject.toml": `[project]
requires-python = ">=3.10"
dependencies = [
  "gevent>=23",  # x
  "celery[redis]==5.4.0",
]
[project.optional-dependencies]
pg = ["psycopg2"]
test = ["pytest"]
[dependency-groups]
dev = ["ruff", {include-group = "x"}]
web = ["gunicorn"]
`, "uv.lock": "[[package]]\nname = \"gevent\"\nversion = \"24.2.1\"\n\n[[package]]\nname = \"greenlet\"\nversion = \"3.0.3\"\n"}, `
pyproject.toml:4:4 gevent  >=23
pyproject.toml:5:4 celery 5.4.0 ==5.4.0
pyproject.toml:8:8 psycopg2  
pyproject.toml:12:9 gunicorn  
--
celery 5.4.0 pyproject.toml:5:4
gevent 24.2.1 uv.lock:2:1
greenlet 3.0.3 uv.lock:6:1
gunicorn  pyproject.toml:12:9
psycopg2  pyproject.toml:8:8
python 3.10`},
		{"written by PowerShell", Map{"requirements.txt": "\xff\xfeg\x00e\x00v\x00e\x00n\x00t\x00=\x00=\x002\x004\x00\r\x00\n\x00z\x00\r\x00\n\x00"}, `
requirements.txt:1:1 gevent 24 ==24
requirements.txt:2:1 z  
--
gevent 24 requirements.txt:1:1
z  requirements.txt:2:1
python `},
		{"byte order mark", Map{"requirements.txt": "\ufeffgevent==24\r\n"}, `
requirements.txt:1:4 gevent 24 ==24
--
gevent 24 requirements.txt:1:4
python `},
		{"setup.py put together", Map{"setup.py": "NEEDS = ['gevent==24']\nNEEDS += ['celery']\nsetup(install_requires=NEEDS, extras_require={'pg': ['psycopg2']})\n"}, `
setup.py:1:11 gevent 24 ==24
setup.py:2:12 celery  
setup.py:3:55 psycopg2  
--
celery  setup.py:2:12
gevent 24 setup.py:1:11
psycopg2  setup.py:3:55
python `},
		{"channels", Map{"environment.yml": "dependencies:\n  - conda-forge::gevent=24.2.1\n"}, `
environment.yml:2:18 gevent 24.2.1 ==24.2.1
--
gevent 24.2.1 environment.yml:2:18
python `},
		{"poetry", Map{"pyproject.toml": `[tool.poetry.dependencies]
python = "^3.11"
gevent = "^22.10"
a = {version = "~1.2", extras = ["x"]}
b = "1.2.3"
c = "*"
d = "^0.2.3"
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.group.web.dependencies]
e = ">=1,<2"
`}, `
pyproject.toml:3:1 gevent  >=22.10,<23
pyproject.toml:4:1 a  >=1.2,<1.3
pyproject.toml:5:1 b 1.2.3 ==1.2.3
pyproject.toml:6:1 c  
pyproject.toml:7:1 d  >=0.2.3,<0.3
pyproject.toml:11:1 e  >=1,<2
--
a  pyproject.toml:4:1
b 1.2.3 pyproject.toml:5:1
c  pyproject.toml:6:1
d  pyproject.toml:7:1
e  pyproject.toml:11:1
gevent  pyproject.toml:3:1
python 3.11`},
		{"setup", Map{"setup.cfg": "[options]\npython_requires = >=3.8\ninstall_requires =\n    gevent>=1\n    six\n[options.extras_require]\nx = y\n  eventlet\n", "sub/setup.py": "reqs = ['a==1', 'b']\nsetup(install_requires=reqs + ['c>2'], python_requires='>=3.9')\n", "sub/runtime.txt": "python-3.12.1\n"}, `
setup.cfg:4:5 gevent  >=1
setup.cfg:5:5 six  
setup.cfg:8:3 eventlet  
sub/setup.py:1:10 a 1 ==1
sub/setup.py:1:18 b  
sub/setup.py:2:33 c  >2
--
a 1 sub/setup.py:1:10
b  sub/setup.py:1:18
c  sub/setup.py:2:33
eventlet  setup.cfg:8:3
gevent  setup.cfg:4:5
six  setup.cfg:5:5
python 3.12.1`},
		{"pipenv", Map{"Pipfile": "[packages]\ngevent = \"*\"\nb = {version=\"==2\"}\n[dev-packages]\nx = \"*\"\n[requires]\npython_version = \"3.9\"\n", "Pipfile.lock": "{\"_meta\": {}, \"default\": {\n \"gevent\": {\"version\": \"==21.1.2\"}}}"}, `
Pipfile:2:1 gevent  
Pipfile:3:1 b 2 ==2
--
b 2 Pipfile:3:1
gevent 21.1.2 Pipfile.lock:2:2
python 3.9`},
		{"docker and conda", Map{"Dockerfile": "FROM ghcr.io/x/python:3.12.3-slim\nCMD x\n", "environment.yml": "dependencies:\n  - python=3.10\n  - gevent=22.10.2=py_0\n  - six>=1\n  - pip:\n    - celery==5\n"}, `
environment.yml:3:5 gevent 22.10.2 ==22.10.2
environment.yml:4:5 six  >=1
environment.yml:6:7 celery 5 ==5
--
celery 5 environment.yml:6:7
gevent 22.10.2 environment.yml:3:5
six  environment.yml:4:5
python 3.12.3`},
		{"broken", Map{"pyproject.toml": "[project\ndependencies = [\"a\"]\n", "Pipfile.lock": "{", "setup.py": "setup(install_requires=['a',\n"}, "\nsetup.py:1:26 a  \n--\na  setup.py:1:26\npython "},
	} {
		res := Read(c.files, catalog(t))
		var b strings.Builder
		for _, v := range res.Depends {
			fmt.Fprintf(&b, "%s %s %s %s\n", v.Why.Pos, v.Dist, v.Version, v.Spec)
		}
		b.WriteString("--\n")
		for _, v := range res.Versions {
			fmt.Fprintf(&b, "%s %s %s\n", v.Dist, v.Version, v.Why.Pos)
		}
		fmt.Fprintf(&b, "python %s", res.Python)
		if got := b.String(); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s: got\n%s\nskipped %v", c.name, got, res.Skipped)
		}
	}
}

// The version of Python is the image's, not that of the system that it is built on.
func TestDockerPython(t *testing.T) {
	for from, want := range map[string]string{
		"python:3.11-slim":                                        "3.11",
		"docker.io/library/python:3.12.1":                         "3.12.1",
		"registry.access.redhat.com/ubi9/python-312-minimal:9.8":  "3.12",
		"registry.access.redhat.com/ubi9/python-39":               "3.9",
		"registry.access.redhat.com/ubi9/python:9.8@sha256:abcde": "",
		"ghcr.io/x/pythonic-tool:1.2":                             "",
		"python3:3.9":                                             "3.9",
		"debian:12":                                               "",
	} {
		if got, _ := dockerPython(newFile("Dockerfile", []byte("FROM "+from+"\n"))); got != want {
			t.Errorf("%s: %q, want %q", from, got, want)
		}
	}
}
