package env

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

func TestEntryPoints(t *testing.T) {
	cat, err := rules.Load()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		files Map
		want  string
	}{
		"setup.cfg": {Map{"setup.cfg": "[metadata]\nname = shop: the shop\n[entry_points]\npaste.app_factory =\n    web = shop.web:app_factory\n    api=shop.api:Api.factory\nconsole_scripts =\n    shop = shop.main:main\n"},
			"setup.cfg:5:11 paste.app_factory web = shop.web app_factory\nsetup.cfg:6:9 paste.app_factory api = shop.api Api.factory\nsetup.cfg:8:12 console_scripts shop = shop.main main"},
		"options":   {Map{"setup.cfg": "[options.entry_points]\nconsole_scripts =\n  shop = shop.main:main\n"}, "setup.cfg:3:10 console_scripts shop = shop.main main"},
		"setup.py":  {Map{"setup.py": "from setuptools import setup\nsetup(name='a:b', entry_points={\n  'paste.filter_factory': ['log=shop.log:factory'],\n  'console_scripts': 'shop = shop.main:main',\n})\n"}, "setup.py:3:33 paste.filter_factory log = shop.log factory\nsetup.py:4:30 console_scripts shop = shop.main main"},
		"pyproject": {Map{"pyproject.toml": "[project.scripts]\nshop = 'shop.main:main'\n[project.entry-points.\"paste.app_factory\"]\nweb = 'shop.web:factory'\n"}, "pyproject.toml:2:9 console_scripts shop = shop.main main\npyproject.toml:4:8 paste.app_factory web = shop.web factory"},
		"poetry":    {Map{"pyproject.toml": "[tool.poetry.scripts]\nshop = 'shop.main:main'\n[project.gui-scripts]\nwin = 'shop.win:main'\n"}, "pyproject.toml:2:9 console_scripts shop = shop.main main\npyproject.toml:4:8 console_scripts win = shop.win main"},
		"paste":     {Map{"etc/paste.ini": "[composite:api]\nuse = egg:Paste#urlmap\n/: home\n[app:home]\npaste.app_factory = shop.home:Home.factory\n"}, "etc/paste.ini:5:21 paste.app_factory  = shop.home Home.factory"},
		"none":      {Map{"setup.py": "import x\nsetup(entry_points=x)\n", "setup.cfg": "[flake8]\nignore = E1:E2\n", "other.ini": "[a]\nb = c:d\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range Read(test.files, cat).Entries {
				require.Equal(t, !strings.HasPrefix(e.Group, "paste."), e.Command)
				got = append(got, fmt.Sprint(e.Why.Pos, " ", e.Group, " ", e.Key, " = ", e.Module, " ", e.Name))
			}
			require.Equal(t, test.want, strings.Join(got, "\n"))
		})
	}
}
