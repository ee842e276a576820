package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func aDealIsMadeAndMoved(t *testing.T, b browser) {
	w, ctx := start(t, options()), t.Context()
	page := b.open(t, w.URL+"/crm/deals/new?example=pilot")
	page.click(`[data-another="contacts"]`)
	page.click(`[data-another="lines"]`)
	_, err := page.eval(`{
		const last = [...document.querySelectorAll('[data-row="lines"]')].at(-1);
		const type = (name, value) => last.querySelector('[data-name="' + name + '"]').value = value;
		type("name", "Training"); type("quantity", "1"); type("price", "dear");
	}`)
	require.NoError(t, err)
	page.click("#newdeal > p .primary")
	page.until(`document.querySelector("#newdeal > .warning")?.textContent === "lines[2].price: dear was not a valid number."`)
	_, err = page.eval(`[...document.querySelectorAll('[data-name="price"]')].at(-1).value = "500"`)
	require.NoError(t, err)
	page.click("#newdeal > p .primary")
	page.until(`document.querySelector("#record .status")?.textContent === "Appointment scheduled"`)
	page.until(`document.readyState === "complete" && document.querySelector("#move button") !== null`) // with its script
	_, err = page.eval(`{ // at once, since the page brings itself up to date in between
		document.querySelector("#move select").value = "presentationscheduled";
		document.querySelector("#move button").click();
	}`)
	require.NoError(t, err)
	page.until(`document.querySelector("#record .status")?.textContent === "Presentation scheduled"`)

	deals, err := w.Deals(ctx, "")
	require.NoError(t, err)
	require.Len(t, deals, 1)
	require.Equal(t, []string{"appointmentscheduled", "presentationscheduled"}, deals[0].Stages)
	require.Equal(t, "14430.00", deals[0].Amount)
	require.Len(t, deals[0].Associated["contacts"], 1, "a row that was left empty is nobody")
	require.Len(t, deals[0].Associated["line_items"], 3)
}
