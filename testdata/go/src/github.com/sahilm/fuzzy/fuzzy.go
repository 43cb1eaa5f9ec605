// Package fuzzy has the shape of the real one.
package fuzzy

func Find(pattern string, data []string) []int { return nil }
