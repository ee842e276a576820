package auto

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

var (
	documentLink = regexp.MustCompile(`<(http[^|>\s]+/documents/[^|>\s]+)\|Open it \(`)
	taskLink     = regexp.MustCompile(`http\S+/tasks/\S+`)
	nonce        = regexp.MustCompile(`name="nonce" value="([^"]+)"`)
)

// keepDigest opens the document that a card links to, which is the one that has to be signed.
func (l *proposalPlay) keepDigest(ctx context.Context, card sandbox.Message) error {
	r, err := read(card)
	if err != nil {
		return err
	}
	found := documentLink.FindStringSubmatch(r.facts["Document"])
	if found == nil {
		return fmt.Errorf("expected a link to the document on the card, saw %q", r.facts["Document"])
	}
	status, pdf, err := visit(ctx, http.MethodGet, found[1], nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK || !strings.HasPrefix(pdf, "%PDF-") {
		return fmt.Errorf("expected a PDF behind the card's link, saw %d: %.100s", status, pdf)
	}
	sum := sha256.Sum256([]byte(pdf))
	l.digest = hex.EncodeToString(sum[:])
	return nil
}

// visit opens a page, or sends a form to it.
func visit(ctx context.Context, method, address string, f url.Values) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(f.Encode()))
	if err != nil {
		return 0, "", err
	}
	if f != nil {
		req.Header.Set("Content-Type", asForm)
	}
	res, err := visitor.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// approvedByMail is a partner who gets an e-mail for a card that Slack won't take, and answers on the page that it links to.
func approvedByMail(ctx context.Context, l *proposalPlay) error {
	card, err := l.review(ctx, 1)
	if err != nil {
		return err
	}
	if err := l.keepDigest(ctx, card); err != nil {
		return err
	}
	fault := sandbox.Fault{System: "slack", Path: "chat.postMessage", Match: l.id + "/approve-1", Kind: sandbox.Unauthorized}
	if err := l.Order(ctx, fault); err != nil {
		return err
	}
	if err := l.Press(ctx, l.strategist, card, approve); err != nil {
		return err
	}
	partner := l.approver(partners, 0)
	if err := l.answerOnPage(ctx, partner); err != nil {
		return err
	}
	l.Given(l.strategist.ID, partner.Name)
	return l.clientSigns(ctx)
}

// answerOnPage waits for the link that somebody gets by e-mail, and approves behind it. A program that looks for bad links follows
// it first, and decides nothing.
func (l *proposalPlay) answerOnPage(ctx context.Context, who policy.Person) error {
	address := ""
	err := l.Until(ctx, "an e-mail to "+who.Name, func(ctx context.Context) (bool, string, error) {
		mails, err := l.World.Emails(ctx, who.Email, l.id)
		for _, m := range mails {
			address = taskLink.FindString(m.Text)
		}
		return address != "", fmt.Sprintf("%d e-mails without a link", len(mails)), err
	})
	if err != nil {
		return err
	}
	l.Say("%s gets an e-mail, and opens its link", who.Name)
	var page string
	for range 2 {
		if _, page, err = l.visitPage(ctx, http.MethodGet, address, nil); err != nil {
			return err
		}
		if !strings.Contains(page, html.EscapeString(l.company)) || !nonce.MatchString(page) {
			return fmt.Errorf("expected a page with the task, saw %.300s", page)
		}
	}
	answer := url.Values{"nonce": {nonce.FindStringSubmatch(page)[1]}, "action": {proposal.ActionApprove}}
	status, body, err := l.visitPage(ctx, http.MethodPost, address, answer)
	if err == nil && status == http.StatusOK && !strings.Contains(body, "notice good") {
		err = fmt.Errorf("expected the page to take the answer, saw %.300s", body)
	}
	return err
}

// visitPage opens a task's page or answers on it, again where the page says that it can't just now, as it asks people to. 202 says
// that the answer is kept, for a workflow that hasn't said yet what comes of it.
func (l *proposalPlay) visitPage(ctx context.Context, method, address string, f url.Values) (status int, body string, err error) {
	err = l.Until(ctx, "the task's page", func(ctx context.Context) (bool, string, error) {
		status, body, err = visit(ctx, method, address, f)
		switch {
		case err != nil || status == http.StatusServiceUnavailable:
			return false, fmt.Sprint(status), err
		case status != http.StatusOK && (status != http.StatusAccepted || method != http.MethodPost):
			return false, "", fmt.Errorf("expected the task's page, saw %d: %.300s", status, body)
		}
		return true, "", nil
	})
	return status, body, err
}

// check looks at what the outside world has of a proposal that has ended.
func (l *proposalPlay) check(ctx context.Context) error {
	if err := l.checkCards(ctx); err != nil {
		return err
	}
	if l.c.ends != proposal.Signed {
		return nil // what there must not be is counted
	}
	return errors.Join(l.checkProject(ctx), l.checkInvoice(ctx), l.checkThanks(ctx))
}

// checkCards looks how the cards say that the proposal ended, and that none can be answered any more.
func (l *proposalPlay) checkCards(ctx context.Context) error {
	cards, err := l.World.Messages(ctx, sandbox.MessageFilter{Case: l.id})
	if err != nil {
		return err
	}
	for _, m := range cards {
		r, err := read(m)
		title := html.UnescapeString(m.Text)
		switch {
		case err != nil:
			return err
		case len(m.Buttons) > 0:
			return fmt.Errorf("expected no button on a card whose task has ended, saw %s on %q", labels(m.Buttons), m.Text)
		case strings.HasPrefix(title, l.company+" has signed") && m.Channel == l.Handbook.Proposal.Channel:
			l.Ended(string(proposal.Signed), l.c.signer)
		case strings.HasPrefix(title, l.company+" has declined") && strings.Contains(string(m.Blocks), tooDear):
			l.Ended(string(proposal.Declined), l.c.signer)
		case strings.HasPrefix(r.status, "Dropped by "+l.strategist.Name):
			l.Ended(string(proposal.Dropped), l.strategist.ID)
		}
	}
	return nil
}

func (l *proposalPlay) checkProject(ctx context.Context) error {
	projects, err := l.World.Projects(ctx, l.id)
	if err != nil || len(projects) == 0 {
		return err
	}
	p := projects[0]
	switch {
	case p.Name != l.company+": A cell for the night shift":
		return fmt.Errorf("expected the project to be the client's, saw %q", p.Name)
	case p.Owner != l.strategist.Email:
		return fmt.Errorf("expected %s to own the project, saw %s", l.strategist.Name, p.Owner)
	}
	return nil
}

func (l *proposalPlay) checkInvoice(ctx context.Context) error {
	invoices, err := l.World.Invoices(ctx, l.id)
	if err != nil || len(invoices) == 0 {
		return err
	}
	i := invoices[0]
	switch {
	case i.Total != l.c.total || !strings.EqualFold(i.Currency, l.c.currency):
		return fmt.Errorf("expected an invoice of %s %d, saw %s %d", l.c.currency, l.c.total, i.Currency, i.Total)
	case i.Status != "open" || i.Email != l.email:
		return fmt.Errorf("expected %s to have an invoice to pay, saw one for %s that is %s", l.email, i.Email, i.Status)
	}
	return nil
}

// checkThanks looks who has thanked the client.
func (l *proposalPlay) checkThanks(ctx context.Context) error {
	mails, err := l.World.Emails(ctx, l.email, l.id)
	if err != nil {
		return err
	}
	if len(mails) != 1 || mails[0].From.Email != l.strategist.Email {
		return fmt.Errorf("expected one e-mail to the client, from %s, saw %+v", l.strategist.Name, mails)
	}
	return nil
}
