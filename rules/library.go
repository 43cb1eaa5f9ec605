package rules

// placeholder until the loader is in
type Library struct{}
