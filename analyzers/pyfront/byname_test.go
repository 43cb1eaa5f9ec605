package pyfront

import (
	"fmt"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// TestSiblings checks that a deployment may choose any of many drivers, where an option
// names one of them by default, and that a class of another hierarchy is none.
func TestSiblings(t *testing.T) {
	files := map[string]string{
		"shop/base.py": "class Driver:\n    def ship_parcels(self):\n        raise NotImplementedError()\n    def count_parcels(self):\n        return 0\n",
		"shop/else.py": "import os\nclass Else:\n    def count_parcels(self):\n        os.system('x')\n",
		"shop/tasks.py": `from oslo_config import cfg
from oslo_utils import importutils
CONF = cfg.CONF
CONF.register_opt(cfg.StrOpt('driver', default='shop.d0.Driver0'))
driver = importutils.import_object(CONF.driver)
fixed = importutils.import_object('shop.d0.Driver0')
def chosen_bad():
    driver.ship_parcels()
def no_sibling_ok():
    driver.count_parcels()
def named_ok():
    fixed.ship_parcels()
`,
	}
	for i := range 2 * maxByName {
		body := "pass"
		if i == 2*maxByName-1 {
			body = "os.system('x')"
		}
		files[fmt.Sprintf("shop/d%d.py", i)] = fmt.Sprintf("import os\nfrom shop.base import Driver\nclass Driver%d(Driver):\n    def ship_parcels(self):\n        %s\n", i, body)
	}
	p := &program{name: "siblings", loop: rules.Gevent, files: files}
	if bad := wrong(t, p); len(bad) > 0 {
		t.Error(bad)
	}
}
