package ingress

// judges are the oracles that watch a run.
func judges() []referee {
	return []referee{&watchmen{of: map[*world]*watchman{}}, &searcher{heard: map[*eventLog]int{}}}
}
