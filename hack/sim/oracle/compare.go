package oracle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Isolation is O8: whether something took longer beside a bad Ingress than without it. A tenth and a
// second are let pass.
func Isolation(beside, alone time.Duration) []string {
	if limit := alone + alone/10 + time.Second; beside > limit {
		return []string{fmt.Sprintf("served after %v beside a bad Ingress, after %v without it", beside, alone)}
	}
	return nil
}

// SameEnd is O12 and O14: what one account has and another lacks, ids aside.
func SameEnd(want, got fakecloud.State) []string {
	a, b := lines(want), lines(got)
	var differ []string
	for _, line := range a {
		if !slices.Contains(b, line) {
			differ = append(differ, "missing: "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			differ = append(differ, "too much: "+line)
		}
	}
	if len(differ) == 0 && len(a) != len(b) {
		differ = append(differ, fmt.Sprintf("%d resources, wanted are %d", len(b), len(a)))
	}
	return differ
}

// lines are a dump's without the ids that the service chose.
func lines(d fakecloud.State) []string {
	text := d.String()
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch f[0] {
		case "group", "certificate", "ca", "acl":
			text = strings.ReplaceAll(text, f[1], "<"+f[2]+">")
		case "instance":
			text = strings.ReplaceAll(text, f[1], "<"+word(line, "name")+">")
		}
	}
	text = regexp.MustCompile(` id=[^ \n]+`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`(instance <[^>]*> name=[^ ]* \S+ )\S+ `).ReplaceAllString(text, "$1")
	list := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(list)
	return list
}
