package assignment

import (
	"context"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Activities take turns through a Temporal client.
type Activities struct {
	Client client.Client
}

// TakeTurn asks the pool's rotation for the next member.
func (a *Activities) TakeTurn(ctx context.Context, key effect.Key, req Request) (Turn, error) {
	panic("being written")
}
