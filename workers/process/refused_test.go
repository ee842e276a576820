package process

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/pace"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/config"
)

// made is the one of its type among activities.
func made[T any](t *testing.T, all []any) T {
	for _, a := range all {
		if one, ok := a.(T); ok {
			return one
		}
	}
	require.Fail(t, "there is none")
	panic("unreachable")
}

// Whichever library an adapter sends its requests by, it takes a request that would be too much for what it is: to be tried again, after
// the pause that makes room.
func TestEveryAdapterTriesAgainWhenTheRateAllowsIt(t *testing.T) {
	o := Options{Live: live(t, ""), Logger: slog.New(slog.DiscardHandler)}
	for _, rate := range o.Live.Config().Systems.Rates() {
		*rate = config.Rate{Requests: 1, Per: policy.Duration{Duration: time.Minute}}
	}
	r := newRates(o)
	r.set(1)
	for key := range r.pacers { // somebody else has sent the one
		resp, err := r.pacers[key].Client(&http.Client{Transport: sender(func() {})}).Get("http://vendor.example")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	a := newAdapters(o, r)
	common, err := a.common()
	require.NoError(t, err)
	ctx, key := pace.Try(t.Context(), false), effect.Key{ID: "lead-x/step"}
	for system, call := range map[string]func(context.Context) error{
		"hubspot": func(ctx context.Context) error {
			_, err := made[*crm.Activities](t, common).ReadTicket(ctx, key, crm.TicketQuery{Ticket: "1"})
			return err
		},
		"slack": func(ctx context.Context) error {
			_, err := made[*slack.Activities](t, common).AnswerPrivately(ctx, key, slack.PrivateAnswer{Channel: "C0OPSDESK", User: "U0MARIA01", Text: "Hello."})
			return err
		},
		"sendgrid": func(ctx context.Context) error {
			_, err := made[*email.Activities](t, common).SendEmail(ctx, key, email.Message{
				To: email.Address{Email: "ada@contoso.example"}, Template: "return_answer",
				Data: map[string]string{
					"number": "R-1", "customer_name": "", "answer": "Yes.", "until": "", "company": "Contoso", "order": "",
				},
			})
			return err
		},
		"peopledatalabs": func(ctx context.Context) error {
			_, err := a.enrich().(*enrich.Activities).EnrichCompany(ctx, key, enrich.Query{Domain: "contoso.example"})
			return err
		},
		"stripe": func(ctx context.Context) error {
			_, err := a.billing().(*billing.Activities).ReadRefund(ctx, key, billing.RepaymentRef{ID: "re_1"})
			return err
		},
	} {
		f, ok := fault.From(call(ctx))
		if assert.True(t, ok, system) {
			assert.Equal(t, fault.ClassThrottled, f.Class, "%s: %+v", system, f)
			assert.InDelta(t, 60, f.RetryAfter.Seconds(), 2, "%s: %+v", system, f)
		}
	}
}
