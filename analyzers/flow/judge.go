package flow

import "github.com/greenlint/greenlint/rules"

// Options are the words and defaults that [Judge] takes from the rules. The
// zero value works.
type Options struct {
	Language string // of the findings: "python", "go"

	Severity func(rules.ID) rules.Severity                            // of a rule; nil = warning
	Words    func(rules.Effect) (why, remedy string, source []string) // nil = none
	Phrase   func(rules.ID) string                                    // what the rule says a context does; "" or nil = "holds the {loop}"
	Noun     func(kind string) string                                 // what to call a context of a kind: "task"; nil = "function"
	Short    func(rules.Func) string                                  // a function's name in a message; nil = [ShortName]

	MaxContexts int // how many contexts a finding lists; 0 = 50
}

// Judge says which of the hits happen in which process: the findings, sorted
// by place and rule.
func Judge(r *Reached, contexts []rules.Context, envs []rules.Env, opt Options) []rules.Finding {
	panic("flow: not there yet")
}
