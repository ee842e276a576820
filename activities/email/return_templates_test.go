package email_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ofAReturn is the data of an e-mail to a customer who returns something: what all have, and what is given.
func ofAReturn(own map[string]string) map[string]string {
	data := map[string]string{
		"customer_name": "Ada Winter", "company": "Northwind Robotics", "number": "R-7QX4M2KD", "order": "#1042",
	}
	maps.Copy(data, own)
	return data
}

// returns are the e-mails, with everything in them that can stand together.
var returns = map[string]struct {
	subject string
	data    map[string]string
}{
	"return_received": {"We have got your return R-7QX4M2KD", map[string]string{"lines": "2 × Desk lamp"}},
	"return_refused":  {"About your return R-7QX4M2KD", map[string]string{"reasons": "Nothing of it is left to return."}},
	"return_question": {"A question about your return R-7QX4M2KD", map[string]string{"question": "Is the box open?"}},
	"return_approved": {"Your return R-7QX4M2KD is approved", map[string]string{
		"lines": "1 × Desk lamp", "part": "yes", "comment": "The other one is final sale.", "wish": "refund", "instead": "1 × Floor lamp",
		"keep": "", "address": "Dock 4, 20457 Hamburg", "until": "Mon 17 August 2026, 10:00 UTC", "we_pay": "", "fee": "EUR 4.90",
	}},
	"return_rejected": {"About your return R-7QX4M2KD", map[string]string{"reason": "It was worn."}},
	"return_arrived": {"Your return R-7QX4M2KD has arrived", map[string]string{
		"lines": "1 × Desk lamp", "missing": "1 × Shirt M", "until": "Mon 17 August 2026, 10:00 UTC", "wrong": "A toaster",
	}},
	"return_reminder": {"Your return R-7QX4M2KD hasn’t arrived yet", map[string]string{
		"missing": "1 × Shirt M", "address": "Dock 4, 20457 Hamburg", "until": "Mon 17 August 2026, 10:00 UTC",
	}},
	"return_expired":   {"The time for your return R-7QX4M2KD is over", map[string]string{"missing": "1 × Shirt M", "some": ""}},
	"return_cancelled": {"Your return R-7QX4M2KD is cancelled", map[string]string{"missing": "1 × Shirt M", "some": ""}},
	"return_answer": {"About your return R-7QX4M2KD", map[string]string{
		"answer": "Yes, you can.", "until": "Mon 17 August 2026, 10:00 UTC",
	}},
	"return_refund": {"Your refund for the return R-7QX4M2KD", map[string]string{
		"lines": "1 × Desk lamp: EUR 40.00 paid: EUR 40.00", "total": "EUR 41.00", "ways": "EUR 35.00 to the card", "later": "EUR 6.00", "state": "",
	}},
	"return_refund_failed": {"Your refund for the return R-7QX4M2KD hasn’t reached you", map[string]string{"total": "EUR 40.00"}},
	"return_credit": {"Your store credit for the return R-7QX4M2KD", map[string]string{
		"lines": "1 × Desk lamp: EUR 40.00 paid: EUR 40.00", "total": "EUR 41.00", "state": "",
	}},
	"return_exchange": {"Your exchange for the return R-7QX4M2KD is on its way", map[string]string{
		"lines": "1 × Desk lamp: EUR 40.00 paid", "total": "EUR 41.00", "ways": "EUR 35.00 to the card", "later": "EUR 6.00",
		"instead": "1 × Floor lamp", "exchange": "#2001",
	}},
}

func TestEachMailAboutAReturnTellsAllThatItIsGivenInBothOfItsForms(t *testing.T) {
	flags := map[string]bool{"part": true, "wish": true, "state": true}
	for template, mail := range returns {
		data := ofAReturn(mail.data)
		subject, text, html := mailed(t, "", template, data)
		assert.Equal(t, mail.subject, subject, template)
		for _, body := range []string{text, html} {
			for key, value := range data {
				if !flags[key] {
					assert.Contains(t, body, value, "%s has the %s", template, key)
				}
			}
		}
		assert.NotContains(t, text, "{{", template)
		assert.NotContains(t, text, "\n\n\n", template+" has no holes")
	}
}

func TestNothingStandsInAMailAboutAReturnThatThereIsNothingOf(t *testing.T) {
	for template, mail := range returns {
		data := ofAReturn(nil)
		for key := range mail.data {
			data[key] = ""
		}
		data["customer_name"] = ""
		_, text, html := mailed(t, "", template, data)
		for _, body := range []string{text, html} {
			assert.Contains(t, body, "Hello,", template)
			for _, phrase := range []string{"The remaining", "with the number", "costs", "It should be with us", "can’t go back"} {
				if template == "return_reminder" && phrase == "with the number" {
					continue // it always has the address
				}
				assert.NotContains(t, body, phrase, template)
			}
		}
	}
}

func TestARefundSaysWhetherItIsTheFirstTheRestOrLate(t *testing.T) {
	for state, says := range map[string]string{
		"": "You get EUR 41.00 for your return.", "again": "You now get EUR 41.00 of your refund",
		"late": "your refund of EUR 41.00 has now arrived",
	} {
		_, text, _ := mailed(t, "", "return_refund", ofAReturn(map[string]string{
			"lines": "", "total": "EUR 41.00", "ways": "", "later": "", "state": state,
		}))
		assert.Contains(t, text, says)
	}
	_, text, _ := mailed(t, "", "return_refund", ofAReturn(map[string]string{
		"lines": "1 × Desk lamp: EUR 0.00", "total": "", "ways": "", "later": "", "state": "",
	}))
	assert.Contains(t, text, "Nothing is left to be paid to you")
}

func TestWhoKeepsTheGoodsIsNotAskedToSendThem(t *testing.T) {
	data := ofAReturn(returns["return_approved"].data)
	for _, key := range []string{"address", "until", "fee", "instead"} {
		data[key] = ""
	}
	data["keep"], data["wish"] = "yes", "store_credit"
	_, text, _ := mailed(t, "", "return_approved", data)
	assert.Contains(t, text, "You don’t have to send anything back.")
	assert.Contains(t, text, "You get store credit for it.")
	assert.NotContains(t, text, "Please send it")
}
