package commerce

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/throughline-dev/throughline/activities/fault"
)

// maxFailed is how many idempotency keys are gone through whose requests have failed; an operator tries again less often.
const maxFailed = 20

// once sends a mutation with an idempotency key, by which Shopify answers a repeat with what it answered first. read, where it isn't
// nil, gets the answer.
//
// Shopify spends a key on a request that failed, too, and asks for another one. That the earlier request failed is then known for
// sure, so the next key of the same row is taken: every attempt at this effect goes through the same row.
func (a *Activities) once(ctx context.Context, mutation, name string, input map[string]any, read func(payload)) error {
	for n := range maxFailed {
		got, err := a.change(ctx, mutation, map[string]any{"input": input, "key": idempotencyKey(name, n)})
		if f, ok := fault.From(err); ok && f.Code == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" {
			continue
		}
		if err == nil && read != nil {
			read(got)
		}
		return err
	}
	return fault.Final(system, "failed_too_often", fmt.Sprintf("%d attempts at it have failed", maxFailed)).Err()
}

// idempotencyKey is a UUID, as Shopify recommends one, made of an effect's name.
func idempotencyKey(name string, n int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "throughline/%s#%d", name, n)).String()
}

// sorted are a map's keys in an order that every attempt has.
func sorted(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
