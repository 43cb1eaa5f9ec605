package pyfront

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImportLines(t *testing.T) {
	for text, want := range map[string]string{
		"import os":                             "0 os []",
		"import os, shop.jobs as j # import x":  "0 os []|0 shop.jobs []",
		"from shop import a":                    "0 shop [a]",
		"    from shop.jobs import a as b, c":   "0 shop.jobs [a c]",
		"from . import a":                       "1  [a]",
		"from ..up.jobs import a":               "2 up.jobs [a]",
		"from a import (\n  b,  # c\n  d as e)": "0 a [b d]",
		"from a import (b,\n  c,\n)\nimport d":  "0 a [b c]|0 d []",
		"from a import b, \\\n    c":            "0 a [b c]",
		"from a import(b)":                      "0 a [b]",
		"from a import *":                       "0 a [*]",
		"from here to there":                    "",
		"fromage = 1\nimportant = 2":            "",
		"from a import (b":                      "0 a [b]",
		"import ,":                              "",
	} {
		var got []string
		for _, l := range importLines([]byte(text)) {
			got = append(got, strings.TrimSuffix(fmt.Sprintln(l.level, l.module, l.names), "\n"))
		}
		require.Equal(t, want, strings.Join(got, "|"), text)
	}
}
