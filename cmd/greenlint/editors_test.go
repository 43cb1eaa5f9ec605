package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNeovim opens files in Neovim with each of the settings that docs/editors.md
// shows, and reads back what it shows.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("nvim is not installed: the settings for Neovim are not run")
	}
	settings := blocks(t, "editors.md", "lua")
	require.Len(t, settings, 2)
	bin := ownCommand(t)
	s := newShop(t)
	s.write("go.mod", "module example.com/hub\n\ngo 1.24\n")
	s.write("hub.go", hubGo)
	open := func(t *testing.T, settings, file, script string) string {
		t.Helper()
		outside := t.TempDir()
		writeFile(t, filepath.Join(outside, "init.lua"), "vim.cmd('filetype on')\n"+settings)
		writeFile(t, filepath.Join(outside, "run.lua"), script+"\nvim.cmd('qa!')\n")
		status, out := bash(t, s.dir, nvim+` --headless -u "$D/init.lua" `+file+` -c "luafile $D/run.lua"`,
			"D="+outside, "XDG_STATE_HOME="+outside, "XDG_DATA_HOME="+outside, "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
		require.Zero(t, status, out)
		return out
	}
	const show = `
for _, d in ipairs(vim.diagnostic.get(0)) do
  io.stdout:write(string.format("%d:%d %s\n", d.lnum + 1, d.col + 1, d.source))
end
`
	for i, text := range settings {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			if i == 1 {
				t.Setenv("GREENLINT_GOPLS", realGopls(t))
			}
			out := open(t, text, "shop/tasks.py", `
vim.wait(20000, function() return #vim.diagnostic.get(0) > 1 end)`+show+`
vim.api.nvim_buf_set_lines(0, 10, 11, false, { "    pass" })
vim.wait(20000, function() return #vim.diagnostic.get(0) == 1 end)
io.stdout:write("then ", #vim.diagnostic.get(0), "\n")
`)
			require.Contains(t, out, "7:12 greenlint")
			require.Contains(t, out, "11:5 greenlint")
			require.Contains(t, out, "then 1")

			wanted := strconv.Itoa(1 + i)
			out = open(t, text, "hub.go", `
vim.wait(60000, function() return #vim.diagnostic.get(0) >= `+wanted+` end)`+show)
			require.Contains(t, out, "10:2 greenlint")
			if i == 1 {
				require.Contains(t, out, "11:19 printf")
			}
		})
	}
}
