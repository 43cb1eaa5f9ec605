package rules

// A Finding is a chain from a context to an effect that the process's
// environment does not make harmless, or a fact about a deployment that breaks
// it. There is one finding per (place, rule), however many contexts reach it.
type Finding struct {
	Rule     ID
	Severity Severity
	Language string // "python", "go", or "" for a deployment file

	// Pos is the sink site: the last frame of the chain that lies in the
	// user's own code. End is one past its last byte; zero where unknown.
	Pos, End Pos

	Message  string   // one line, without the rule id
	Symbol   string   // the effect's symbol; for a deployment finding, the setting at fault
	Detail   string   // from the effect
	Loop     Loop     // that is held
	Env      string   // the process in which it is, by its name; "" where there is only one
	MoreEnvs int      // in how many others it is as well
	Contexts []Reach  // who gets there, the nearest first; the chain is Contexts[0]'s
	Chain    Chain    // empty for a deployment finding
	Why      string   // one or two sentences: what happens
	Remedy   string   // what to do instead
	Source   []string // documents, threads, or "measured"
	Fixes    []Fix

	Suppressed  string // why it is suppressed: "inline", "noqa", "config"; "" = it counts
	Fingerprint string // survives line moves

	Proof *Proof // what running it has shown; nil = it was not run
}

// A Proof is the verdict of a run on a real loop.
type Proof struct {
	Verdict string // confirmed, refuted, inconclusive; "not run"
	Text    string // how it came about, or why not, in one line
	Report  any    // for the JSON output: all that was measured; nil = nothing
}

// A Reach is a context from which a finding can be reached.
type Reach struct {
	Context  Context
	Depth    int        // calls away
	Evidence []Evidence // what declares the loop: a Procfile line, a patch call
}

// A Fix is a change of text that removes a finding.
type Fix struct {
	Title string
	Safe  bool // the meaning of the program stays, as far as can be told
	Edits []Edit
}

// An Edit replaces the bytes from Pos to End.
type Edit struct {
	Pos, End Pos
	Text     string
}

// A Skip is a file or package that could not be analysed.
type Skip struct {
	File   string
	Reason string
}
