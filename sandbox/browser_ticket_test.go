package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func aTicketIsOpenedClosedAndDeleted(t *testing.T, b browser) {
	w, ctx := start(t, options()), t.Context()
	w.adapters() // sets the account up
	page := b.open(t, w.URL+"/crm/tickets/new?example=form")
	_, err := page.eval(`document.querySelector('[name="email"]').value = "katrin@@"`)
	require.NoError(t, err)
	_, err = page.eval(`document.querySelector('#newticket').noValidate = true`) // the browser itself would say so
	require.NoError(t, err)
	page.click("#newticket .primary")
	page.until(`document.querySelector("#newticket > .warning")?.textContent === "contact.email: Email address katrin@@ is invalid"`)
	_, err = page.eval(`document.querySelector('[name="email"]').value = "katrin@bergwerk.example"`)
	require.NoError(t, err)
	page.click("#newticket .primary")
	page.until(`document.querySelector("#record .status")?.textContent === "New"`)
	page.until(`document.readyState === "complete" && document.querySelector("#move button") !== null`) // with its script
	_, err = page.eval(`{ // at once, since the page brings itself up to date in between
		document.querySelector("#move select").value = "4";
		document.querySelector("#move button").click();
	}`)
	require.NoError(t, err)
	page.until(`document.querySelector("#record .status")?.textContent === "Closed"`)

	tickets, err := w.Tickets(ctx, "")
	require.NoError(t, err)
	require.Len(t, tickets, 1)
	require.Equal(t, []string{"1", "4"}, tickets[0].Stages)
	require.Equal(t, "1 x LAMP-ARC-BLK, defective", tickets[0].Properties["return_items"])
	require.Len(t, tickets[0].Associated["contacts"], 1)

	page.click("#delete button")
	page.until(`document.getElementById("ask").open`)
	page.click("#ask [value=yes]")
	page.until(`location.pathname === "/crm/tickets"`)
	tickets, err = w.Tickets(ctx, "")
	require.NoError(t, err)
	require.Empty(t, tickets)
}
