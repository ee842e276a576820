package returns

import (
	"fmt"
	"regexp"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/workflows/step"
)

// The e-mails to the customer. Each has these data, which tell adds: customer_name (may be empty), company, number ("R-7QX4M2KD"),
// order ("#1042", as the shop has it, else as the customer wrote it; may be empty). What each has beside is below. Lists have a line for each; what
// is a yes or a no is "yes" or ""; times are like "Tue 3 March 2026, 14:05 UTC".
const (
	mailReceived  = "return_received"  // lines
	mailRefused   = "return_refused"   // reasons
	mailQuestion  = "return_question"  // question
	mailRejected  = "return_rejected"  // reason
	mailReminder  = "return_reminder"  // missing (lines), address (of several lines), until (a time)
	mailExpired   = "return_expired"   // missing (lines), some (yes where other things have arrived, and are settled)
	mailCancelled = "return_cancelled" // missing (lines that aren't returned), some (as above)
	mailAnswer    = "return_answer"    // answer (may be empty), until (a time; "" unless there is more time to send it)
	// mailArrived has lines (what arrived; may be empty), missing (lines that haven't yet), until (a time; "" where nothing is missing,
	// or no more is waited for), wrong (what came that wasn't announced, and isn't paid for; may be empty).
	mailArrived = "return_arrived"
	// mailApproved has lines (what was accepted), part (yes where that is less than was asked for), comment (support's, about that),
	// wish ("refund", "exchange", "store_credit"), instead (lines of what they get for it; "" but for an exchange), keep (yes where the
	// goods stay with the customer: what follows is empty then), address (of several lines), until (a time), we_pay (yes where the way
	// back is ours to pay), fee (what it costs the customer, taken off what they get: "EUR 4.90"; "" for nothing).
	mailApproved = "return_approved"
	// By what is paid: words.go has their data.
	mailRefund       = "return_refund"
	mailRefundFailed = "return_refund_failed"
	mailCredit       = "return_credit"
	mailExchange     = "return_exchange"
)

// headlines are what the ticket says of each e-mail.
var headlines = map[string]string{
	mailReceived:     "We have got the return.",
	mailRefused:      "The return can't be processed.",
	mailQuestion:     "There is a question about the return.",
	mailApproved:     "The return is approved.",
	mailRejected:     "The return is rejected.",
	mailArrived:      "Something has arrived.",
	mailReminder:     "Something hasn't arrived yet.",
	mailExpired:      "What hasn't arrived can't be returned any more.",
	mailCancelled:    "What hasn't arrived isn't returned.",
	mailAnswer:       "An answer.",
	mailRefund:       "The refund is on its way.",
	mailCredit:       "The store credit is there.",
	mailExchange:     "What they get instead is on its way.",
	mailRefundFailed: "The refund hasn't reached them.",
}

// tell has the customer know how it stands: an e-mail by the template, and the same in the ticket, each once. It doesn't block: an
// e-mail that can't be sent keeps back only those after it, until operations have said what becomes of it.
func (r *returning) tell(ctx workflow.Context, template string, data map[string]string) {
	r.told++
	r.paid = r.paid || template == mailRefund || template == mailCredit || template == mailExchange
	r.note(ctx, noteOf(template, data), r.ticketStage(template))
	name, order := r.addressed()
	message := email.Message{
		To: email.Address{Name: name, Email: r.in.Email}, Case: r.id, Template: template,
		Data: map[string]string{"customer_name": name, "company": r.policy.Company, "number": r.in.Number, "order": order},
	}
	for _, key := range workflow.DeterministicKeys(data) {
		message.Data[key] = data[key]
	}
	called := fmt.Sprintf("%s%d", mailStep, r.told)
	r.beside("mail", &r.mails, func(ctx workflow.Context) error {
		_, err := step.Once(ctx, r.steps, step.Spec{
			Name: called, System: "sendgrid", Summary: "Write to the customer: " + template, Policy: step.System, Skippable: true,
		}, emailActivities.SendEmail, message)
		return err
	})
}

// addressed is by which name a mail speaks to the customer, and of which order. Until the order is known to be theirs, somebody may
// have given another's address: nothing that they wrote stands in our mail then, but for what looks like an order's number.
func (r *returning) addressed() (name, order string) {
	switch order = r.orderName(); {
	case r.shop.ID != "":
		return r.customer(), order
	case orderNumber.MatchString(order):
		return "", order
	}
	return "", ""
}

// orderNumber is the form of what can't be taken for a link, or for a message.
var orderNumber = regexp.MustCompile(`^[A-Za-z0-9#_-]{1,20}$`)

// mailStep is what the names of the steps begin with that write to the customer.
const mailStep = "mail-"

// noteOf is an e-mail as the ticket has it.
func noteOf(template string, data map[string]string) string {
	var b strings.Builder
	b.WriteString("To the customer: " + headlines[template])
	for _, key := range workflow.DeterministicKeys(data) {
		if value := data[key]; value != "" {
			fmt.Fprintf(&b, "\n%s: %s", said(key), value)
		}
	}
	return b.String()
}

// ticketStage is where the ticket is to be after an e-mail: waiting where the next word, or the parcel, is the customer's.
func (r *returning) ticketStage(template string) string {
	switch template {
	case mailQuestion, mailReminder:
		return r.policy.Ticket.Waiting
	case mailApproved:
		if !r.result.Assessed.Keep {
			return r.policy.Ticket.Waiting
		}
	case mailReceived, mailArrived:
		return r.policy.Ticket.Open
	case mailAnswer:
		return r.restingStage()
	}
	return ""
}

// restingStage is where the ticket is while nobody of support is asked anything.
func (r *returning) restingStage() string {
	switch {
	case r.listening && !r.again:
		return r.policy.Ticket.Closed
	case r.stage == StageArrival:
		return r.policy.Ticket.Waiting
	}
	return ""
}
