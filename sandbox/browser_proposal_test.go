package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/client"
)

func aDocumentIsSignedAndItsInvoicePaid(t *testing.T, b browser) {
	w, ctx := start(t, options()), t.Context()
	signed, err := w.esign().RequestSignature(ctx, key("sign"), aRequest())
	require.NoError(t, err)
	declined, err := w.esign().RequestSignature(ctx, key("sign-2"), aRequest())
	require.NoError(t, err)
	page := b.open(t, w.URL+"/sign/"+signed.ID)
	page.click(`button[value="sign"]`)
	page.until(`document.querySelector("#record .status")?.textContent === "signed" && !document.querySelector(".acts")`)
	page = b.open(t, w.URL+"/sign/"+declined.ID)
	page.until(`document.querySelector("#decline textarea") !== null`)
	_, err = page.eval(`document.querySelector("#decline textarea").value = "Too dear."`)
	require.NoError(t, err)
	page.click("#decline button")
	page.until(`document.querySelector("#record")?.textContent.includes("“Too dear.”")`)
	list, err := w.Signatures(ctx, "lead-1")
	require.NoError(t, err)
	require.Equal(t, []string{client.SignatureSigned, client.SignatureDeclined}, []string{list[0].State, list[1].State})

	invoice, err := w.billing(nil).MakeInvoice(ctx, key("invoice"), anInvoice())
	require.NoError(t, err)
	page = b.open(t, w.URL+"/billing/"+invoice.ID)
	page.click("#pay button")
	page.until(`document.querySelector(".status")?.textContent === "paid" && !document.querySelector(".acts")`)
	require.Equal(t, "paid", w.invoice(t).Status)

	payment := w.pays(10_000, "eur", client.PaymentBank)
	refund, err := w.billing(nil).MakeRefund(ctx, payStep, payBack(payment, eur(1_999)))
	require.NoError(t, err)
	page = b.open(t, w.URL+"/billing/"+payment.ID)
	page.click(`button[value="settle"]`)
	page.until(`document.querySelector("#refunds .status")?.textContent === "succeeded"`)
	page.click(`button[value="fail"]`)
	page.until(`document.querySelector("#refunds .status")?.textContent === "failed" && !document.querySelector("#refunds button")`)
	require.Equal(t, refund.ID, w.payment().Refunds[0].ID)
	require.Zero(t, w.payment().Refunded)
}
