package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNeovim opens a file in Neovim with the settings that docs/editors.md shows,
// and reads back what it shows.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("nvim is not installed: the settings for Neovim are not run")
	}
	s := newShop(t)
	settings := blocks(t, "editors.md", "lua")
	require.Len(t, settings, 1)
	outside := t.TempDir()
	writeFile(t, filepath.Join(outside, "init.lua"), settings[0])
	writeFile(t, filepath.Join(outside, "run.lua"), `
vim.wait(20000, function() return #vim.diagnostic.get(0) > 1 end)
for _, d in ipairs(vim.diagnostic.get(0)) do
  io.stdout:write(string.format("%d:%d %s\n", d.lnum + 1, d.col + 1, d.source))
end
vim.api.nvim_buf_set_lines(0, 10, 11, false, { "    pass" })
vim.wait(20000, function() return #vim.diagnostic.get(0) == 1 end)
io.stdout:write("then ", #vim.diagnostic.get(0), "\n")
vim.cmd("qa!")
`)
	status, out := bash(t, s.dir, nvim+` --headless -u "$D/init.lua" shop/tasks.py -c "luafile $D/run.lua"`, "D="+outside, "HOME="+outside, "XDG_STATE_HOME="+outside)
	require.Zero(t, status, out)
	require.Contains(t, out, "7:12 greenlint")
	require.Contains(t, out, "11:5 greenlint")
	require.Contains(t, out, "then 1")
}
