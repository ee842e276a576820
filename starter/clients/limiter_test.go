package clients

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALimitThatChangesHoldsForThoseWhoAreCountedAlready(t *testing.T) {
	var l Limiter
	client, now := netip.MustParseAddr("203.0.113.9"), time.Unix(1_772_366_400, 0)
	for range 60 {
		require.Zero(t, l.Take(client, 60, now))
	}
	assert.Equal(t, time.Second, l.Take(client, 60, now))
	assert.Equal(t, 10*time.Second, l.Take(client, 6, now))
	assert.Zero(t, l.Take(client, 6, now.Add(10*time.Second)))
}

func TestACountOutlivesTheMinuteInWhichItBegan(t *testing.T) {
	var l Limiter
	client, now := netip.MustParseAddr("203.0.113.9"), time.Unix(1_772_366_400, 0)
	taken := 0
	for second := range 601 {
		if l.Take(client, 6, now.Add(time.Duration(second)*time.Second)) == 0 {
			taken++
		}
	}
	assert.Equal(t, 6+60, taken, "six at once, and one each ten seconds for ten minutes")
}

func TestManyClientsCostALimitedAmountOfMemory(t *testing.T) {
	var l Limiter
	now := time.Unix(1_772_366_400, 0)
	var address [4]byte
	for i := range uint32(2*maxClients + 1) {
		binary.BigEndian.PutUint32(address[:], i)
		l.Take(netip.AddrFrom4(address), 1, now)
	}
	assert.LessOrEqual(t, len(l.younger), maxClients)
	assert.LessOrEqual(t, len(l.older), maxClients)
	assert.NotZero(t, l.Take(netip.AddrFrom4(address), 1, now), "the latest are remembered")
}

func TestManyRequestsAtOnceAreCountedRight(t *testing.T) {
	var l Limiter
	now := time.Now()
	taken := make(chan bool, 64)
	for range cap(taken) {
		go func() { taken <- l.Take(netip.MustParseAddr("203.0.113.9"), 10, now) == 0 }()
	}
	n := 0
	for range cap(taken) {
		if <-taken {
			n++
		}
	}
	assert.Equal(t, 10, n)
}
