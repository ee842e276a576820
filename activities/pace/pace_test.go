package pace

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// most is the largest number of times that lie within one stretch of time, the end of which isn't part of it.
func most(times []time.Time, per time.Duration) (largest int) {
	slices.SortFunc(times, time.Time.Compare)
	first := 0
	for i, t := range times {
		for !times[first].After(t.Add(-per)) {
			first++
		}
		largest = max(largest, i-first+1)
	}
	return largest
}

// However the requests of several processes come, and however their shares change, what they send together in any stretch of time is at
// most the rate.
func TestNoStretchOfTimeSeesMoreThanTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		processes := rapid.IntRange(1, 4).Draw(t, "processes")
		r := Rate{
			Requests: rapid.IntRange(processes, 200).Draw(t, "requests"),
			Per:      time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds")) * time.Second,
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var sent []time.Time
		for range processes {
			var p Pacer
			p.Set(r, 1/float64(processes))
			now := time.Unix(1_000_000, 0)
			for i := range 3 * r.Requests {
				now = now.Add(time.Duration(random.Int64N(int64(2*r.Per) / int64(r.Requests)))) // more than it may be, in bursts
				if i%r.Requests == 0 {
					now = now.Add(r.Per)
				}
				if i%7 == 0 { // the share changes, and comes back
					p.Set(r, (0.1+0.9*random.Float64())/float64(processes))
				} else if i%7 == 3 {
					p.Set(r, 1/float64(processes))
				}
				if wait, ok := p.turn(now, r.Per/4); ok {
					sent = append(sent, now.Add(wait))
				}
			}
		}
		require.LessOrEqual(t, most(sent, r.Per), r.Requests)
	})
}

// Nothing is given away either: a process that always has something to send gets most of its share.
func TestWhoeverHasMuchToSendGetsTheirShare(t *testing.T) {
	for _, requests := range []int{1, 10, 100, 1000} {
		var p Pacer
		p.Set(Rate{requests, time.Minute}, 1)
		now, sent := time.Now(), 0
		for ok := true; ok; sent++ {
			_, ok = p.turn(now, 10*time.Minute)
		}
		require.GreaterOrEqual(t, sent, requests*9, "%d a minute, in ten", requests)
	}
}

func TestAChangedRateIsInForceAtOnce(t *testing.T) {
	var p Pacer
	now := time.Now().Add(time.Second)
	for range 1000 {
		wait, ok := p.turn(now, 0)
		require.True(t, ok)
		require.Zero(t, wait, "there is no limit yet")
	}
	p.Set(Rate{60, time.Minute}, 0.5)
	now = now.Add(time.Hour)
	for range 3 {
		_, ok := p.turn(now, 0)
		require.True(t, ok, "a tenth of the share may come at once")
	}
	wait, ok := p.turn(now, 0)
	require.False(t, ok)
	require.InDelta(t, 60./28, wait.Seconds(), 0.01)
	p.Set(Rate{}, 1)
	_, ok = p.turn(now, 0)
	require.True(t, ok)
}
