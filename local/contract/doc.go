// Package contract holds the requests that the Stripe adapter really sends, and the answers that the sandbox's Stripe really gives,
// against Stripe's own description, which comes with stripe-mock. It holds nothing but tests, and is part of this module since
// stripe-mock must be no part of the other one.
//
// What stripe-mock can't show, since it keeps nothing and ignores idempotency keys, is shown by the sandbox's own tests.
package contract
