package fakecloud

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// errLost is what the caller of a call sees whose answer never came.
var errLost = errors.New("connection lost before the answer came")

type object = map[string]any

// exchange is one call on its way through the pipeline: admit, throttle, wait, faults that
// keep the effect from happening, effect, faults that follow it, answer.
type exchange struct {
	action    string
	params    Params
	caller    string
	foreign   bool
	op        operation
	requestID string
	fault     Fault
}

// txn is what a handler works on. A handler checks everything before it changes anything, so an error
// answer leaves no trace; batches that a fault cuts are the exception.
type txn struct {
	c   *Cloud
	st  *state
	p   Params
	op  operation
	now time.Time
	ids []string // resources touched, for the journal
	cut int      // items of a batch that a fault lets through; 0: all

	partly bool // an error answer leaves a part of the change behind
}

func (t *txn) touch(ids ...string) { t.ids = append(t.ids, ids...) }

// batch says how many of n items to handle and what to answer afterwards.
func (t *txn) batch(n int) (int, *Error) {
	if t.cut == 0 || t.cut >= n {
		return n, nil
	}
	t.partly = true
	return t.cut, refuse("InternalError", "The request processing has failed after %d of %d items.", t.cut, n)
}

// run takes an admitted call to its answer. The error is an *Error, errLost or the context's.
func (c *Cloud) run(ctx context.Context, x *exchange) (object, error) {
	if err := pause(ctx, x.fault.Latency); err != nil {
		c.record(x, outcome{code: "CallerGone"})
		return nil, err
	}
	if x.fault.CrashBefore != nil {
		c.record(x, outcome{code: "CallerCrashed"})
		x.fault.CrashBefore()
		return nil, errLost
	}
	if x.fault.Before != "" {
		return nil, c.reject(x, x.fault.error(x.fault.Before))
	}
	answer, err := c.apply(x)
	if x.fault.CrashAfter != nil {
		x.fault.CrashAfter()
	}
	if gone := pause(ctx, x.fault.ReplyLatency); gone != nil {
		return nil, gone
	}
	if x.fault.LoseReply || x.fault.Late > 0 {
		return nil, errLost
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// pause waits on the clock of the process, which in a synctest bubble costs nothing.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d) //nolint:forbidigo // latency is time of the process, not of the account
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// apply runs the effect, or notes it for later, and writes the journal.
func (c *Cloud) apply(x *exchange) (object, *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	if x.fault.Late > 0 {
		c.postpone(x, now)
		return nil, nil
	}
	answer, out := c.execute(x, now)
	if out.err == nil && x.fault.After != "" {
		out.err = x.fault.error(x.fault.After)
	}
	out.lost = x.fault.LoseReply
	c.recordLocked(x, out)
	return c.withRequestID(answer, x), out.err
}

func (c *Cloud) withRequestID(answer object, x *exchange) object {
	signed := object{"RequestId": x.requestID}
	maps.Copy(signed, answer)
	return signed
}

// execute runs the handler on the truth, or for a read on a stale view.
func (c *Cloud) execute(x *exchange, now time.Time) (object, outcome) {
	if err := c.validate(x); err != nil {
		return nil, outcome{err: err}
	}
	t := &txn{c: c, st: c.st, p: x.params, op: x.op, now: now, cut: x.fault.Partial}
	if !x.op.write {
		if old := c.stale.at(x.action, now); old != nil {
			t.st = old
		}
	} else if x.fault.Stale > 0 {
		c.stale = staleView{st: c.st.clone(), until: now.Add(x.fault.Stale), actions: x.fault.StaleReads}
	}
	answer, err := x.op.run(t)
	slices.Sort(t.ids)
	out := outcome{err: err, ids: slices.Compact(t.ids), effect: x.op.write && (err == nil || t.partly)}
	if out.effect {
		c.touch(now)
	}
	return answer, out
}

func (c *Cloud) validate(x *exchange) *Error {
	if region := x.params["RegionId"]; region != "" && region != c.opts.Region {
		return refuse("InvalidRegionId.NotFound", "The specified region %q does not exist.", region)
	}
	p := x.params
	if p["RegionId"] == "" && x.foreign {
		p = maps.Clone(p)
		p["RegionId"] = c.opts.Region
	}
	return c.valid.check(x.action, p)
}

// postpone keeps the effect for later. A ClientToken counts as being processed until then.
func (c *Cloud) postpone(x *exchange, now time.Time) {
	if token := x.params["ClientToken"]; token != "" {
		if _, used := c.st.tokens[token]; !used {
			c.st.tokens[token] = tokenUse{params: tokenText(x.params), pending: true}
		}
	}
	effect := lateEffect{due: now.Add(x.fault.Late), x: x}
	c.late = append(c.late, effect)
	slices.SortStableFunc(c.late, func(a, b lateEffect) int { return a.due.Compare(b.due) })
	c.recordLocked(x, outcome{lost: true})
	c.arm(now)
}

func (c *Cloud) land(effect lateEffect, now time.Time) {
	if token := effect.x.params["ClientToken"]; token != "" && c.st.tokens[token].pending {
		delete(c.st.tokens, token)
	}
	_, out := c.execute(effect.x, now)
	out.late = true
	c.recordLocked(effect.x, out)
}

// tokenText is what has to be equal for two calls with one ClientToken to be the same call.
func tokenText(p Params) string {
	var b strings.Builder
	common := commonWords()
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if name == "RegionId" || !slices.Contains(common, name) {
			b.WriteString(name + "=" + p[name] + "\n")
		}
	}
	return b.String()
}
