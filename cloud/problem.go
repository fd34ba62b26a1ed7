package cloud

import (
	"cmp"
	"slices"
)

// Problem is something that is wrong with what an object asks for, addressed to its author. It is
// a value: it becomes an event, a condition and a metric in one place, controllers/ingress.
type Problem struct {
	Object  Object
	Field   string // "metadata.annotations[…]", "spec.rules[0].host"; may be empty
	Reason  Reason
	Message string // stable: the same cause gives the same text
	// Notice marks what is served but worth telling; it becomes a Normal event.
	Notice bool
}

// SortProblems orders problems by object, field, reason and message, and drops repetitions. It
// sorts in place and returns the shortened slice.
func SortProblems(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Object.Kind, b.Object.Kind),
			cmp.Compare(a.Object.Namespace, b.Object.Namespace),
			cmp.Compare(a.Object.Name, b.Object.Name),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Reason, b.Reason),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(problems)
}
