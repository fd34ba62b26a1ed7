package annotations

import "fmt"

// suggestion names the nearest key under the prefix that was written, if one is near enough to be a
// slip of the pen: at most a third of its letters differ, and two in any case.
func suggestion(prefix string, name Name, table []Row) string {
	best, nearest := -1, Name("")
	for _, row := range table {
		if d := distance(string(name), string(row.Name)); best < 0 || d < best {
			best, nearest = d, row.Name
		}
	}
	if best < 0 || best > max(2, len(nearest)/3) {
		return " and has no effect"
	}
	return fmt.Sprintf("; did you mean %q?", prefix+string(nearest))
}

// distance is the number of letters that have to be added, removed or replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
