package ingress

import "testing"

// inSample skips seven of eight cases of a family under the race detector, which makes them many times as
// dear. They run by a virtual clock and hardly at the same time, so it would see the same accesses
// again. Without the detector, which `make test` runs too, all run.
func inSample(t *testing.T, n int) {
	t.Helper()
	if raced && n%8 != 0 {
		t.Skip("runs without the race detector only: a sample of the family runs with it")
	}
}

// withoutRace skips a long test under the race detector, for a family's reasons; what it runs is what
// shorter tests run under the detector.
func withoutRace(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("runs without the race detector only: shorter tests run the same code with it")
	}
}
