package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Violation is one thing that is wrong.
type Violation struct {
	Oracle string    // "O1" to "O14"
	Seq    int       // of the journal's entry after which it was seen
	At     time.Time // on the account's clock
	What   string
}

func (v Violation) String() string {
	return fmt.Sprintf("%s at %s after call %d: %s", v.Oracle, v.At.Format("15:04:05.000"), v.Seq, v.What)
}

// Oracles are the numbers of those that found something, sorted, each once.
func Oracles(all []Violation) []string {
	var list []string
	for _, v := range all {
		list = append(list, v.Oracle)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return slices.Compact(list)
}
