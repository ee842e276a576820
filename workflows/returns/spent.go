package returns

import (
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// withCustomer is with whom time is spent in which the customer has to do something.
const withCustomer = "customer"

// spendTask notes a task's time: with whoever answered it, but for the times in which it waited for the customer.
func (r *returning) spendTask(stage string, o humantask.Outcome) {
	since, with := o.Opened, o.By.ID
	for _, h := range o.Story {
		switch h.What {
		case humantask.Paused:
			r.spent.Add(stage, with, since, h.At)
			since, with = h.At, withCustomer
		case humantask.Resumed:
			r.spent.Add(stage, with, since, h.At)
			since, with = h.At, o.By.ID
		}
	}
	r.spent.Add(stage, with, since, o.At)
}
