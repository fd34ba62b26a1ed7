package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Run is one run of the simulation. The same run has the same course.
type Run struct {
	Scenario string // lower case letters, digits and hyphens
	Seed     uint64
	Plan     Plan
}

// Plan is a set of faults. Its order has no meaning; of two at one point the first acts.
type Plan []Fault

// Fault is a way, and the point where it acts.
type Fault struct {
	Way   Way
	Times int // how often in a row, from 1
	Site  Site
	N     int // from 1
}

// Bounds of the numbers in a fault. They are far beyond any run and keep sums small.
const (
	maxTimes = 100_000
	maxPoint = 10_000_000
)

// String is the line that ParseRun reads.
func (r Run) String() string {
	return fmt.Sprintf("scenario=%s seed=%d plan=%s", r.Scenario, r.Seed, r.Plan)
}

// String is "none" for no fault.
func (p Plan) String() string {
	if len(p) == 0 {
		return "none"
	}
	parts := make([]string, len(p))
	for i, f := range p {
		parts[i] = f.String()
	}
	return strings.Join(parts, ",")
}

// String is way@site:n, or way*times@site:n.
func (f Fault) String() string {
	times := ""
	if f.Times != 1 {
		times = "*" + strconv.Itoa(f.Times)
	}
	return fmt.Sprintf("%s%s@%s:%d", f.Way, times, f.Site, f.N)
}

// At tells whether the fault acts on the n-th point of a site.
func (f Fault) At(site Site, n int) bool { return f.Site == site && n >= f.N && n < f.N+f.Times }

// ParseRun reads a line. An error names what is wrong with it.
func ParseRun(line string) (Run, error) {
	var r Run
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return r, fmt.Errorf("reading %q: want scenario=… seed=… plan=…", line)
	}
	var values [3]string
	for i, name := range []string{"scenario", "seed", "plan"} {
		value, ok := strings.CutPrefix(fields[i], name+"=")
		if !ok {
			return r, fmt.Errorf("reading %q: want %s=…, got %q", line, name, fields[i])
		}
		values[i] = value
	}
	if !validName(values[0]) {
		return r, fmt.Errorf("reading %q: %q is no name of a scenario", line, values[0])
	}
	seed, err := strconv.ParseUint(values[1], 10, 64)
	if err != nil {
		return r, fmt.Errorf("reading the seed: %w", err)
	}
	p, err := Parse(values[2])
	return Run{Scenario: values[0], Seed: seed, Plan: p}, err
}

func validName(name string) bool {
	legal := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }
	return name != "" && strings.IndexFunc(name, func(c rune) bool { return !legal(c) }) < 0
}

// Parse reads a plan.
func Parse(text string) (Plan, error) {
	if text == "none" {
		return nil, nil
	}
	var p Plan
	for part := range strings.SplitSeq(text, ",") {
		f, err := parseFault(part)
		if err != nil {
			return nil, fmt.Errorf("reading fault %q: %w", part, err)
		}
		p = append(p, f)
	}
	return p, nil
}

func parseFault(text string) (Fault, error) {
	what, where, ok := strings.Cut(text, "@")
	site, number, colon := strings.Cut(where, ":")
	if !ok || !colon {
		return Fault{}, fmt.Errorf("want way@site:number")
	}
	f := Fault{Site: Site(site), Times: 1}
	way, times, repeated := strings.Cut(what, "*")
	f.Way = Way(way)
	if !slices.Contains(Ways(f.Site), f.Way) {
		return f, fmt.Errorf("there is no way %q at a %q", way, site)
	}
	var err error
	if f.N, err = parseNumber(number, 1, maxPoint); err != nil {
		return f, err
	}
	if repeated {
		f.Times, err = parseNumber(times, 2, maxTimes)
	}
	return f, err
}

func parseNumber(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("%q is no number from %d to %d", text, least, most)
	}
	return n, nil
}
