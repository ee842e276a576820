package document

import (
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/money"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// request is a draft made from notes in testdata.
func request(t testing.TB, notes string) DraftRequest {
	t.Helper()
	text, err := os.ReadFile("testdata/notes/" + notes + ".txt")
	require.NoError(t, err)
	return DraftRequest{
		Number: "P-7QX4M2KD", Title: "Two robot cells for line 3", Notes: Notes{Text: string(text)}, Currency: "EUR",
		Client:   Party{Company: "Northwind Robotics GmbH", Name: "Dana Whitfield", Email: "dana.whitfield@northwind.example", Country: "DE"},
		Provider: Party{Company: "Contoso Automation", Name: "Maria Keller", Email: "maria.keller@contoso.example", Country: "DE"},
		Lines: []Line{
			{"Robot arm KR-10 with gripper and safety fence", 2000, eur(4_199_950)},
			{"Cell design, hours", 62500, eur(14_000)},
			{"Commissioning on site: travel, installation, acceptance run with your operators, and two weeks of standby by phone", 1000, eur(1_850_000)},
			{"Training day", 1500, eur(99_999)},
		},
		Discount:   Discount{Percent: 750},
		Terms:      "Half on order, half on acceptance, each within **30 days**.\n\nPrices are net of VAT. See [our terms](https://contoso.example/terms).",
		Issued:     "2026-05-13",
		ValidUntil: "2026-11-30",
	}
}

func draft(t testing.TB, notes string) Proposal {
	t.Helper()
	p, err := request(t, notes).Draft()
	require.NoError(t, err)
	return p
}

var loaded = sync.OnceValues(func() (*Templates, error) { return LoadTemplates("") })

// templates are the built-in ones.
func templates(t testing.TB) *Templates {
	t.Helper()
	templates, err := loaded()
	require.NoError(t, err)
	return templates
}
