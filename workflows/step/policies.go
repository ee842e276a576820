package step

import (
	"time"

	"go.temporal.io/sdk/temporal"
)

// Policy says how long a step may take and how often it is tried. Steps name one of the policies of this file; no other
// place sets a time-out or a retry policy, but for [Policy.Within].
type Policy struct {
	// LocalTry bounds the first try of a repeatable step as a local activity. It is well below Temporal's workflow task
	// time-out of ten seconds, so that a slow system never holds up the workflow task that tries it.
	LocalTry time.Duration
	// Attempt bounds one try as a regular activity; the adapters' HTTP clients give up sooner.
	Attempt time.Duration
	// Overall bounds all tries together; 0 tries for ever.
	Overall time.Duration
	// FirstPause, doubled after each try up to LongestPause, is the pause between tries; a vendor's Retry-After goes before.
	FirstPause, LongestPause time.Duration
}

// The policies.
var (
	// Inside is for what Throughline itself answers: the policy, the rotation. It can only fail while it is being deployed
	// or is broken, so it is tried for ever, and seen as pending meanwhile.
	Inside = Policy{
		LocalTry: 2 * time.Second, Attempt: 10 * time.Second,
		FirstPause: 200 * time.Millisecond, LongestPause: 30 * time.Second,
	}
	// System is for the records and effects in other companies' systems. After a day of failed tries, operations are asked.
	System = Policy{
		LocalTry: 3 * time.Second, Attempt: 30 * time.Second, Overall: 24 * time.Hour,
		FirstPause: time.Second, LongestPause: 5 * time.Minute,
	}
	// Talk is for telling people something. It is short, since what can't be said on one channel goes by the other.
	Talk = Policy{
		LocalTry: 3 * time.Second, Attempt: 15 * time.Second, Overall: 2 * time.Minute,
		FirstPause: time.Second, LongestPause: 20 * time.Second,
	}
)

// Within is the same policy with d as the bound on all tries together, for a step that is only worth waiting for so long.
func (p Policy) Within(d time.Duration) Policy {
	p.Overall = d
	p.Attempt = min(p.Attempt, d)
	p.LocalTry = min(p.LocalTry, d)
	return p
}

func (p Policy) retries() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: p.FirstPause, BackoffCoefficient: 2, MaximumInterval: p.LongestPause}
}
