package check

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// TestVanishing: a file that goes, grows or changes while the project is read is told,
// or is read as it was when it was read first; the rest is analysed.
func TestVanishing(t *testing.T) {
	root := t.TempDir()
	task := "import time\nimport shared\nasync def f():\n    time.sleep(3)\n    shared.g()\n"
	texts := map[string]string{"a.py": task, "gone.py": task, "shared.py": "import time\ndef g():\n    time.sleep(1)\n"}
	for name, text := range texts {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o666))
	}
	require.NoError(t, os.Remove(filepath.Join(root, "gone.py"))) // after it was listed
	reads := map[string]int{}
	catalog, err := rules.Load()
	require.NoError(t, err)
	out, err := Run(context.Background(), Request{
		Root: root, Files: []string{"Procfile", "a.py", "gone.py", "shared.py"}, Catalog: catalog,
		Read: func(name string) ([]byte, error) {
			reads[name]++
			switch {
			case name == "Procfile":
				return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrPermission}
			case reads[name] > 1: // somebody else writes meanwhile
				return []byte(strings.Repeat("(", 100)), nil
			}
			return os.ReadFile(filepath.Join(root, name))
		},
	})
	require.NoError(t, err)
	var found []string
	for _, f := range out.Findings {
		found = append(found, f.Pos.String()+" "+string(f.Rule))
	}
	require.Contains(t, found, "a.py:4:5 GL202")
	require.Contains(t, found, "shared.py:3:5 GL202")
	var skipped []string
	for _, s := range out.Skipped {
		skipped = append(skipped, s.File+": "+s.Reason)
	}
	require.Contains(t, strings.Join(skipped, "\n"), "Procfile: cannot be read: permission denied")
	require.Contains(t, strings.Join(skipped, "\n"), "gone.py: ")
}
