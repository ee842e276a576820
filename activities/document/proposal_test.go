package document

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/money"
)

func ptr(s string) *string { return &s }

func TestADraftHasTheNotesWordsAndMarksWhatIsMissing(t *testing.T) {
	p := draft(t, "bullets")
	assert.Equal(t, 1, p.Version)
	assert.True(t, p.Draft)
	assert.Equal(t, "know what every truck costs per km", textOf(p.Sections, Goals))
	assert.Equal(t, Section{Kind: Risks, Title: "Risks"}, p.Sections[5])
	assert.Equal(t, eur(11_274_899), p.Totals.Subtotal)
	assert.Equal(t, eur(10_429_282), p.Totals.Total)
}

func TestADraftWithoutPricesAndWithoutATitleIsOne(t *testing.T) {
	r := request(t, "bullets")
	r.Lines, r.Discount, r.Title = nil, Discount{}, ""
	p, err := r.Draft()
	require.NoError(t, err)
	assert.NotNil(t, p.Lines)
	assert.Equal(t, "Proposal for Northwind Robotics GmbH", p.Title)
	assert.Equal(t, eur(0), p.Totals.Total)
}

func TestADraftsLinesAreEachOnOneLine(t *testing.T) {
	r := request(t, "bullets")
	r.Lines = []Line{{" Robot arm\r\n\twith gripper ", money.One, eur(1)}}
	p, err := r.Draft()
	require.NoError(t, err)
	assert.Equal(t, "Robot arm with gripper", p.Lines[0].Description)
	assert.Equal(t, " Robot arm\r\n\twith gripper ", r.Lines[0].Description, "the request stays as it is")
}

func TestEveryMistakeOfADraftIsNamedByItsField(t *testing.T) {
	r := request(t, "bullets")
	r.Number, r.Client, r.Issued, r.ValidUntil = "P 1", Party{Name: "a\nb"}, "tomorrow", "30.11.2026"
	r.Lines[0].Quantity = 0
	_, err := r.Draft()
	for _, field := range []string{"number: ", "client.company: it is missing", "client.name: ", "issued: ", "valid_until: ", "lines[0].quantity: "} {
		assert.ErrorContains(t, err, field)
	}
	r = request(t, "bullets")
	r.ValidUntil = "2026-05-12"
	_, err = r.Draft()
	assert.ErrorContains(t, err, "valid_until: 2026-05-12 is before the date of issue, 2026-05-13")
}

func TestNotesThatAreTooLongAreRefusedAndNotCut(t *testing.T) {
	r := request(t, "bullets")
	r.Notes.Text = strings.Repeat("x", MaxNotes+1)
	_, err := r.Draft()
	assert.ErrorContains(t, err, "notes: they have 204801 bytes, and can have at most 204800")
}

func TestTheLargestProposalFitsIntoAPayloadOfTemporal(t *testing.T) {
	r := request(t, "bullets")
	r.Notes.Text = strings.Repeat("<", MaxNotes) // six bytes each in JSON
	r.Lines = nil
	for range MaxLines {
		r.Lines = append(r.Lines, Line{strings.Repeat("<", 200), money.One, eur(1e12)})
	}
	p, err := r.Draft()
	require.NoError(t, err)
	for _, text := range []string{"&", "\x00", "\xff"} {
		p.Terms = strings.Repeat(text, maxText-MaxNotes-MaxLines*200-1000)
		require.NoError(t, p.check())
		out, err := json.Marshal(p)
		require.NoError(t, err)
		assert.Less(t, len(out), 2<<20)
	}
	p.Terms += strings.Repeat("x", 2000)
	assert.ErrorContains(t, p.check(), "sections: all text together has")
}

func TestAChangeMakesTheNextVersionAndLeavesTheOneBefore(t *testing.T) {
	before := draft(t, "markdown")
	was, err := json.Marshal(before)
	require.NoError(t, err)
	after, err := before.Revise(Change{
		Title: ptr("Three cells"), Lines: ptr("3 × Robot arm @ 100.00"), Discount: ptr("50.00"), Terms: ptr(""), ValidUntil: "2026-12-31",
		Sections: []Section{{Kind: Scope, Text: " Three cells. "}, {Kind: Budget}, {Title: "Competitors"}, {Title: "Warranty", Text: "24 months"}},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, after.Version)
	assert.Equal(t, "Three cells", after.Title)
	assert.Equal(t, Totals{Lines: []money.Amount{eur(30000)}, Subtotal: eur(30000), Discount: eur(5000), Total: eur(25000)}, after.Totals)
	assert.Equal(t, Section{Kind: Scope, Title: "Scope", Text: "Three cells."}, after.Sections[1])
	assert.Equal(t, Section{Kind: Budget, Title: "Budget"}, after.Sections[3])
	assert.Equal(t, Section{Title: "Warranty", Text: "24 months"}, after.Sections[len(after.Sections)-1])
	for _, s := range after.Sections {
		assert.NotEqual(t, "Competitors", s.Title)
	}
	assert.Empty(t, after.Terms)
	assert.Equal(t, "2026-12-31", after.ValidUntil)
	now, err := json.Marshal(before)
	require.NoError(t, err)
	assert.JSONEq(t, string(was), string(now))
}

func TestAChangeOfNothingButTheVersionKeepsEverything(t *testing.T) {
	before := draft(t, "markdown")
	after, err := before.Revise(Change{Lines: ptr(FormatLines(before.Lines)), Discount: ptr(FormatDiscount(before.Discount)), Sections: before.Sections})
	require.NoError(t, err)
	after.Version = 1
	assert.Equal(t, before, after)
}

func TestAChangeThatCannotBeReadIsNamedAndChangesNothing(t *testing.T) {
	p := draft(t, "markdown")
	got, err := p.Revise(Change{Lines: ptr("1 × a @ 5\nb"), Discount: ptr("much"), ValidUntil: "soon"})
	for _, want := range []string{"lines: line 2: ", "discount: ", "valid_until: "} {
		assert.ErrorContains(t, err, want)
	}
	assert.Zero(t, got)
}

func TestAProposalSurvivesJSON(t *testing.T) {
	p := draft(t, "other-script")
	out, err := json.Marshal(p)
	require.NoError(t, err)
	var got Proposal
	require.NoError(t, json.Unmarshal(out, &got))
	assert.Equal(t, p, got)
}
