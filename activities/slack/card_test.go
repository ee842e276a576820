package slack_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/slack"
)

type text struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Verbatim bool   `json:"verbatim"`
}

type block struct {
	Type     string `json:"type"`
	Text     text   `json:"text"`
	Fields   []text `json:"fields"`
	Elements []struct {
		Type     string          `json:"type"`
		Text     json.RawMessage `json:"text"`
		ActionID string          `json:"action_id"`
		Value    string          `json:"value"`
		Style    string          `json:"style"`
		Confirm  *struct {
			Title, Text, Confirm, Deny text
			Style                      string
		} `json:"confirm"`
	} `json:"elements"`
}

// drawn is the card as it was sent.
func drawn(t *testing.T, c slack.Card) ([]block, url.Values) {
	t.Helper()
	ws, a := open(t, nil)
	_, err := a.PostCard(t.Context(), key, c)
	require.NoError(t, err)
	form := ws.last("chat.postMessage")
	var blocks []block
	require.NoError(t, json.Unmarshal([]byte(form.Get("blocks")), &blocks))
	return blocks, form
}

func kinds(blocks []block) (all []string) {
	for _, b := range blocks {
		all = append(all, b.Type)
	}
	return all
}

func TestACardShowsWhatAPersonNeedsInOrder(t *testing.T) {
	c := card
	c.Buttons = append(c.Buttons, slack.Button{Action: "disqualified", Label: "No lead", Style: "danger", Confirm: "Really?"})
	c.Facts = append(c.Facts, slack.Fact{Label: "Phone", Value: "  "})
	blocks, _ := drawn(t, c)
	require.Equal(t, []string{"header", "section", "section", "actions", "context"}, kinds(blocks))
	assert.Equal(t, text{Type: "plain_text", Text: "Contact Contoso"}, blocks[0].Text)
	assert.Equal(t, "Jane Roe asked for a call.", blocks[1].Text.Text)
	assert.Equal(t, []text{
		{"mrkdwn", "*Name*\nJane Roe", true}, {"mrkdwn", "*E-mail*\n<mailto:jane@contoso.com|jane@contoso.com>", true},
	}, blocks[2].Fields, "a fact without a value is left out")

	made, no := blocks[3].Elements[0], blocks[3].Elements[1]
	assert.Equal(t, "throughline:contacted", made.ActionID)
	assert.JSONEq(t, `{"w":"lead-4k7q2m9x","t":"contact"}`, made.Value)
	assert.Equal(t, "primary", made.Style)
	assert.Nil(t, made.Confirm)
	assert.Equal(t, "Really?", no.Confirm.Text.Text)
	assert.Equal(t, "danger", no.Confirm.Style)
	assert.JSONEq(t, `"With Maria Lopez until 14:00"`, string(blocks[4].Elements[0].Text))
}

func TestFactsCanBeReadAsPlainText(t *testing.T) {
	assert.Equal(t, "Total: EUR 5.00\nDocument: Open it: https://door.example/documents/x\nE-mail: ada@contoso.example", slack.Lines([]slack.Fact{
		{Label: "Total", Value: "EUR 5.00"}, {Label: "Missing"}, {Label: "Document", Value: "Open it", Link: "https://door.example/documents/x"},
		{Label: "E-mail", Value: "ada@contoso.example", Link: "mailto:ada@contoso.example"},
	}))
	assert.Empty(t, slack.Lines(nil))
}

func TestACardWithLittleToSayHasNoEmptyBlocks(t *testing.T) {
	blocks, _ := drawn(t, slack.Card{To: "C024BE7LH", Title: "Done"})
	assert.Equal(t, []string{"header"}, kinds(blocks))
}

func TestNothingThatSomebodyTypedIsReadAsMarkup(t *testing.T) {
	typed := "<!here> & <https://evil.example|click>"
	escaped := "&lt;!here&gt; &amp; &lt;https://evil.example|click&gt;"
	c := slack.Card{
		To: "C024BE7LH", Title: typed, Text: typed, Status: typed,
		Facts: []slack.Fact{
			{Label: typed, Value: typed}, {Label: "Link", Value: typed, Link: "https://crm.example/a?b=<c>|d&e=f"},
			{Label: "Script", Value: "x", Link: "javascript:alert(1)"},
		},
		Buttons: []slack.Button{{Action: "a", Label: typed, Confirm: typed, Style: "sparkling"}},
	}
	blocks, form := drawn(t, c)
	assert.Equal(t, escaped, form.Get("text"))
	assert.Equal(t, escaped, blocks[0].Text.Text)
	assert.Equal(t, escaped, blocks[1].Text.Text)
	assert.Equal(t, "plain_text", blocks[1].Text.Type)
	assert.Equal(t, "*"+escaped+"*\n"+escaped, blocks[2].Fields[0].Text)
	assert.Equal(t, "*Link*\n<https://crm.example/a?b=%3Cc%3E%7Cd&amp;e=f|"+escaped+">", blocks[2].Fields[1].Text)
	assert.Equal(t, "*Script*\nx", blocks[2].Fields[2].Text)
	assert.Empty(t, blocks[3].Elements[0].Style)
	assert.NotContains(t, form.Get("blocks"), `\u003c!here`)
}

func TestTextsAreCutToBlockKitsLimitsWhereItCanBeSeen(t *testing.T) {
	units := func(s string) int { return len(utf16.Encode([]rune(s))) }
	for name, long := range map[string]string{
		"letters": strings.Repeat("ä", 5000), "emoji": strings.Repeat("🙂", 5000), "escapes": strings.Repeat("&", 5000),
		"broken": strings.Repeat("\xff", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			var facts []slack.Fact
			for range 23 {
				facts = append(facts, slack.Fact{Label: long, Value: long, Link: "https://example.com"})
			}
			c := slack.Card{
				To: "C024BE7LH", Title: long, Text: long, Status: long, Facts: facts,
				Buttons: []slack.Button{{Action: "a", Label: long, Confirm: long}},
			}
			blocks, form := drawn(t, c)
			require.Equal(t, []string{"header", "section", "section", "section", "section", "actions", "context"}, kinds(blocks))
			var button text
			require.NoError(t, json.Unmarshal(blocks[5].Elements[0].Text, &button))
			confirm := blocks[5].Elements[0].Confirm
			for _, cut := range []struct {
				got  string
				most int
			}{
				{blocks[0].Text.Text, 150}, {blocks[1].Text.Text, 3000}, {button.Text, 75}, {confirm.Title.Text, 100},
				{confirm.Text.Text, 300}, {form.Get("text"), 3000},
			} {
				assert.LessOrEqual(t, units(cut.got), cut.most)
				assert.Greater(t, units(cut.got), cut.most-6, "it isn't cut more than it has to be")
				assert.True(t, strings.HasSuffix(cut.got, "…"))
				assert.True(t, utf8.ValidString(cut.got))
				if name == "escapes" {
					assert.Empty(t, strings.ReplaceAll(strings.TrimSuffix(cut.got, "…"), "&amp;", ""), "no escape is cut in two")
				}
			}
			for i, n := range []int{10, 10, 3} {
				require.Len(t, blocks[2+i].Fields, n)
				for _, f := range blocks[2+i].Fields {
					assert.LessOrEqual(t, units(f.Text), 2000)
					assert.True(t, strings.HasSuffix(f.Text, "…>"), "a link is closed after the cut")
				}
			}
		})
	}
}

func TestATextThatJustFitsIsNotCut(t *testing.T) {
	blocks, _ := drawn(t, slack.Card{To: "C024BE7LH", Title: strings.Repeat("x", 150)})
	assert.Equal(t, strings.Repeat("x", 150), blocks[0].Text.Text)
}

func TestAnAnswerThatWouldNotSurviveTheButtonIsRefused(t *testing.T) {
	_, a := open(t, nil)
	for _, c := range []slack.Card{
		{To: "C1", Buttons: []slack.Button{{Action: strings.Repeat("a", 300), Label: "x"}}},
		{To: "C1", Buttons: []slack.Button{{Action: "a", Label: "x"}}, Task: slack.TaskRef{Workflow: strings.Repeat("w", 2000)}},
	} {
		_, err := a.PostCard(t.Context(), key, c)
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
		_, err = a.UpdateCard(t.Context(), key, slack.CardUpdate{Card: c})
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	}
}
