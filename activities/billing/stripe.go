package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names Stripe in faults.
const system = "stripe"

// client makes a client of Stripe's SDK that tries nothing again by itself, since Temporal does, logs nothing, since it would log
// bodies, and tells Stripe nothing about how it is used.
func client(o Options) *stripe.Client {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	config := &stripe.BackendConfig{
		HTTPClient: o.HTTP, MaxNetworkRetries: stripe.Int64(0), EnableTelemetry: stripe.Bool(false),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	}
	if base, err := url.Parse(o.URL); err == nil && o.URL != "" {
		// The SDK takes a host, but no path before its own: that one is put in on the way.
		if path := strings.TrimSuffix(base.Path, "/"); path != "" {
			inner := *o.HTTP
			inner.Transport = below{path, o.HTTP.Transport}
			config.HTTPClient, base.Path = &inner, ""
		}
		config.URL = stripe.String(base.String())
	}
	return stripe.NewClient(o.Key, stripe.WithBackends(&stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, config)}))
}

// below sends requests to what is below a path of the host.
type below struct {
	path string
	next http.RoundTripper
}

func (b below) RoundTrip(r *http.Request) (*http.Response, error) {
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = b.path+r.URL.Path, ""
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(inner)
}

// maxRounds bounds how often a call is made under new idempotency keys, each of which needs a failure of Stripe's own that was
// stored, or a person who deletes what was made.
const maxRounds = 10

// step is a call that is to happen once.
//
// Stripe stores the first answer to an idempotency key for at least 24 hours, a failure of its own (500) included, and gives it
// to everybody who shows the key again with the same parameters, marked as a replay
// (https://docs.stripe.com/api/idempotent_requests). So two attempts at once are one call. But a stored failure would never pass,
// something made and deleted since would never be made again, and after a day nothing is remembered at all. Therefore a
// look-up comes before the call where an earlier one may be that long ago, and wherever a stored answer was given; where the
// look-up finds nothing, the call is made once more under the next key of a series that is the same for every attempt.
type step[T any] struct {
	// name tells the step from others under the same effect; it may hold what the step is about.
	name string
	// first is whether to look up before the first call.
	first bool
	// look finds what the call makes; nil where it isn't there.
	look func(context.Context) (*T, error)
	// call makes it.
	call func(context.Context, stripe.Params) (*T, *stripe.APIResponse, error)
	// removable is whether what was made can be deleted since, so that a stored success says nothing of what there is now.
	removable bool
}

// do does a step. The seed is the same for every attempt at the same effect.
func (s step[T]) do(ctx context.Context, seed string) (*T, error) {
	for round := range maxRounds {
		if s.first || round > 0 {
			if found, err := s.look(ctx); err != nil || found != nil {
				return found, err
			}
		}
		made, answer, err := s.call(ctx, stripe.Params{IdempotencyKey: stripe.String(idempotencyKey(seed, s.name, round))})
		var failed *stripe.Error
		if errors.As(err, &failed) {
			answer = failed.LastResponse
		}
		switch {
		case err == nil && !(stored(answer) && s.removable):
			return made, nil
		case err == nil, stored(answer) && failed != nil && failed.HTTPStatusCode >= http.StatusInternalServerError:
		default:
			return nil, toFault(err)
		}
	}
	return nil, fault.Unreachable(system, fmt.Sprintf("%s: nothing came of %d calls", s.name, maxRounds)).Err()
}

// stored reports whether an answer is one that Stripe had stored.
func stored(answer *stripe.APIResponse) bool {
	return answer != nil && answer.Header.Get("Idempotent-Replayed") == "true"
}

// idempotencyKey is a digest: a workflow's ID says nothing to Stripe, and keys have a longest length.
func idempotencyKey(seed, name string, round int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", seed, name, round))
	return "throughline-" + hex.EncodeToString(sum[:])
}

// toFault classifies an error of Stripe's SDK.
func toFault(err error) error {
	if _, ok := fault.From(err); ok || err == nil {
		return err
	}
	var said *stripe.Error
	if !errors.As(err, &said) || said.HTTPStatusCode == 0 {
		return fault.Unreachable(system, cause(err).Error()).Err()
	}
	code := string(said.Code)
	if code == "" {
		code = string(said.Type)
	}
	message := said.Msg
	if said.Param != "" {
		message = said.Param + ": " + message
	}
	if said.RequestID != "" {
		message += " (request " + said.RequestID + ")"
	}
	if said.HTTPStatusCode == http.StatusConflict {
		// Another attempt with the same key is under way. It is over in seconds.
		f := fault.Unreachable(system, message)
		f.Status, f.Code = said.HTTPStatusCode, code
		return f.Err()
	}
	var pause time.Duration
	if said.LastResponse != nil {
		pause = fault.RetryAfter(said.LastResponse.Header, time.Now())
	}
	return fault.OfStatus(system, said.HTTPStatusCode, pause, code, message).Err()
}

// cause is an error of http.Client without the address, whose query can hold an e-mail address.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
