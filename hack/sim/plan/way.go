package plan

import "slices"

// Site is a kind of points at which a fault may act.
type Site string

// The sites.
const (
	Call  Site = "call"  // a call to the load balancer service
	Kube  Site = "kube"  // a write to the cluster
	Event Site = "event" // an event on its way to the controller's cache
)

// Way is what a fault does.
type Way string

// Ways at calls and at writes to the cluster. The effect is that of the call.
const (
	CrashBefore Way = "crash-before" // the controller dies, the call is not made
	CrashAfter  Way = "crash-after"  // the controller dies after the effect, before the answer
	CrashReply  Way = "crash-reply"  // the controller dies after the answer, before anything else
	ErrorBefore Way = "error-before" // an internal error of the server, without effect
	Lost        Way = "lost"         // the effect, and no answer
	Denied      Way = "denied"       // may not
)

// Ways at calls.
const (
	CrashStale  Way = "crash-stale" // dies after the effect; the next life reads the time before it for 30 s
	CrashLate   Way = "crash-late"  // dies while the call is under way; the effect lands 5 s later
	Unsent      Way = "unsent"      // no connection
	ErrorAfter  Way = "error-after" // the effect, and an internal error
	Late5s      Way = "late5s"      // no answer; the effect lands 5 s later
	Late15m     Way = "late15m"     // no answer; the effect lands 15 min later
	Throttle    Way = "throttle"    // too many calls
	Unavailable Way = "unavailable" // HTTP 503 without effect
	Busy        Way = "busy"        // the instance is being configured
	Quota       Way = "quota"       // a quota is used up
	Expired     Way = "expired"     // the token has expired
	Partial     Way = "partial"     // the first item of a batch has its effect, then an error
	Slow        Way = "slow"        // the effect, and an answer after the controller's patience
	Empty       Way = "empty"       // the effect, and an answer without fields
	Short       Way = "short"       // the effect, and half an answer
	Twice       Way = "twice"       // delivered twice; the first answer arrives
	TwiceLast   Way = "twice-last"  // delivered twice; the second answer arrives
	Stale1      Way = "stale1"      // the readings that follow at once do not see the effect
	Stale3s     Way = "stale3s"     // readings of the next 3 s do not see it
	Stale30s    Way = "stale30s"    // readings of the next 30 s do not see it
)

// Ways at writes to the cluster.
const (
	Refused Way = "conflict" // somebody else changed the object
)

// Ways at events.
const (
	Lag1   Way = "lag1"   // the kind's events stay away until the next event of any kind
	Lag3s  Way = "lag3s"  // they stay away for 3 s
	Lag30s Way = "lag30s" // they stay away for 30 s
	Merge  Way = "merge"  // the watch breaks; what happens to the object until its next event is seen as one, or none
	Travel Way = "travel" // the controller restarts, and its cache begins with the time before, for 30 s
)

// trait says to which points a way applies.
type trait struct {
	site    Site
	way     Way
	applies func(Point) bool
}

func all(Point) bool       { return true }
func writes(p Point) bool  { return p.Write }
func creates(p Point) bool { return p.Quota != "" }
func batches(p Point) bool { return p.Write && p.Items > 1 }

// traits are all ways in the order in which they are enumerated.
func traits() []trait {
	return []trait{
		{Call, CrashBefore, all},
		// A crash after a reading is one before whatever comes next.
		{Call, CrashAfter, writes},
		{Call, CrashReply, writes},
		{Call, CrashStale, writes},
		{Call, CrashLate, writes},
		{Call, Unsent, all},
		{Call, ErrorBefore, all},
		{Call, ErrorAfter, writes},
		{Call, Lost, writes},
		{Call, Late5s, writes},
		{Call, Late15m, writes},
		{Call, Throttle, all},
		{Call, Unavailable, all},
		{Call, Busy, writes},
		{Call, Quota, creates},
		{Call, Denied, all},
		{Call, Expired, all},
		{Call, Partial, batches},
		{Call, Slow, all},
		{Call, Empty, all},
		{Call, Short, all},
		{Call, Twice, writes},
		{Call, TwiceLast, all},
		{Call, Stale1, writes},
		{Call, Stale3s, writes},
		{Call, Stale30s, writes},
		{Kube, CrashBefore, all},
		{Kube, CrashAfter, all},
		{Kube, CrashReply, all},
		{Kube, ErrorBefore, all},
		{Kube, Lost, all},
		{Kube, Denied, all},
		{Kube, Refused, all},
		{Event, Lag1, all},
		{Event, Lag3s, all},
		{Event, Lag30s, all},
		{Event, Merge, all},
		{Event, Travel, all},
	}
}

// Ways are the ways of a site, in the order of enumeration.
func Ways(site Site) []Way {
	var list []Way
	for _, t := range traits() {
		if t.site == site {
			list = append(list, t.way)
		}
	}
	return list
}

// Crashes tells whether a way ends a life of the controller.
func (w Way) Crashes() bool {
	return slices.Contains([]Way{CrashBefore, CrashAfter, CrashReply, CrashStale, CrashLate, Travel}, w)
}
