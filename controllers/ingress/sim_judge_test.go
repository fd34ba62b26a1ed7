package ingress

// judges are the oracles that watch a run.
func judges() []judge {
	return []judge{&watchmen{of: map[*world]*watchman{}}, &searcher{heard: map[*eventLog]int{}}}
}
