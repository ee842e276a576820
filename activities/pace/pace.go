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
)

// Rate is how many requests a vendor takes in any stretch of time as long as Per. The zero value is no limit.
type Rate struct {
	Requests int
	Per      time.Duration
}

// Pacer spaces one process's requests to one system. Its zero value lets everything pass until [Pacer.Set]. It is safe for concurrent
// use.
//
// It is golang.org/x/time/rate's bucket told as times instead of tokens (the "generic cell rate algorithm" of telephone exchanges), since
// a share changes while requests wait for turns that they have been given: a debt of tokens is paid sooner at a higher rate, and others
// would be sent between those turns; a time stays what it is.
type Pacer struct {
	mu    sync.Mutex
	every time.Duration // between two requests; 0 for no limit
	ahead time.Duration // by how much requests may be ahead of that after a pause
	next  time.Time     // when the next one could be sent, if none were ahead
}

// Set says how much the process may send from now on: that share of a rate, more than 0 and at most 1.
//
// A tenth of it may be sent at once after a pause. The rest is spread so that no stretch of r.Per sees more than the share, wherever it
// begins: where b may be sent at once, and f more follow evenly in r.Per, it sees b-1+f. Where the share is less than one request in
// r.Per, that holds for the time in which it is one.
func (p *Pacer) Set(r Rate, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Requests <= 0 {
		p.every, p.ahead = 0, 0
		return
	}
	most := float64(r.Requests) * share
	if most > 1 {
		most = math.Floor(most + 1e-9) // a third of 30 is ten
	}
	atOnce := max(1, math.Floor(most/10))
	p.every = time.Duration(math.Ceil(float64(r.Per) / (most - atOnce + 1)))
	p.ahead = time.Duration(atOnce-1) * p.every
}

// turn takes the next turn, and says how long it is until then; where that is longer than patience, it takes none.
func (p *Pacer) turn(now time.Time, patience time.Duration) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.every == 0 {
		return 0, true
	}
	if wait = max(0, p.next.Sub(now)); wait > patience {
		return wait, false
	}
	if least := now.Add(-p.ahead); p.next.Before(least) {
		p.next = least
	}
	p.next = p.next.Add(p.every)
	return wait, true
}
