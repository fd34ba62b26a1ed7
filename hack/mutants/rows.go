package main

// rows is the catalogue of failures: what happened to users of other controllers and can happen here.
// Each has at least two mutants. One kind that happened to others has no row, because it cannot happen
// here: an admission webhook that is down and blocks the cluster. This controller has no webhook.
func rows() map[string]string {
	return map[string]string{
		"orphan":            "an instance outlives the object that it was made for",
		"empty-model":       "a start with empty or unsynced caches takes everything away",
		"foreign":           "what belongs to somebody else is changed or deleted",
		"user-protection":   "delete protection that a user set is switched off",
		"deletion-stuck":    "an end needs a valid model, or does not take absence for success",
		"one-bad":           "one bad Ingress stops the others",
		"quota-wall":        "a full quota prevents its own cure",
		"restart-herd":      "a restart writes, or reads without need",
		"throttle":          "throttling is answered by more calls",
		"hot-loop":          "a permanent error is repeated without pause, or told each time",
		"stale-create":      "a stale reading makes a second one",
		"create-unknown":    "a create that timed out and happened is forgotten",
		"certificate-order": "a certificate is deleted while it is referred to, or not at all",
		"rotation":          "a half-written or broken Secret replaces what works",
		"certificate-gone":  "a certificate that was deleted outside is not healed",
		"endpoints-empty":   "the last backends are taken away on a doubtful reading",
		"member-order":      "a replacement of members passes through none",
		"leader":            "a deposed leader writes",
		"listener-stopped":  "a listener stays stopped",
		"host-hijack":       "another namespace takes a host or a path",
		"port-conflict":     "a port is shared with, or taken from, another",
		"move":              "a move between groups leaves something behind, or leaves a hole",
		"old-intent":        "what was refused before is held against a changed spec",
		"drift":             "drift is not repaired, or an identity is used again",
		"data-surprise":     "an answer of the service with missing, repeated or empty parts misleads",
	}
}
