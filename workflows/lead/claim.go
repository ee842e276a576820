package lead

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Subject is what a customer's open lead is known by among the claims.
func (s Submission) Subject() string { return "lead/" + s.Customer() }

// ContactSubject is what the open lead of a contact in the CRM is known by among the claims.
func ContactSubject(contact string) string { return "crm-contact/" + contact }

// errJoined ends a lead that was added to another.
var errJoined = errors.New("lead: joined another")

// claimCustomer makes this the customer's open lead, or joins the one that is.
func (l *lead) claimCustomer(ctx workflow.Context) error {
	if l.policy.Shape < 2 {
		return nil
	}
	return l.claimOrJoin(ctx, l.in.Subject())
}

// claimContact makes this the open lead of the contact that the CRM knows, or joins the one that is: whoever has two addresses
// is one customer all the same.
func (l *lead) claimContact(ctx workflow.Context) error {
	if l.result.Known.Contact == "" {
		return nil
	}
	l.contact = l.result.Known.Contact
	return l.claimOrJoin(ctx, ContactSubject(l.contact))
}

// joinWait is how long another lead may take to answer whether it can be joined. One that doesn't is broken, and this one must
// not wait with it: rather is a customer written to twice than not at all.
const joinWait = 15 * time.Minute

// claimOrJoin claims a subject, or adds this lead to the one that has it and returns errJoined. A lead that has ended without
// releasing what it held, or is about to end, or gives no answer, can't be joined, and its claim is taken over.
func (l *lead) claimOrJoin(ctx workflow.Context, subject string) error {
	for instead := ""; ; {
		claim, err := l.claim(ctx, subject, instead)
		if err != nil || claim.Mine {
			return err
		}
		l.joining = true // who asks meanwhile goes their own way, since this lead may be over
		answer, err := step.Repeatable(ctx, l.steps, step.Spec{
			Name: fmt.Sprintf("join-%d", l.claims), System: "claims", Summary: "Join the lead that the customer has open",
			Policy: step.Inside.Within(joinWait), BestEffort: true,
		}, claimsActivities.JoinCase, claims.Join{Holder: claim.Holder, Addition: l.asAddition()})
		if temporal.IsCanceledError(err) {
			return err
		}
		if err == nil && answer.Accepted {
			l.result.Into = claim.Holder
			return errJoined
		}
		l.joining = false
		instead = claim.Holder
	}
}

// claim asks for a subject, and says who has it.
func (l *lead) claim(ctx workflow.Context, subject, instead string) (claims.Claim, error) {
	l.claims++
	claim, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: fmt.Sprintf("claim-%d", l.claims), System: "claims", Summary: "See whether the customer has an open lead", Policy: step.Inside,
	}, claimsActivities.Claim, claims.Request{Subject: subject, Case: l.id, Instead: instead})
	if err == nil && claim.Mine && !slices.Contains(l.claimed, subject) {
		l.claimed = append(l.claimed, subject)
	}
	return claim, err
}

// release gives up what the lead has claimed, however it ended. What can't be released is taken over by the next lead.
func (l *lead) release(ctx workflow.Context) {
	if len(l.claimed) == 0 {
		return
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_, _ = step.Repeatable(ctx, l.steps, step.Spec{
		Name: "release", System: "claims", Summary: "Let the customer's next lead be one of its own",
		Policy: step.Inside.Within(time.Minute), BestEffort: true,
	}, claimsActivities.ReleaseClaims, claims.Release{Subjects: l.claimed, Case: l.id})
}

// asAddition is this lead as what another one is told. What was added to this one goes along.
func (l *lead) asAddition() claims.Addition {
	var b strings.Builder
	fmt.Fprintf(&b, "%s sent another form.", l.in.Name)
	for _, line := range []struct{ label, value string }{
		{"E-mail", l.in.Email}, {"Phone", l.in.Phone}, {"Company", l.in.Company},
	} {
		if line.value != "" {
			fmt.Fprintf(&b, "\n%s: %s", line.label, line.value)
		}
	}
	if l.in.Message != "" {
		b.WriteString("\n" + l.in.Message)
	}
	for _, a := range l.result.Additions {
		b.WriteString("\n\n" + a.Text)
	}
	return claims.Addition{From: l.id, Text: b.String(), At: l.result.Received}
}

// What is added to one lead is bounded, and with it what a robot can make of one. The next one goes its own way. Temporal ends
// a workflow whose result is larger than 2 MB as JSON, where a byte can take six.
const (
	maxAdditions = 50
	maxAdded     = 200_000 // bytes, all of them together
)

// takeAdditions lets other leads of the same customer join this one.
func (l *lead) takeAdditions(ctx workflow.Context) error {
	check := func(a claims.Addition) error {
		decided := l.asked && !l.desk.IsOpen(ContactTask)
		if l.joining || l.ending || decided || a.From == "" || !l.hasRoom(a) {
			return temporal.NewApplicationError("This lead takes nothing any more.", "Refused")
		}
		return nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, claims.UpdateJoin,
		func(_ workflow.Context, a claims.Addition) error {
			if l.has(a) {
				return nil
			}
			if err := check(a); err != nil { // it has been decided between the validator and here
				return err
			}
			l.add(a)
			return nil
		},
		workflow.UpdateHandlerOptions{
			Description: "Takes in what the same customer sends once more.",
			Validator: func(a claims.Addition) error {
				if l.has(a) {
					return nil
				}
				return check(a)
			},
		})
}

// hasRoom reports whether an addition is within the bounds.
func (l *lead) hasRoom(a claims.Addition) bool {
	size := len(a.Text)
	for _, b := range l.result.Additions {
		size += len(b.Text)
	}
	return len(l.result.Additions) < maxAdditions && size <= maxAdded
}

func (l *lead) has(a claims.Addition) bool {
	return slices.ContainsFunc(l.result.Additions, func(b claims.Addition) bool { return a.From == b.From })
}

// add keeps what was added: the rep is told, and the CRM has all of it.
func (l *lead) add(a claims.Addition) {
	l.result.Additions = append(l.result.Additions, a)
	l.whenAsked("addition", func(ctx workflow.Context) { l.desk.Tell(ctx, ContactTask, quote(a.Text)) })
	l.afterRecord("note", func(ctx workflow.Context, name string) error {
		return l.noteInCRM(ctx, name, a.Text, a.At)
	})
}
