package oracle

import (
	"fmt"
	"slices"
)

// Count is how often something was created and deleted.
type Count struct{ Created, Deleted int }

// Counts is O9: how often each thing came and went, by kind and name.
type Counts map[string]Count

func (c Counts) add(t thing, n Count) {
	old := c[t.name()]
	c[t.name()] = Count{old.Created + n.Created, old.Deleted + n.Deleted}
}

// Beyond is what was created or deleted more often than in a reference run, or less often.
func (c Counts) Beyond(reference Counts) []string {
	var wrong []string
	for name, n := range c {
		if want := reference[name]; n != want {
			wrong = append(wrong, fmt.Sprintf("%s: created %d and deleted %d times, undisturbed %d and %d", name, n.Created, n.Deleted, want.Created, want.Deleted))
		}
	}
	for name, want := range reference {
		if _, ok := c[name]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: never there, undisturbed created %d and deleted %d times", name, want.Created, want.Deleted))
		}
	}
	slices.Sort(wrong)
	return wrong
}
