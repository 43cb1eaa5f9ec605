package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// builtCommand is a directory with the command in it, for a PATH.
func builtCommand(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	// The test's own binary is the command when it is called so: see TestMain.
	require.NoError(t, os.Symlink(self, filepath.Join(dir, "greenlint")))
	return dir
}

// built is the command as a file of its own: made for the first test that needs it,
// for all of them, and removed after the last.
var built struct {
	once      sync.Once
	dir, file string
	err       error
}

// ownCommand gives that file, for go vet, which it gives its own file to.
func ownCommand(t testing.TB) (file string) {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "greenlint"); built.err != nil {
			return
		}
		built.file = filepath.Join(built.dir, "greenlint")
		if runtime.GOOS == "windows" {
			built.file += ".exe"
		}
		made, err := exec.Command("go", "build", "-o", built.file, ".").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("%w\n%s", err, made)
		}
	})
	require.NoError(t, built.err)
	return built.file
}

// bash runs a script in a directory as a build server does.
func bash(t *testing.T, dir, script string, env ...string) (status int, out string) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		require.NotEqual(t, "1", os.Getenv("GREENLINT_REQUIRE_ENGINES"), "bash has to be there")
		t.Skip("bash is not installed")
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"PATH=" + builtCommand(t) + string(os.PathListSeparator) + os.Getenv("PATH"), "CI=true"}, env...)...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError)
		require.True(t, ok, err)
		status = exit.ExitCode()
	}
	return status, b.String()
}

func TestAction(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "action.yml"))
	require.NoError(t, err)
	var action struct {
		Inputs map[string]struct{ Description, Default string }
		Runs   struct {
			Using string
			Steps []struct {
				ID, Shell, Run, Uses, If string
				Env                      map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &action))
	require.Equal(t, "composite", action.Runs.Using)
	expression := regexp.MustCompile(`\$\{\{\s*inputs\.([\w-]+)\s*\}\}`)
	script, build := "", ""
	vars := map[string]string{}
	for _, step := range action.Runs.Steps {
		require.NotContains(t, step.Run, "${{", "a value in a script could be run")
		if step.Run != "" {
			require.NotEmpty(t, step.Shell)
		}
		for name, value := range step.Env {
			m := expression.FindStringSubmatch(value)
			require.NotNil(t, m, value)
			require.Contains(t, action.Inputs, m[1])
			if step.ID == "check" {
				vars[m[1]] = name
			}
		}
		switch step.ID {
		case "check":
			script = step.Run
		case "build":
			build = step.Run
		}
	}
	s := newShop(t)
	t.Run("build", func(t *testing.T) {
		temp := t.TempDir()
		status, out := bash(t, s.dir, build, "RUNNER_TEMP="+temp, "GITHUB_ACTION_PATH="+repository(t), "GITHUB_PATH="+filepath.Join(temp, "path"))
		require.Zero(t, status, out)
		added, err := os.ReadFile(filepath.Join(temp, "path"))
		require.NoError(t, err)
		said, err := exec.Command(filepath.Join(strings.TrimSpace(string(added)), "greenlint"), "version").CombinedOutput()
		require.NoError(t, err, string(said))
	})
	run := func(inputs map[string]string) (int, string, string) {
		output := filepath.Join(t.TempDir(), "output")
		env := []string{"GITHUB_OUTPUT=" + output, "GITHUB_WORKSPACE=" + s.dir}
		for input, variable := range vars {
			value, ok := inputs[input]
			if !ok {
				value = action.Inputs[input].Default
			}
			env = append(env, variable+"="+value)
		}
		status, out := bash(t, s.dir, script, env...)
		said, err := os.ReadFile(output)
		require.NoError(t, err)
		return status, out, strings.TrimSpace(string(said))
	}
	status, out, said := run(nil)
	require.Equal(t, command.Findings, status, out)
	require.Contains(t, out, "::error file=shop/tasks.py,line=7,col=12")
	require.Equal(t, "findings=true", said)
	status, out, said = run(map[string]string{"diff": "main", "sarif": "out.sarif", "annotations": "false"})
	require.Equal(t, command.OK, status, out)
	require.Equal(t, "findings=false", said)
	require.True(t, json.Valid([]byte(s.read("out.sarif"))))
	status, out, _ = run(map[string]string{"args": "--ignore GL4 --severity", "path": "shop"})
	require.Equal(t, command.Failure, status)
	require.Contains(t, out, "unknown flag --severity")
	status, out, _ = run(map[string]string{"args": "--ignore GL4,GL2"})
	require.Equal(t, command.OK, status, out)
	status, out, _ = run(map[string]string{"path": "$(touch pwned)"})
	require.Equal(t, command.Failure, status, out)
	require.NoFileExists(t, filepath.Join(s.dir, "pwned"))
}

// blocks returns the fenced blocks of a page in a language.
func blocks(t *testing.T, page, lang string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), "docs", page))
	require.NoError(t, err)
	for _, part := range strings.Split(string(text), "\n```"+lang+"\n")[1:] {
		block, _, ok := strings.Cut(part, "\n```")
		require.True(t, ok)
		out = append(out, block+"\n")
	}
	return out
}

func TestGitLabJob(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "gitlab-ci.yml"))
	require.NoError(t, err)
	var jobs map[string]struct {
		Script    []string
		Variables map[string]string
		Artifacts struct{ Reports map[string]string }
	}
	require.NoError(t, yaml.Unmarshal(text, &jobs))
	job := jobs["greenlint"]
	require.NotEmpty(t, job.Script)
	s := newShop(t)
	run := func(env ...string) (int, string, int) {
		for name, value := range job.Variables {
			env = append(env, name+"="+value)
		}
		status, out := bash(t, s.dir, strings.Join(job.Script, "\n"), append(env, "CI_PROJECT_DIR="+s.dir)...)
		var report []struct {
			Fingerprint string
			Location    struct{ Path string }
		}
		file := job.Artifacts.Reports["codequality"]
		require.NoError(t, json.Unmarshal([]byte(s.read(file)), &report))
		require.Equal(t, "shop/tasks.py", report[0].Location.Path)
		require.NoError(t, os.Remove(filepath.Join(s.dir, file)))
		return status, out, len(report)
	}
	status, out, n := run()
	require.Equal(t, command.Findings, status, out)
	require.Equal(t, 2, n)
	base := strings.TrimSpace(s.git("rev-parse", "HEAD"))
	status, out, n = run("CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base)
	require.Equal(t, command.OK, status, "nothing is new: %s", out)
	require.Equal(t, 2, n, "the report holds them all")
	s.edit("shop/tasks.py", "    time.sleep(3)\n", "    time.sleep(3)\n    time.sleep(4)\n")
	status, out, n = run("CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base)
	require.Equal(t, command.Findings, status, out)
	require.Contains(t, out, "shop/tasks.py:12:5")
	require.NotContains(t, out, "shop/tasks.py:11:5")
	require.Equal(t, 3, n)
}

func TestPreCommitHooks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), ".pre-commit-hooks.yaml"))
	require.NoError(t, err)
	var hooks []struct {
		ID, Name, Entry, Language, Files string
		PassFilenames                    *bool `yaml:"pass_filenames"`
	}
	require.NoError(t, yaml.Unmarshal(text, &hooks))
	require.Len(t, hooks, 2)
	s := newShop(t)
	s.git("update-ref", "refs/remotes/origin/HEAD", "HEAD")
	for i, want := range []int{command.Findings, command.OK} {
		h := hooks[i]
		require.False(t, *h.PassFilenames)
		files := regexp.MustCompile(h.Files)
		for _, f := range []string{"a.py", "b/c.go", "Procfile", "x/Dockerfile", "requirements-dev.txt", "deploy.yaml", "go.mod"} {
			require.True(t, files.MatchString(f), f)
		}
		require.False(t, files.MatchString("README.md"))
		status, out := bash(t, s.dir, h.Entry)
		require.Equal(t, want, status, out)
	}
	t.Run("by pre-commit", func(t *testing.T) {
		tool := os.Getenv("GREENLINT_PRECOMMIT")
		if tool == "" {
			require.NotEqual(t, "1", os.Getenv("GREENLINT_REQUIRE_ENGINES"), "GREENLINT_PRECOMMIT has to be set")
			t.Skip("GREENLINT_PRECOMMIT names no pre-commit: the hook is not installed by it")
		}
		s.write("shop/new.py", "x = 1\n")
		s.git("add", "-A")
		cmd := exec.Command(tool, "try-repo", repository(t), "greenlint", "--all-files", "--verbose")
		cmd.Dir = s.dir
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "shop/tasks.py:7:12: GL401")
	})
}
