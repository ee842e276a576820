package returns

import "go.temporal.io/sdk/workflow"

// The e-mails to the customer. Each has these data, which tell adds: customer_name (may be empty), company, number ("R-7QX4M2KD"),
// order ("#1042", as the shop has it, else as the customer wrote it). What each has beside is below; lists have a line for each,
// and what is a yes or a no is "yes" or "".
const (
	mailReceived  = "return_received"  // lines
	mailRefused   = "return_refused"   // reasons
	mailQuestion  = "return_question"  // question
	mailApproved  = "return_approved"  // lines (accepted), part (yes where it is less than was asked for), comment (support's, about that), keep (yes: the goods stay with the customer, and address, until, we_pay and fee are empty), address (of several lines), until ("Tue 3 March 2026"), we_pay (yes where the way back is ours to pay), fee (what it costs the customer, taken off the refund, "€4.90"; "" for nothing), wish ("refund", "exchange", "store_credit"), instead (lines: what they get for it; "" but for an exchange)
	mailRejected  = "return_rejected"  // reason
	mailArrived   = "return_arrived"   // lines (what arrived), missing (lines that haven't yet), until (as above; "" where nothing is missing, or no more is waited for), wrong (what came that wasn't announced, which isn't paid for; "" for nothing)
	mailReminder  = "return_reminder"  // missing (lines), address, until
	mailExpired   = "return_expired"   // missing (lines), some (yes where other things have arrived, and are settled)
	mailAnswer    = "return_answer"    // answer (may be empty), until (as above; "" unless there is more time to send it)
	mailCancelled = "return_cancelled" // missing (lines that aren't returned), some (as above)
	// By what is paid: pay.go has their data.
	mailRefund   = "return_refund"
	mailCredit   = "return_credit"
	mailExchange = "return_exchange"
)

// tell has the customer know how it stands: an e-mail by the template, and the same in the ticket, each once. It doesn't block.
func (r *returning) tell(ctx workflow.Context, template string, data map[string]string) {
}
