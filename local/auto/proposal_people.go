package auto

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// What stands on the cards and their buttons, for people to read.
const (
	reviewTitle  = "Review the proposal "
	approveTitle = "Approve the proposal "
	amendTitle   = "With others for approval: "
	reachTitle   = "The client can't be reached: "

	approve   = "Approve"
	reject    = "Reject"
	changeIt  = "Change it"
	dropIt    = "Drop it"
	sendAgain = "Send it again"
)

// review waits for the strategist's card for a version, and looks whose it is.
func (l *proposalPlay) review(ctx context.Context, version int) (sandbox.Message, error) {
	card, err := l.cardFor(ctx, "the strategist's card", sandbox.MessageFilter{Case: l.id}, reviewTitle, version)
	if err != nil {
		return card, err
	}
	r, err := read(card)
	if err != nil {
		return card, err
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.status, "With "), " since ")
	if l.strategist = l.Named(name); l.strategist.ID == "" {
		return card, fmt.Errorf("expected the card to say who has it, saw: %s", r.status)
	}
	l.Given(l.strategist.ID, "")
	l.Say("%s has version %d to review; approval %s", name, version, r.facts["Approval"])
	return card, nil
}

// cardFor waits for a card about a version that can be answered.
func (l *proposalPlay) cardFor(
	ctx context.Context, what string, of sandbox.MessageFilter, title string, version int,
) (sandbox.Message, error) {
	return l.Card(ctx, what, of, title, func(m sandbox.Message) bool {
		r, err := read(m)
		return err == nil && strings.HasSuffix(r.facts["Proposal"], fmt.Sprintf(", version %d", version))
	})
}

// reviewed is the strategist approving a version.
func (l *proposalPlay) reviewed(ctx context.Context, version int) error {
	card, err := l.review(ctx, version)
	if err != nil {
		return err
	}
	if err := l.keepDigest(ctx, card); err != nil {
		return err
	}
	return l.Press(ctx, l.strategist, card, approve)
}

// askedFor waits for the card on which somebody is asked about a version, for a tier.
func (l *proposalPlay) askedFor(ctx context.Context, tier string, who policy.Person, version int) (sandbox.Message, error) {
	asked := fmt.Sprintf("You are asked for %q", tier)
	return l.Card(ctx, who.Name+"'s card", sandbox.MessageFilter{Case: l.id, User: who.Slack}, approveTitle, func(m sandbox.Message) bool {
		r, err := read(m)
		return err == nil && strings.HasPrefix(r.text, asked) && strings.HasSuffix(r.facts["Proposal"], fmt.Sprintf(", version %d", version))
	})
}

// approved is somebody approving a version, for a tier.
func (l *proposalPlay) approved(ctx context.Context, tier string, who policy.Person, version int) error {
	card, err := l.askedFor(ctx, tier, who, version)
	if err != nil {
		return err
	}
	l.Given(l.strategist.ID, strings.TrimPrefix(l.result.Why+" and "+who.Name, " and "))
	return l.Press(ctx, who, card, approve)
}

// sign waits until the client is asked for the signature, and has them do something.
func (l *proposalPlay) sign(ctx context.Context, act sandbox.SignatureAct) (signature sandbox.Signature, err error) {
	err = l.Until(ctx, "the request for a signature", func(ctx context.Context) (bool, string, error) {
		all, err := l.World.Signatures(ctx, l.id)
		for _, one := range all {
			if one.State == sandbox.SignatureWaiting {
				signature = one
				return true, "", err
			}
		}
		return false, fmt.Sprintf("%d others", len(all)), err
	})
	if err != nil {
		return signature, err
	}
	if signature.Digest != l.digest {
		return signature, fmt.Errorf("expected the client to get the document that was approved, %s, saw %s", l.digest, signature.Digest)
	}
	l.Say("%s has it to sign, and does this: %s", signature.Signer.Name, act.Do)
	return l.World.Act(ctx, signature.ID, act)
}

func (l *proposalPlay) clientSigns(ctx context.Context) error {
	_, err := l.sign(ctx, sandbox.SignatureAct{Do: sandbox.SignatureSign})
	return err
}

// smallIsSigned is the way of a proposal that nobody but the strategist has to look at.
func smallIsSigned(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// partnerApproves is one of the partners approving it; the other one has nothing left to do.
func partnerApproves(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	if _, err := l.askedFor(ctx, partnerTier, l.approver(partners, 0), 1); err != nil {
		return err
	}
	if err := l.approved(ctx, partnerTier, l.approver(partners, 1), 1); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// twoPartnersApprove is two approvals of the same people, which have to be two people's.
func twoPartnersApprove(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	for n, tier := range []string{partnerTier, secondTier} {
		if err := l.approved(ctx, tier, l.approver(partners, n), 1); err != nil {
			return err
		}
	}
	return l.clientSigns(ctx)
}

// financeAndPartnerApprove is two approvals at the same time.
func financeAndPartnerApprove(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	controller, partner := l.approver(finance, 0), l.approver(partners, 0)
	if _, err := l.askedFor(ctx, partnerTier, partner, 1); err != nil { // before anybody has answered
		return err
	}
	if err := l.approved(ctx, financeTier, controller, 1); err != nil {
		return err
	}
	if err := l.approved(ctx, partnerTier, partner, 1); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// rejectedThenApproved is a partner who wants a discount, which the strategist gives. One partner is enough to reject it: the other
// one has nothing left to do.
func rejectedThenApproved(ctx context.Context, l *proposalPlay) error {
	const why = "They have waited since May. Give them ten percent."
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	if _, err := l.askedFor(ctx, partnerTier, l.approver(partners, 0), 1); err != nil {
		return err
	}
	card, err := l.askedFor(ctx, partnerTier, l.approver(partners, 1), 1)
	if err != nil {
		return err
	}
	if err := l.Answer(ctx, l.approver(partners, 1), card, reject, map[string]string{humantask.FieldComment: why}); err != nil {
		return err
	}
	back, err := l.Card(ctx, "the version to come back", sandbox.MessageFilter{Case: l.id}, reviewTitle, func(m sandbox.Message) bool {
		return strings.Contains(string(m.Blocks), why)
	})
	if err != nil {
		return err
	}
	if err := l.change(ctx, back, changeIt, map[string]string{proposal.FieldDiscount: "10 %"}); err != nil {
		return err
	}
	if err := l.reviewed(ctx, 2); err != nil {
		return err
	}
	if err := l.approved(ctx, partnerTier, l.approver(partners, 0), 2); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// changedMeanwhile is a partner who approves what has been replaced, and is asked again.
func changedMeanwhile(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	partner := l.approver(partners, 1)
	old, err := l.askedFor(ctx, partnerTier, partner, 1)
	if err != nil {
		return err
	}
	// Their card stays as it is for a while, as it does on a screen that isn't looked at.
	if err := l.Order(ctx, sandbox.Fault{System: "slack", Path: "chat.update", Match: old.TS, Kind: sandbox.Broken}); err != nil {
		return err
	}
	amend, err := l.cardFor(ctx, "the strategist's card to change it by", sandbox.MessageFilter{Case: l.id}, amendTitle, 1)
	if err != nil {
		return err
	}
	if err := l.change(ctx, amend, changeIt, map[string]string{proposal.FieldDiscount: "7 %"}); err != nil {
		return err
	}
	again, err := l.askedFor(ctx, partnerTier, partner, 2)
	if err != nil {
		return err
	}
	if err := l.keepDigest(ctx, again); err != nil {
		return err
	}
	if err := l.Press(ctx, partner, old, approve); err != nil {
		return err
	}
	told, err := l.Told(ctx, 1, ear{partner, old.Channel})
	if err != nil {
		return err
	}
	if !strings.Contains(told, "newer version") {
		return fmt.Errorf("expected %s to hear that there is a newer version, saw %q", partner.Name, told)
	}
	if err := l.Mend(ctx); err != nil {
		return err
	}
	if err := l.approved(ctx, partnerTier, partner, 2); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// change is the strategist changing something.
func (l *proposalPlay) change(ctx context.Context, card sandbox.Message, button string, to map[string]string) error {
	return l.Change(ctx, l.strategist, card, button, to)
}

// dropped is the strategist dropping it.
func dropped(ctx context.Context, l *proposalPlay) error {
	card, err := l.review(ctx, 1)
	if err != nil {
		return err
	}
	return l.Answer(ctx, l.strategist, card, dropIt, map[string]string{humantask.FieldComment: "They went elsewhere."})
}

const tooDear = "Too dear for us this year."

func declined(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	_, err := l.sign(ctx, sandbox.SignatureAct{Do: sandbox.SignatureDecline, Reason: tooDear})
	return err
}

// sentElsewhere is a client at whose address nothing arrives, until the strategist gives another one.
func sentElsewhere(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	if _, err := l.sign(ctx, sandbox.SignatureAct{Do: sandbox.SignatureBounce, Reason: "550 no such mailbox"}); err != nil {
		return err
	}
	card, err := l.cardFor(ctx, "the strategist's card about the address", sandbox.MessageFilter{Case: l.id}, reachTitle, 1)
	if err != nil {
		return err
	}
	l.email = "post+" + l.email
	to := map[string]string{proposal.FieldEmail: l.email, proposal.FieldName: l.c.signer}
	if err := l.change(ctx, card, sendAgain, to); err != nil {
		return err
	}
	return l.clientSigns(ctx)
}

// toldTwice is a client who signs, of which Dropbox Sign tells everything once more, at the same moment and again.
func toldTwice(ctx context.Context, l *proposalPlay) error {
	if err := l.reviewed(ctx, 1); err != nil {
		return err
	}
	signature, err := l.sign(ctx, sandbox.SignatureAct{Do: sandbox.SignatureSign})
	if err != nil {
		return err
	}
	var all errgroup.Group
	for range 3 {
		all.Go(func() error {
			_, err := l.World.Act(ctx, signature.ID, sandbox.SignatureAct{Do: sandbox.SignatureRepeat})
			return err
		})
	}
	return all.Wait()
}

// repliesLost is a project and an invoice that are there when the answers to their making get lost.
func repliesLost(ctx context.Context, l *proposalPlay) error {
	for _, f := range []sandbox.Fault{
		{System: "asana", Path: "api/1.0/teams/*/projects", Match: l.company, Kind: sandbox.LostReply, For: "0s", Count: 1},
		{System: "stripe", Path: "v1/invoices", Match: l.id, Kind: sandbox.LostReply, For: "0s", Count: 1},
	} {
		if err := l.Order(ctx, f); err != nil {
			return err
		}
	}
	return smallIsSigned(ctx, l)
}

// invoicedLater is operations having the invoice made after all, once they have put right what was wrong.
func invoicedLater(ctx context.Context, l *proposalPlay) error {
	if err := smallIsSigned(ctx, l); err != nil {
		return err
	}
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	if err := l.Mend(ctx); err != nil {
		return err
	}
	l.Say("Stripe's key is put right")
	return l.Press(ctx, operators(l.Handbook)[0], card, tryAgain)
}
