package shopify

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// version is the API's version that is spoken.
const version = "2026-10"

// maxCost is what one operation may cost.
const maxCost = 1000

// extensions stand beside an answer.
type extensions struct {
	Cost cost `json:"cost"`
}

type cost struct {
	Requested int    `json:"requestedQueryCost"`
	Actual    *int   `json:"actualQueryCost"`
	Throttle  status `json:"throttleStatus"`
}

type status struct {
	Maximum   float64 `json:"maximumAvailable"`
	Available float64 `json:"currentlyAvailable"`
	Restore   float64 `json:"restoreRate"`
}

// refusal is an answer without data.
type refusal struct {
	Errors     gqlerror.List `json:"errors"`
	Extensions *extensions   `json:"extensions,omitempty"`
}

func refused(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// bucket is the limit: points that callers use up and that come back. A rate of 0 is no limit.
type bucket struct {
	mu   sync.Mutex
	rate float64
	used float64
	at   time.Time
}

// plusRate is what the plan "Plus" has, which stands beside the answers where there is no limit.
const plusRate = 1000

// burst is how many seconds' points can be used up at once.
const burst = 20

// take uses points up, or gives them back, and says how it stands. It takes none where there aren't enough.
func (b *bucket) take(points float64) (status, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rate == 0 {
		return status{burst * plusRate, burst * plusRate, plusRate}, true
	}
	now, most := time.Now(), burst*b.rate
	b.used = max(b.used-now.Sub(b.at).Seconds()*b.rate, 0)
	b.at = now
	enough := b.used+points <= most
	if enough {
		b.used = max(b.used+points, 0)
	}
	return status{most, math.Floor(most - b.used), b.rate}, enough
}

// Refuse answers as Shopify does when something is wrong with the request as such. What is throttled it answers with status 200,
// and says how many points are missing instead of how long to wait.
func Refuse(w http.ResponseWriter, code int) {
	switch code {
	case http.StatusTooManyRequests:
		seconds, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		w.Header().Del("Retry-After")
		missing := min(seconds*plusRate/10, maxCost)
		throttled(w, missing, status{burst * plusRate, 0, float64(missing) / float64(max(seconds, 1))})
	case http.StatusUnauthorized:
		wire.JSON(w, code, map[string]string{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
	default:
		text := map[int]string{http.StatusNotFound: "Not Found", http.StatusInternalServerError: "An unexpected error occurred"}[code]
		wire.JSON(w, code, map[string]string{"errors": cmp.Or(text, http.StatusText(code))})
	}
}

func throttled(w http.ResponseWriter, points int, s status) {
	e := refused("THROTTLED", "Throttled")
	e.Extensions["documentation"] = "https://shopify.dev/api/usage/rate-limits"
	wire.JSON(w, http.StatusOK, refusal{gqlerror.List{e}, &extensions{cost{Requested: points, Throttle: s}}})
}

// API serves the API, at /admin/api/2026-10/graphql.json, and gives the tokens for it, at /admin/oauth/access_token.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /admin/api/"+version+"/graphql.json", s.answer)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { Refuse(w, http.StatusNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/admin/oauth/access_token" {
			s.grant(w, r)
			return
		}
		if !s.admits(r.Header.Get("X-Shopify-Access-Token")) {
			Refuse(w, http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Shopify-API-Version", version)
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	var in gql.Request
	if err := wire.Read(r, &in, false); err != nil {
		wire.JSON(w, http.StatusBadRequest, map[string]any{"errors": map[string]string{"query": "Required parameter missing or invalid"}})
		return
	}
	op, errs := schema.Prepare(in)
	if errs != nil {
		wire.JSON(w, http.StatusOK, refusal{Errors: errs})
		return
	}
	points := op.Cost()
	if points > maxCost {
		e := refused("MAX_COST_EXCEEDED", "Query cost is "+strconv.Itoa(points)+", which exceeds the single query max cost limit ("+strconv.Itoa(maxCost)+").")
		wire.JSON(w, http.StatusOK, refusal{Errors: gqlerror.List{e}})
		return
	}
	state, enough := s.bucket.take(float64(points))
	if !enough {
		throttled(w, points, state)
		return
	}
	a := s.run(op)
	state, _ = s.bucket.take(float64(min(a.Cost, points) - points)) // what it could have cost more is given back
	wire.JSON(w, http.StatusOK, struct {
		gql.Answer
		Extensions extensions `json:"extensions"`
	}{a, extensions{cost{points, &a.Cost, state}}})
}

// run runs an operation while nobody else changes anything.
func (s *Server) run(op *gql.Operation) gql.Answer {
	s.mu.Lock()
	if err := s.expire(time.Now()); err != nil {
		s.mu.Unlock()
		return gql.Answer{Errors: gqlerror.List{refused("INTERNAL_SERVER_ERROR", err.Error())}}
	}
	if op.Writes() {
		defer s.mu.Unlock()
		return op.Run(s.mutations())
	}
	s.mu.Unlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return op.Run(s.queries())
}
