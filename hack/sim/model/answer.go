package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is how a request is answered.
type Kind int

// The kinds of answers. Any is that of a request which the model does not judge.
const (
	Any Kind = iota
	Closed
	NotFound
	Redirected
	Served
)

func (k Kind) String() string {
	return [...]string{"any", "closed", "404", "redirect", "served"}[k]
}

// Pool is some pods and the percentage of a path's requests that they take.
type Pool struct {
	// Service is "namespace/name/port", for people.
	Service string
	// Members are "address:port".
	Members map[string]bool
	// Maybe are endpoints of which it is not known whether they have a pod: they may stay.
	Maybe map[string]bool
	// Percent of the requests; 100 where nobody divides them.
	Percent int
}

// Share is who answers a request: one Service, or two that a canary divides it between. Without a
// member the answer is 503.
type Share []Pool

// Empty tells whether nobody answers: 503.
func (s Share) Empty() bool {
	return !slices.ContainsFunc(s, func(p Pool) bool { return len(p.Members) > 0 })
}

// Has tells whether the share has the member.
func (s Share) Has(member string) bool {
	return slices.ContainsFunc(s, func(p Pool) bool { return p.Members[member] || p.Maybe[member] })
}

func (s Share) String() string {
	if s.Empty() {
		return "503"
	}
	var parts []string
	for _, p := range s {
		parts = append(parts, fmt.Sprintf("%d%% %s %v", p.Percent, p.Service, slices.Sorted(maps.Keys(p.Members))))
	}
	return strings.Join(parts, " + ")
}

// Answer is what a request must get. Where Kind is Served, one of the shares in Either is right.
type Answer struct {
	Kind   Kind
	Either []Share
}

// Serves tells whether the request surely reaches a pod.
func (a Answer) Serves() bool {
	return a.Kind == Served && !slices.ContainsFunc(a.Either, Share.Empty)
}

func (a Answer) String() string {
	if a.Kind != Served {
		return a.Kind.String()
	}
	var parts []string
	for _, s := range a.Either {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, ", or ")
}

func served(shares ...Share) Answer { return Answer{Kind: Served, Either: shares} }
