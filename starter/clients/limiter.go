package clients

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxClients is how many clients are remembered in each of a limiter's two generations: at some 150 bytes each, an attack from
// many addresses costs ten megabytes and no more.
const maxClients = 1 << 15

// Limiter counts what each client sends; the zero value is ready, and safe for concurrent use. The buckets are x/time/rate's; httprate, which is made for whole handlers, counts in
// windows and remembers any number of clients in each.
//
// A bucket that nobody has touched for a minute is full again, and forgetting it changes nothing. So there are two generations:
// each minute the older is dropped, and who comes again has moved to the younger. Only when more clients come in a minute than
// are remembered does the older go early; whoever was in it then starts afresh.
type Limiter struct {
	mu             sync.Mutex
	younger, older map[netip.Addr]*rate.Limiter
	began          time.Time // the younger one
}

// Take counts a request of a client, of whom so many may come a minute: that many at once, and then evenly. Where it is one too
// many it isn't counted, and Take answers with how long the client should wait; else with 0.
func (l *Limiter) Take(client netip.Addr, perMinute int, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.bucket(client, perMinute, now)
	turn := bucket.ReserveN(now, 1)
	wait = turn.DelayFrom(now)
	if wait > 0 {
		turn.CancelAt(now)
	}
	return wait
}

func (l *Limiter) bucket(client netip.Addr, perMinute int, now time.Time) *rate.Limiter {
	if l.younger == nil || len(l.younger) >= maxClients || now.Sub(l.began) >= time.Minute {
		l.younger, l.older, l.began = map[netip.Addr]*rate.Limiter{}, l.younger, now
	}
	bucket := l.younger[client]
	if bucket == nil {
		bucket = l.older[client]
	}
	limit := rate.Limit(float64(perMinute) / time.Minute.Seconds())
	switch {
	case bucket == nil:
		bucket = rate.NewLimiter(limit, perMinute)
	case bucket.Burst() != perMinute: // the configuration has changed
		bucket.SetLimitAt(now, limit)
		bucket.SetBurstAt(now, perMinute)
	}
	l.younger[client] = bucket
	return bucket
}
