package fakecloud

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Call is one entry of the journal. It never holds a secret: private keys appear as "sha256:...",
// signatures and tokens not at all.
type Call struct {
	Seq       int // from 1
	Time      time.Time
	Action    string
	Caller    string // access key id, or "" for Do
	Foreign   bool   // made through Do
	Params    Params // without those of the protocol, secrets replaced
	Resources []string
	Code      string // error code that was answered; "" for success
	Status    int
	Write     bool // the operation is a write
	Effect    bool // the state changed
	Lost      bool // the caller never saw the answer
	Late      bool // the effect of an earlier call landed
	RequestID string
}

type outcome struct {
	err    *Error
	code   string // of a call that never came to an answer
	ids    []string
	effect bool
	lost   bool
	late   bool
}

// Journal is a copy of every call so far, oldest first.
func (c *Cloud) Journal() []Call { return c.JournalSince(0) }

// JournalSince is a copy of the calls whose Seq is above seq.
func (c *Cloud) JournalSince(seq int) []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var calls []Call
	for _, call := range c.journal {
		if call.Seq > seq {
			call.Params = maps.Clone(call.Params)
			call.Resources = slices.Clone(call.Resources)
			calls = append(calls, call)
		}
	}
	return calls
}

// Seq is the number of the newest journal entry.
func (c *Cloud) Seq() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seq
}

// Writes counts the write calls that signed callers have made, refused ones included.
func (c *Cloud) Writes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writes
}

func (c *Cloud) reject(x *exchange, err *Error) *Error {
	c.record(x, outcome{err: err})
	return err
}

func (c *Cloud) record(x *exchange, out outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recordLocked(x, out)
}

// recordLocked writes the call down, and its request id into the error that answers it.
func (c *Cloud) recordLocked(x *exchange, out outcome) {
	c.seq++
	call := Call{
		Seq: c.seq, Time: c.opts.Now(), Action: x.action, Caller: x.caller, Foreign: x.foreign,
		Params: redact(x.params), Resources: out.ids, Code: out.code, Status: http.StatusOK,
		Write: x.op.write, Effect: out.effect, Lost: out.lost, Late: out.late, RequestID: x.requestID,
	}
	if out.err != nil {
		out.err.RequestID = x.requestID
		call.Code, call.Status = out.err.Code, out.err.Status
	}
	if call.Write && !x.foreign && !out.late {
		c.writes++
	}
	c.journal = append(c.journal, call)
	if limit := c.opts.JournalLimit; limit > 0 && len(c.journal) > 2*limit {
		c.journal = slices.Clone(c.journal[len(c.journal)-limit:])
	}
}

// redact drops what belongs to the protocol and hides what must not be kept. A value that holds a key
// under a wrong name is hidden as well.
func redact(p Params) Params {
	kept := Params{}
	common := commonWords()
	for name, value := range p {
		if slices.Contains(common, name) {
			continue
		}
		if name == "PrivateKey" || strings.Contains(value, "-----BEGIN") {
			sum := sha256.Sum256([]byte(value))
			value = "sha256:" + hex.EncodeToString(sum[:])
		}
		kept[name] = value
	}
	return kept
}
