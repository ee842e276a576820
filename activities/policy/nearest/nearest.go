// Package nearest finds the name that somebody probably meant.
package nearest

import "fmt"

// Hint is `; did you mean "grace"?` where one of the known names is close to the one given, and "" where none is: at most
// two letters off (one in a short name), an exchange of neighbours counted as one.
func Hint(name string, known []string) string {
	if best := Of(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// Of is the known name that is close to the one given, the first of the closest; "" where none is close.
func Of(name string, known []string) string {
	given := []rune(name)
	if len(given) > 100 { // nobody's typing mistake
		return ""
	}
	best, least := "", 3
	if len(given) < 4 {
		least = 2
	}
	for _, k := range known {
		if d := distance(given, []rune(k)); d < least && k != name {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or exchange with their neighbour (optimal string alignment).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, replace)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
