package ingress

// judges are the oracles that watch a run.
func judges() []judge { return []judge{&strangersJudge{}, &watchmen{of: map[*world]*watchman{}}} }
