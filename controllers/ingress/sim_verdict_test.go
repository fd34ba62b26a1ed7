package ingress

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// violation is what an oracle objects to.
type violation struct {
	oracle string // converge, quiet, leak, foreign, lost route, wrong route, secret, panic, scenario
	text   string
}

// ruling stands in for the test of a world, so that a run that goes wrong ends by itself and can be
// repeated with a smaller plan.
type ruling struct {
	testing.TB

	wrong []violation
}

// gaveUp ends a scenario that cannot go on.
type gaveUp struct{}

func (v *ruling) blamef(oracle, format string, args ...any) {
	found := violation{oracle, fmt.Sprintf(format, args...)}
	if !slices.Contains(v.wrong, found) {
		v.wrong = append(v.wrong, found)
	}
}

func (v *ruling) Helper() {}

func (v *ruling) Error(args ...any) { v.blamef("scenario", "%s", fmt.Sprint(args...)) }

func (v *ruling) Errorf(format string, args ...any) { v.blamef("scenario", format, args...) }

func (v *ruling) Fatal(args ...any) {
	v.Error(args...)
	panic(gaveUp{})
}

func (v *ruling) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	panic(gaveUp{})
}

func sortStrings(list []string) { slices.Sort(list) }

// unlike shows the lines that two texts do not share.
func unlike(want, got string) string {
	was, is := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for _, line := range was {
		if !slices.Contains(is, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	if b.Len() == 0 {
		return "the same lines in other numbers or in another order:\n" + got
	}
	return b.String()
}
