package command

import (
	"path/filepath"
	"strings"
)

// Nearest returns the word that was probably meant, or "": the one with the
// fewest typing errors, at most one for every three letters, or the only one that
// it begins.
func Nearest(typed string, words []string) string {
	typed = strings.ToLower(typed)
	best, bestDistance := "", len(typed)/3+1
	for _, w := range words {
		if d := distance(typed, w); d < bestDistance || d == bestDistance && d == 1 && best == "" {
			best, bestDistance = w, d
		}
	}
	if best != "" || len(typed) < 2 {
		return best
	}
	for _, w := range words {
		if strings.HasPrefix(w, typed) {
			if best != "" && best != w {
				return ""
			}
			best = w
		}
	}
	return best
}

// distance counts the letters to insert, drop, change or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// join puts a relative path below dir.
func join(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
