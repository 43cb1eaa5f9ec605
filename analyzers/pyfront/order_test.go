package pyfront

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// TestLateOrders follows the imports of entry points and looks at the patches
// that come after what they should have preceded: "file:line library".
func TestLateOrders(t *testing.T) {
	const patch = "from gevent import monkey\nmonkey.patch_all()\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"in the same file": {map[string]string{
			"main.py": "import requests\n" + patch,
		}, "main.py:3 requests"},
		"the patch is first": {map[string]string{
			"main.py": patch + "import requests\n",
		}, ""},
		"through two modules": {map[string]string{
			"main.py":         "from app import client\n" + patch,
			"app/__init__.py": "",
			"app/client.py":   "from app import http\n",
			"app/http.py":     "import urllib3\n",
		}, "main.py:3 urllib3"},
		"a module that patches is imported first": {map[string]string{
			"main.py":    "import patched\nimport requests\n",
			"patched.py": patch,
		}, ""},
		"a wrapper is called": {map[string]string{
			"main.py":  "import requests\nfrom green import patch_all\npatch_all()\n",
			"green.py": "def patch_all():\n    from gevent import monkey\n    monkey.patch_all()\n",
		}, "main.py:3 requests"},
		"a function patches when its module has been imported": {map[string]string{
			"main.py": "from gevent import monkey\nimport requests\n\n\ndef main():\n    monkey.patch_all()\n",
		}, "main.py:6 requests"},
		"a function patches again": {map[string]string{
			"main.py": patch + "import work\n",
			"work.py": "from gevent import monkey\nimport requests\n\n\ndef work():\n    monkey.patch_all()\n",
		}, ""},
		"a module that nobody imports and that is no entry point": {map[string]string{
			"plugin.py":  "import requests\nimport patched\nimport gevent\n",
			"patched.py": patch,
		}, ""},
		"a patch that is made only in tests": {map[string]string{
			"wsgi.py":   "import models\nimport requests\nfrom gevent import monkey\nmonkey.patch_all()\napplication = None\n",
			"models.py": "import sys\nif 'nose' in sys.modules:\n    from gevent import monkey\n    monkey.patch_all()\n",
		}, "wsgi.py:4 requests"},
		"TLS is not patched": {map[string]string{
			"main.py": "import requests\nfrom gevent import monkey\nmonkey.patch_all(ssl=False)\n",
		}, ""},
		"an import for type checkers": {map[string]string{
			"main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n" + patch,
		}, ""},
		"a module below a library": {map[string]string{
			"main.py": "from google.auth.transport import requests\n" + patch,
		}, "main.py:3 google.auth.transport.requests"},
		"another module of the library": {map[string]string{
			"main.py": "from google.auth.transport import mtls\n" + patch,
		}, ""},
		"the package of a command patches late": {map[string]string{
			"shop/__init__.py":     "",
			"shop/cmd/__init__.py": "import requests\n" + patch,
			"shop/cmd/command.py":  "import os\n\n\ndef main():\n    pass\n",
			"shop/test.py":         "import shop.cmd.command\n",
		}, "shop/cmd/__init__.py:3 requests"},
		"the package of a command patches first": {map[string]string{
			"shop/__init__.py":     "",
			"shop/cmd/__init__.py": patch,
			"shop/cmd/command.py":  "import requests\n\n\ndef main():\n    pass\n",
		}, ""},
		"a script in a package that patches": {map[string]string{
			"shop/__init__.py":     patch,
			"shop/cmd/__init__.py": "",
			"shop/cmd/run.py":      "from shop import api\nif __name__ == '__main__':\n    api.serve()\n",
			"shop/api.py":          "import requests\n\n\ndef serve():\n    pass\n",
		}, ""},
		"a script that imports before its package patches": {map[string]string{
			"shop/__init__.py": patch,
			"shop/run.py":      "import requests\nfrom shop import api\nif __name__ == '__main__':\n    api.serve()\n",
			"shop/api.py":      "def serve():\n    pass\n",
		}, "shop/__init__.py:2 requests"},
		"eventlet": {map[string]string{
			"main.py": "import pymongo\nimport eventlet\neventlet.monkey_patch()\n",
		}, "main.py:3 pymongo"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			cat, err := rules.Load()
			require.NoError(t, err)
			var files []string
			for f := range c.files {
				files = append(files, f)
			}
			command := func() []rules.EntryPoint {
				return []rules.EntryPoint{{Command: true, Module: "shop.cmd.command", Name: "main"}}
			}
			res, err := Analyze(t.Context(), Input{Files: files, Catalog: cat, Entries: command, Read: func(f string) ([]byte, error) {
				s, ok := c.files[f]
				if !ok {
					return nil, fs.ErrNotExist
				}
				return []byte(s + "URL = 'https://example.org'\n"), nil
			}})
			require.NoError(t, err)
			var got []string
			for _, f := range res.Findings {
				require.Equal(t, rules.ID("GL601"), f.Rule)
				got = append(got, fmt.Sprintf("%s:%d %s", f.Pos.File, f.Pos.Line, f.Symbol))
			}
			require.Equal(t, c.want, strings.Join(got, "; "))
		})
	}
}

// TestPython2 looks into a file that only Python 2 can run.
func TestPython2(t *testing.T) {
	cat, err := rules.Load()
	require.NoError(t, err)
	src := "import os, gevent\n\n\ndef task():\n    try:\n        os.system('a')\n    except (IOError, OSError), e:\n        print 'failed', e\n        os.system('b')\n    os.chmod('x', 0644)\n    os.system('c')\n\n\ngevent.spawn(task)\n"
	res, err := Analyze(t.Context(), Input{Files: []string{"m.py"}, Catalog: cat, Read: func(string) ([]byte, error) { return []byte(src), nil }})
	require.NoError(t, err)
	var lines []int
	for _, o := range res.Graph.Own["m.task"] {
		lines = append(lines, o.Pos.Line)
	}
	require.Equal(t, []int{6, 9, 11}, lines)
	require.Len(t, res.Skipped, 1)
}
