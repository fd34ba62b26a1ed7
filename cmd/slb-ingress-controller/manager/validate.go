package manager

import (
	"fmt"
	"time"
)

// validate refuses what no start can make sense of. Each error names the flag, the value and what
// is allowed.
func (o *Options) validate() error {
	switch {
	case o.Workers < 1:
		return fmt.Errorf("--workers: %d is too few, give at least 1", o.Workers)
	case o.RateShare <= 0 || o.RateShare > 1:
		return fmt.Errorf("--rate-share: %v is no part of a whole, give more than 0 and at most 1", o.RateShare)
	case o.WriteRate < 1 || o.ReadRate < 1:
		return fmt.Errorf("--write-rate and --read-rate: %d and %d calls a minute are no rates, give at least 1", o.WriteRate, o.ReadRate)
	case o.ReleaseGrace < 0:
		return fmt.Errorf("--release-grace: %s lies in the past, give 0 or more", o.ReleaseGrace)
	case o.AuditInterval < time.Minute:
		return fmt.Errorf("--audit-interval: %s would use up the account's call rates, give at least 1m", o.AuditInterval)
	case o.CallTimeout <= 0:
		return fmt.Errorf("--call-timeout: %s is no time limit, give more than 0", o.CallTimeout)
	case o.LeaderElect && (o.LeaseDuration < shortestLease || o.LeaseDuration%time.Second != 0):
		return fmt.Errorf("--lease-duration: %s is not possible, give whole seconds and at least %s", o.LeaseDuration, shortestLease)
	case o.LeaderElect && o.CallTimeout >= o.LeaseDuration-o.renewDeadline():
		return fmt.Errorf("--call-timeout: %s is too long with --leader-elect: a call of a deposed leader must end before its successor starts, give less than %s",
			o.CallTimeout, o.LeaseDuration-o.renewDeadline())
	}
	return nil
}
