package refund

import (
	"context"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// system names this package in faults.
const system = "refund"

// Activities assess returns and reckon refunds. They have no effect, so a repeat does no harm. The zero value is ready.
//
// What can't be reckoned with (amounts of two currencies, a line that the order doesn't have) is a final fault with the code INVALID,
// whose message names the field.
type Activities struct{}

// AssessReturn is [Assess].
func (*Activities) AssessReturn(_ context.Context, _ effect.Key, q Question) (Assessment, error) {
	a, err := Assess(q)
	if err != nil {
		return Assessment{}, fault.Final(system, "INVALID", err.Error()).Err()
	}
	return a, nil
}

// ReckonRefund is [Reckon].
func (*Activities) ReckonRefund(_ context.Context, _ effect.Key, b Bill) (Reckoned, error) {
	r, err := Reckon(b)
	if err != nil {
		return Reckoned{}, fault.Final(system, "INVALID", err.Error()).Err()
	}
	return r, nil
}
