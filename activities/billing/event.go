package billing

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"
)

// ErrForged is the error of an event that isn't signed with any of the secrets, or was signed more than five minutes ago.
var ErrForged = errors.New("the event isn't signed by Stripe")

// Event is news from Stripe.
type Event struct {
	ID   string // "evt_…"
	Type string // "refund.updated"
	// Refund is the ID of the refund that it is about; "" for an event about anything else.
	Refund string
	// Case is the workflow that has asked for the refund; "" for a refund that isn't ours.
	Case string
}

// refundEvents are the events about a refund. Stripe has several for one change; which ones depends on how the customer paid
// (https://docs.stripe.com/api/events/types).
var refundEvents = map[stripe.EventType]bool{
	stripe.EventTypeRefundCreated: true, stripe.EventTypeRefundUpdated: true, stripe.EventTypeRefundFailed: true,
	stripe.EventTypeChargeRefundUpdated: true,
}

// ReadEvent reads an event as Stripe's webhook posts it, with the header Stripe-Signature. The secrets ("whsec_…") are those of the
// endpoint: one, or several while one takes another's place. Each signature counts for five minutes; Stripe signs every attempt anew
// (https://docs.stripe.com/webhooks/signature).
//
// It returns [ErrForged], or another error where the body is no event. Events come in any order, and more than once: how a refund
// stands is to be asked of Stripe, see [Activities.ReadRefund]. So of an event only IDs are read, which are the same in every version
// of the API, whichever the endpoint was made with.
func ReadEvent(payload []byte, header string, secrets []string) (Event, error) {
	said, err := construct(payload, header, secrets)
	if err != nil {
		return Event{}, err
	}
	e := Event{ID: said.ID, Type: string(said.Type)}
	if !refundEvents[said.Type] || said.Data == nil {
		return e, nil
	}
	var about struct {
		Object   string            `json:"object"`
		ID       string            `json:"id"`
		Metadata map[string]string `json:"metadata"`
	}
	if err := json.Unmarshal(said.Data.Raw, &about); err != nil || about.Object != "refund" || about.ID == "" || said.ID == "" {
		return Event{}, fmt.Errorf("an event %s is about no refund", said.Type)
	}
	e.Refund, e.Case = about.ID, about.Metadata[metaCase]
	return e, nil
}

// construct checks a signature by each of the secrets.
func construct(payload []byte, header string, secrets []string) (stripe.Event, error) {
	for _, secret := range secrets {
		said, err := webhook.ConstructEventWithOptions(payload, header, secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
		switch {
		case errors.Is(err, webhook.ErrNoValidSignature):
			continue
		case errors.Is(err, webhook.ErrNotSigned), errors.Is(err, webhook.ErrInvalidHeader), errors.Is(err, webhook.ErrTooOld):
			return stripe.Event{}, fmt.Errorf("%w: %w", ErrForged, err)
		case err != nil:
			return stripe.Event{}, errors.New("the body is no event of Stripe's") // the decoder's words could quote it
		}
		return said, nil
	}
	return stripe.Event{}, ErrForged
}
