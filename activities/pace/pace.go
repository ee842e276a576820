// Package pace keeps the requests to a vendor's API below its rate, before the vendor has to refuse any.
//
// A [Pacer] is one process's share of a rate that several processes have together. It works on the requests themselves, as an
// http.RoundTripper below the adapters, since one step sends several of them, and since a step that is tried as a local activity
// passes no queue of Temporal's that could count it. A request that comes too soon waits its turn where that is near. Otherwise it is
// answered in the vendor's place, and in the way in which vendors say it (429 with Retry-After): the adapters know what to do with that,
// and Temporal waits rather than a goroutine that would be lost with its process.
package pace

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many requests a vendor takes in any stretch of time as long as Per. The zero value is no limit.
type Rate struct {
	Requests int
	Per      time.Duration
}

// rounding keeps the last request that just doesn't belong into a stretch of time out of it, where a nanosecond is rounded off.
const rounding = 1e-6

// Pacer spaces one process's requests to one system. Its zero value lets everything pass until [Pacer.Set]. It is safe for concurrent
// use.
type Pacer struct {
	mu     sync.Mutex
	bucket *rate.Limiter // nil for no limit
}

// Set says how much the process may send from now on: that share of a rate, more than 0 and at most 1.
//
// A tenth of it may be sent at once. The rest is spread so that no stretch of r.Per sees more than the share, wherever it begins: a bucket
// of b requests that fills with f of them in r.Per lets b-1+f through. Where the share is less than one request in r.Per, that holds for the
// time in which it is one.
func (p *Pacer) Set(r Rate, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Requests <= 0 {
		p.bucket = nil
		return
	}
	most := float64(r.Requests) * share
	if most > 1 {
		most = math.Floor(most + rounding)
	}
	burst := max(1, int(most/10))
	fill := rate.Limit((most - float64(burst-1)) / r.Per.Seconds() * (1 - rounding))
	now := time.Now()
	if p.bucket == nil {
		p.bucket = rate.NewLimiter(fill, burst)
		return
	}
	p.bucket.SetLimitAt(now, fill)
	p.bucket.SetBurstAt(now, burst)
}

// turn takes the next turn, and says how long it is until then; where that is longer than patience, it takes none.
func (p *Pacer) turn(now time.Time, patience time.Duration) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bucket == nil {
		return 0, true
	}
	turn := p.bucket.ReserveN(now, 1)
	if wait = turn.DelayFrom(now); wait > patience {
		turn.CancelAt(now)
		return wait, false
	}
	return wait, true
}
