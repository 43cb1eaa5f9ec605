package env

import "github.com/greenlint/greenlint/rules"

func (r *reading) dependencies() ([]rules.Version, string) { return nil, "" }
func merged(deps []rules.Version) []rules.Version          { return deps }
