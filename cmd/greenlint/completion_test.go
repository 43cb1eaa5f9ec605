package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
)

// TestComplete holds the words to the command's own table.
func TestComplete(t *testing.T) {
	p := program(check.Run)
	for line, want := range map[string]string{
		"ch": "check", "debug ": "ast", "deb": "debug", "help exp": "explain", "help debug ": "ast", "he": "help", "completion w": "", "nonsense ": "",
		"check --sel": "--select", "check --color ": "auto always never", "check --color=al": "--color=always", "check --color = al": "always", "check --color =": "auto always never",
		"check --select GL90": "GL901 GL902", "check --select=GL101,GL90": "--select=GL101,GL901 --select=GL101,GL902", "check --select GL901 a": "", "check -o ": "", "check -- --col": "",
		"explain GL40": "GL401", "explain GL401 foreign": "foreign-io", "completion ": "bash zsh fish powershell", "gopls -": "", "version --": "--help", "lsp --language ": "python go",
	} {
		words := strings.Split(line, " ")
		var got []string
		for _, c := range p.Complete(words[:len(words)-1], words[len(words)-1]) {
			got = append(got, c.Word)
		}
		require.Equal(t, want, strings.Join(got, " "), line)
	}
	require.NotContains(t, fmt.Sprint(p.Complete(nil, "")), "completion words")
}

// TestCompletionScripts has each shell that is installed complete some words.
func TestCompletionScripts(t *testing.T) {
	dir := filepath.Dir(ownCommand(t))
	for shell, c := range map[string]struct{ command, prepare, each string }{
		"bash": {"bash --noprofile --norc -c", "source <(greenlint completion bash)\n",
			`COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _greenlint; echo "${COMPREPLY[*]}"` + "\n"},
		"zsh": {"zsh -f -c", "compdef() { }\n_describe() { echo ${found%%:*} }\n_files() { echo }\nsource <(greenlint completion zsh)\n",
			"words=(%s); CURRENT=$#words; _greenlint\n"},
		"fish": {"fish --no-config -c", "greenlint completion fish | source\n",
			`echo (complete -C "%s" | string replace -r '\t.*' '')` + "\n"},
		"pwsh": {"pwsh -NoProfile -Command", "greenlint completion powershell | Out-String | Invoke-Expression\n",
			`$l = '%s'; (TabExpansion2 $l $l.Length).CompletionMatches.CompletionText -join ' '` + "\n"},
	} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip(shell + " is not installed: its script is not run")
			}
			script, want := c.prepare, ""
			for _, x := range []struct{ line, words string }{
				{"greenlint expl", "explain"}, {"greenlint check --color ", "auto always never"}, {"greenlint explain GL90", "GL901 GL902"}, {"greenlint debug ", "ast"}, {"greenlint check --diff-no", ""},
			} {
				line := x.line
				if strings.HasSuffix(line, " ") && (shell == "bash" || shell == "zsh") {
					line += `""`
				}
				script += fmt.Sprintf(c.each, line)
				want += x.words + "\n"
			}
			args := strings.Fields(c.command)
			cmd := exec.Command(args[0], append(args[1:], script)...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+cmd.Dir)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Equal(t, want, string(out))
		})
	}
}
