package process

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throughline-dev/throughline/activities/pace"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
)

// cluster is a Temporal that knows who asks it for activities, each at one of a queue's two partitions.
type cluster struct {
	workflowservice.WorkflowServiceClient
	mu      sync.Mutex
	workers []string
	away    bool
}

func (c *cluster) join(identity string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.workers = append(c.workers, identity)
}

func (c *cluster) leave(identity string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.workers = slices.DeleteFunc(c.workers, func(w string) bool { return w == identity })
}

func (c *cluster) ListTaskQueuePartitions(
	_ context.Context, r *workflowservice.ListTaskQueuePartitionsRequest, _ ...grpc.CallOption,
) (*workflowservice.ListTaskQueuePartitionsResponse, error) {
	if c.away {
		return nil, errors.New("connection refused")
	}
	name := r.GetTaskQueue().GetName()
	return &workflowservice.ListTaskQueuePartitionsResponse{
		ActivityTaskQueuePartitions: []*taskqueuepb.TaskQueuePartitionMetadata{{Key: name}, {Key: "/_sys/" + name + "/1"}},
	}, nil
}

func (c *cluster) DescribeTaskQueue(
	_ context.Context, r *workflowservice.DescribeTaskQueueRequest, _ ...grpc.CallOption,
) (*workflowservice.DescribeTaskQueueResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := &workflowservice.DescribeTaskQueueResponse{}
	for i, w := range c.workers {
		if key := r.GetTaskQueue().GetName(); (i%2 == 1) == (key == "/_sys/lead/1") && (key == "lead" || key == "/_sys/lead/1") {
			d.Pollers = append(d.Pollers, &taskqueuepb.PollerInfo{Identity: w, LastAccessTime: timestamppb.Now()})
		}
	}
	return d, nil
}

// reached is a client of a cluster.
type reached struct {
	client.Client
	cluster *cluster
}

func (r reached) WorkflowService() workflowservice.WorkflowServiceClient { return r.cluster }

// vendor notes who sends it something, and when.
type vendor struct {
	mu   sync.Mutex
	sent []request
}

type request struct {
	at time.Time
	by string
}

func (v *vendor) from(identity string) http.RoundTripper {
	return sender(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.sent = append(v.sent, request{time.Now(), identity})
	})
}

type sender func()

func (s sender) RoundTrip(*http.Request) (*http.Response, error) {
	s()
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// most is the largest number of requests within one stretch of time.
func (v *vendor) most(per time.Duration) (largest int) {
	slices.SortFunc(v.sent, func(a, b request) int { return a.at.Compare(b.at) })
	first := 0
	for i, r := range v.sent {
		for !v.sent[first].at.After(r.at.Add(-per)) {
			first++
		}
		largest = max(largest, i-first+1)
	}
	return largest
}

// by counts what somebody sent between two times.
func (v *vendor) by(identity string, from, to time.Time) (n int) {
	for _, r := range v.sent {
		if r.by == identity && !r.at.Before(from) && r.at.Before(to) {
			n++
		}
	}
	return n
}

func rated(t *testing.T, c *cluster, requests int, per time.Duration) *rates {
	conf := *live(t, "").Config()
	conf.Systems.HubSpot.Rate = config.Rate{Requests: requests, Per: policy.Duration{Duration: per}}
	return newRates(Options{Client: reached{cluster: c}, Live: config.NewLive(&conf), Logger: slog.New(slog.DiscardHandler)})
}

// Two processes that always have something to send, a third one that joins them, and one that leaves. The time is made up.
func TestProcessesTogetherNeverSendMoreThanTheRate(t *testing.T) {
	for _, rate := range []struct {
		requests int
		per      time.Duration
	}{{100, 10 * time.Second}, {50, time.Minute}, {25, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			c, v, began := &cluster{}, &vendor{}, time.Now()
			start := func(identity string) (stop func()) {
				r := rated(t, c, rate.requests, rate.per)
				ctx, cancel := context.WithCancel(t.Context())
				c.join(identity)
				go r.keep(ctx)
				outward := r.client("hubspot", &http.Client{Transport: v.from(identity), Timeout: 20 * time.Second})
				for range 5 { // activities at once
					go func() {
						for ctx.Err() == nil {
							req, _ := http.NewRequestWithContext(pace.Try(ctx, false), http.MethodGet, "http://vendor.example", http.NoBody)
							resp, err := outward.Do(req)
							if err != nil {
								return // the process has stopped
							}
							_ = resp.Body.Close()
							if resp.StatusCode == http.StatusTooManyRequests {
								time.Sleep(time.Second) // Temporal tries again later
							}
						}
					}()
				}
				return func() { cancel(); c.leave(identity) }
			}
			a, b := start("a"), start("b")
			time.Sleep(5 * time.Minute)
			third := start("c")
			time.Sleep(5 * time.Minute)
			a()
			time.Sleep(10 * time.Minute)
			b()
			third()
			time.Sleep(time.Minute) // until all have noticed

			assert.LessOrEqual(t, v.most(rate.per), rate.requests, "%d in %s", rate.requests, rate.per)
			share := func(identity string, from, to time.Duration) float64 {
				whole := float64(rate.requests) * float64(to-from) / float64(rate.per)
				return float64(v.by(identity, began.Add(from), began.Add(to))) / whole
			}
			const within = 0.07
			assert.InDelta(t, 0.45, share("a", time.Minute, 5*time.Minute), within, "nine tenths by two")
			assert.InDelta(t, 0.45, share("b", time.Minute, 5*time.Minute), within)
			for _, one := range []string{"a", "b", "c"} {
				assert.InDelta(t, 0.3, share(one, 6*time.Minute, 10*time.Minute), within, "by three")
			}
			assert.InDelta(t, 0.45, share("c", 13*time.Minute, 20*time.Minute), within, "and by two again, once one is gone")
		})
	}
}

func TestAProcessThatIsAloneHasItsShareAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{}
		r := rated(t, c, 100, 10*time.Second)
		c.join("a")
		r.began = time.Now()
		r.look(t.Context(), time.Now())
		assert.InDelta(t, 0.9, r.share, 1e-9)

		// A second one is new for half a minute, in which the first one makes room.
		c.join("b")
		second := rated(t, c, 100, 10*time.Second)
		second.began = time.Now()
		second.look(t.Context(), time.Now())
		assert.InDelta(t, 0.05, second.share, 1e-9)
		time.Sleep(settlesAfter)
		r.look(t.Context(), time.Now())
		second.look(t.Context(), time.Now())
		assert.InDelta(t, 0.45, r.share, 1e-9)
		assert.InDelta(t, 0.45, second.share, 1e-9)

		// A Temporal that is away changes nothing, nor does one that has just restarted and knows nobody.
		c.away = true
		r.look(t.Context(), time.Now())
		assert.InDelta(t, 0.45, r.share, 1e-9)
		c.away = false
		c.leave("a")
		c.leave("b")
		r.look(t.Context(), time.Now())
		assert.InDelta(t, 0.45, r.share, 1e-9)
		time.Sleep(goneAfter + time.Second)
		r.look(t.Context(), time.Now())
		assert.InDelta(t, 0.9, r.share, 1e-9)
	})
}

// HubSpot takes five searches a second in an account, whatever else it takes: they wait, while there is room for everything else.
func TestHubSpotsSearchesHaveARateOfTheirOwn(t *testing.T) {
	const search, other = "/crm/v3/objects/companies/search", "/crm/v3/objects/contacts/1"
	synctest.Test(t, func(t *testing.T) {
		conf := *live(t, "").Config()
		require.Equal(t, config.Rate{Requests: 5, Per: policy.Duration{Duration: time.Second}}, conf.Systems.HubSpot.SearchRate)
		r := newRates(Options{Client: reached{cluster: &cluster{}}, Live: config.NewLive(&conf), Logger: slog.New(slog.DiscardHandler)})
		r.set(1 - forNewcomers)
		searches, all := &vendor{}, &vendor{}
		outward := r.client("hubspot", &http.Client{Transport: byPath{search, searches.from("search"), all.from("all")}, Timeout: 20 * time.Second})
		send := func(ctx context.Context, method, path string) (status int, took time.Duration) {
			began := time.Now()
			req, err := http.NewRequestWithContext(pace.Try(ctx, false), method, "http://vendor.example/prefix"+path, http.NoBody)
			if err != nil {
				return 0, 0
			}
			resp, err := outward.Do(req)
			if err != nil {
				return 0, 0
			}
			_ = resp.Body.Close()
			return resp.StatusCode, time.Since(began)
		}
		var busy sync.WaitGroup
		for range 20 { // activities that always have something to look for
			busy.Go(func() {
				for range 20 {
					if status, _ := send(t.Context(), http.MethodPost, search); status == http.StatusTooManyRequests {
						time.Sleep(time.Second) // Temporal tries again later
					}
				}
			})
		}
		for range 5 {
			busy.Go(func() {
				for range 40 {
					status, took := send(t.Context(), http.MethodGet, other)
					assert.Equal(t, http.StatusOK, status)
					assert.LessOrEqual(t, took, time.Second, "what is no search waits for no search's turn")
					time.Sleep(1300 * time.Millisecond)
				}
			})
		}
		busy.Wait()
		assert.Equal(t, 5*40+len(searches.sent), len(all.sent), "searches count as requests, too")
		assert.Greater(t, len(searches.sent), 100)
		assert.LessOrEqual(t, searches.most(time.Second), 5)
		assert.GreaterOrEqual(t, searches.most(time.Second), 4)
		assert.LessOrEqual(t, all.most(10*time.Second), 100)
	})
}

// byPath sends all requests by one, and those whose path ends in the path by the other before.
type byPath struct {
	path       string
	these, all http.RoundTripper
}

func (b byPath) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, b.path) {
		_, _ = b.these.RoundTrip(r)
	}
	return b.all.RoundTrip(r)
}

func TestARateThatChangesInTheHandbookIsInForceAtTheNextLook(t *testing.T) {
	r := rated(t, &cluster{}, 100, 10*time.Second)
	conf := *r.live.Config()
	conf.Systems.HubSpot.Rate = config.Rate{}
	r.live.Replace(&conf)
	r.look(t.Context(), time.Now())
	v := &vendor{}
	outward := r.client("hubspot", &http.Client{Transport: v.from("a")})
	for range 200 {
		req, err := http.NewRequestWithContext(pace.Try(t.Context(), true), http.MethodGet, "http://vendor.example", http.NoBody)
		require.NoError(t, err)
		resp, err := outward.Do(req)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
}
