package files

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// gitPatience is how long git may take to list a tree before we walk it
// ourselves. Listing a million files takes it a few seconds.
const gitPatience = 30 * time.Second

// gitFiles asks git for the files of a directory that are tracked, or neither
// tracked nor ignored. An error means only that git has no answer: it isn't
// installed, this is no checkout, or it distrusts the owner.
// closed are the directories that git could not open, with the reason.
func gitFiles(ctx context.Context, dir string) (names []string, closed []rules.Skip, err error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	// A repository's own configuration may name programs to run. Listing needs none.
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.hooksPath="+os.DevNull,
		"ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = dir
	cmd.Env = gitEnv(os.Environ())
	cmd.WaitDelay = time.Second
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.SplitSeq(complaints.String(), "\n") {
		if m := couldNotOpen.FindStringSubmatch(line); m != nil {
			closed = append(closed, rules.Skip{File: m[1], Reason: strings.ToLower(m[2])})
		}
	}
	names = strings.Split(string(out), "\x00")
	return names[:len(names)-1], closed, nil
}

var couldNotOpen = regexp.MustCompile(`^warning: could not open directory '(.*?)/?': (.*)$`)

// localGitVars tie git to one repository, as inside a hook; "git rev-parse
// --local-env-vars" lists them.
var localGitVars = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_DIR", "GIT_GRAFT_FILE",
	"GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE",
	"GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}

// gitEnv returns an environment in which git takes its repository from the
// directory, asks nothing and writes nothing.
func gitEnv(environ []string) []string {
	var out []string
next:
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		for _, v := range localGitVars {
			if name == v {
				continue next
			}
		}
		out = append(out, kv)
	}
	return append(out, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}
