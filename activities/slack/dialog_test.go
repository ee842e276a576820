package slack_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/slack"
)

// handOver is a button that asks for something.
var handOver = slack.Button{Action: "hand-over", Label: "Hand over", Confirm: "Really?", Fields: []slack.Field{
	{Name: "to", Label: "To", Kind: slack.FieldChoice, Required: true, Choices: []slack.Choice{
		{Value: "maria", Label: "Maria <Lopez>"}, {Value: "sam"},
	}},
	{Name: "days", Label: "For how long", Kind: slack.FieldText, Hint: "In days"},
	{Name: "comment", Label: "What they should know", Kind: slack.FieldLong},
}}

// clickOn posts a card with one button, and is a click on it as Slack would send it.
func clickOn(t *testing.T, b slack.Button) slack.Click {
	t.Helper()
	c := card
	c.Buttons = []slack.Button{b}
	blocks, _ := drawn(t, c)
	button := blocks[len(blocks)-2].Elements[0]
	assert.LessOrEqual(t, len(utf16.Encode([]rune(button.Value))), 2000)
	assert.Nil(t, button.Confirm, "a dialog asks by itself")
	var payload map[string]any
	require.NoError(t, json.Unmarshal([]byte(clicked), &payload))
	action := payload["actions"].([]any)[0].(map[string]any)
	action["action_id"], action["value"] = button.ActionID, button.Value
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	click, err := slack.ParseClick(text)
	require.NoError(t, err)
	return click
}

// modal is a dialog as Slack gets it.
type modal struct {
	Type            string `json:"type"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	Title           text   `json:"title"`
	Submit          *text  `json:"submit"`
	Close           text   `json:"close"`
	Blocks          []struct {
		Type     string `json:"type"`
		BlockID  string `json:"block_id"`
		Label    text   `json:"label"`
		Text     text   `json:"text"`
		Hint     *text  `json:"hint"`
		Optional bool   `json:"optional"`
		Elements []text `json:"elements"`
		Element  struct {
			Type      string `json:"type"`
			ActionID  string `json:"action_id"`
			Multiline bool   `json:"multiline"`
			MaxLength int    `json:"max_length"`
			Initial   string `json:"initial_value"`
			Chosen    *struct {
				Text  text   `json:"text"`
				Value string `json:"value"`
			} `json:"initial_option"`
			Focus   bool `json:"focus_on_load"`
			Options []struct {
				Text  text   `json:"text"`
				Value string `json:"value"`
			} `json:"options"`
		} `json:"element"`
	} `json:"blocks"`
}

// opened is the dialog of a click as it was sent.
func opened(t *testing.T, c slack.Click) (view modal, raw string) {
	t.Helper()
	ws, o := workspaceAt(t, nil)
	require.NoError(t, slack.NewDialogs(o).Open(t.Context(), c))
	form := ws.last("views.open")
	assert.Equal(t, "12.34.abc", form.Get("trigger_id"))
	raw = form.Get("view")
	require.NoError(t, json.Unmarshal([]byte(raw), &view))
	return view, raw
}

func TestAClickOnAButtonWithFieldsHasToBeAskedFirst(t *testing.T) {
	click := clickOn(t, handOver)
	assert.Equal(t, "hand-over", click.Action)
	assert.Equal(t, slack.TaskRef{Workflow: "lead-4k7q2m9x", Task: "contact"}, click.Task)
	assert.Equal(t, &slack.Dialog{Title: "Contact Contoso", Label: "Hand over", Fields: handOver.Fields}, click.Dialog)
	assert.Equal(t, "12.34.abc", click.Trigger)
	assert.Nil(t, click.Form)
}

func TestADialogAsksForTheFields(t *testing.T) {
	view, _ := opened(t, clickOn(t, handOver))
	assert.Equal(t, "modal", view.Type)
	assert.Equal(t, []string{"Hand over", "Send", "Cancel"}, []string{view.Title.Text, view.Submit.Text, view.Close.Text})
	require.Len(t, view.Blocks, 4)
	assert.Equal(t, "Contact Contoso", view.Blocks[0].Elements[0].Text)
	to, days, comment := view.Blocks[1], view.Blocks[2], view.Blocks[3]
	assert.Equal(t, []string{"to", "days", "comment"}, []string{to.BlockID, days.BlockID, comment.BlockID})
	assert.Equal(t, []bool{false, true, true}, []bool{to.Optional, days.Optional, comment.Optional})
	assert.Equal(t, "static_select", to.Element.Type)
	assert.Equal(t, []bool{true, false, false}, []bool{to.Element.Focus, days.Element.Focus, comment.Element.Focus})
	require.Len(t, to.Element.Options, 2)
	assert.Equal(t, "Maria &lt;Lopez&gt;", to.Element.Options[0].Text.Text)
	assert.Equal(t, "maria", to.Element.Options[0].Value)
	assert.Equal(t, "sam", to.Element.Options[1].Text.Text, "a choice without a label is called as its value")
	assert.Equal(t, "plain_text_input", days.Element.Type)
	assert.Equal(t, []bool{false, true}, []bool{days.Element.Multiline, comment.Element.Multiline})
	assert.Equal(t, "In days", days.Hint.Text)
	assert.Nil(t, to.Hint)
	assert.Equal(t, 3000, comment.Element.MaxLength)
}

func TestADialogIsSentAsSlackDescribesIt(t *testing.T) {
	ws, o := workspaceAt(t, contract.Slack(t).Handler)
	require.NoError(t, slack.NewDialogs(o).Open(t.Context(), clickOn(t, handOver)))
	assert.Equal(t, 1, ws.count("views.open"))
}

func TestADialogsTextsAreCutToSlacksLimits(t *testing.T) {
	units := func(s string) int { return len(utf16.Encode([]rune(s))) }
	long := strings.Repeat("&é", 300)
	click := clickOn(t, slack.Button{Action: "a", Label: long, Fields: []slack.Field{
		{Name: "n", Label: long, Hint: long, Kind: slack.FieldChoice, Choices: []slack.Choice{{Value: "v", Label: long}}},
	}})
	view, _ := opened(t, click)
	for _, cut := range []struct {
		text string
		most int
	}{
		{view.Title.Text, 24}, {view.Blocks[1].Label.Text, 2000}, {view.Blocks[1].Hint.Text, 2000}, {view.Blocks[1].Element.Options[0].Text.Text, 75},
	} {
		assert.LessOrEqual(t, units(cut.text), cut.most)
	}
	assert.True(t, strings.HasSuffix(view.Title.Text, "…"), "where it can be seen")
}

// colleagues are people with names as different as people's are.
func colleagues(n int) (choices []slack.Choice) {
	r := rand.New(rand.NewPCG(1, 2))
	name := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	for range n {
		first, last := name(4+r.IntN(4)), name(5+r.IntN(4))
		choices = append(choices, slack.Choice{Value: first + "." + last, Label: strings.ToUpper(first[:1]) + first[1:] + " " + strings.ToUpper(last[:1]) + last[1:]})
	}
	return choices
}

func TestALongTitleLeavesRoomForTheDialog(t *testing.T) {
	long := make([]rune, 5000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range long {
		long[i] = rune(0x4e00 + r.IntN(5000)) // nothing that a compression would help with
	}
	_, a := open(t, nil)
	_, err := a.PostCard(t.Context(), key, slack.Card{To: "C1", Title: string(long), Task: card.Task, Buttons: []slack.Button{
		{Action: "a", Label: string(long), Fields: handOver.Fields},
	}})
	assert.NoError(t, err)
}

func TestAButtonCarriesALongListAndSaysWhereItHadToEndIt(t *testing.T) {
	for _, c := range []struct{ n, atLeast int }{{1, 1}, {30, 30}, {60, 60}, {100, 60}, {1000, 60}} {
		b := handOver
		b.Fields = append([]slack.Field{}, b.Fields...)
		b.Fields[0].Choices = colleagues(c.n)
		click := clickOn(t, b)
		got := click.Dialog.Fields[0]
		require.GreaterOrEqual(t, len(got.Choices), c.atLeast)
		require.LessOrEqual(t, len(got.Choices), 100)
		assert.Equal(t, b.Fields[0].Choices[:len(got.Choices)], got.Choices)
		assert.Equal(t, b.Fields[1:], click.Dialog.Fields[1:])
		if len(got.Choices) == c.n {
			assert.Empty(t, got.Hint)
		} else {
			assert.Equal(t, fmt.Sprintf("These are the first %d of %d.", len(got.Choices), c.n), got.Hint)
		}
	}
}

func TestWhatNoDialogCanAskForIsRefusedWithTheCard(t *testing.T) {
	field := func(change func(*slack.Field)) []slack.Field {
		f := slack.Field{Name: "to", Label: "To", Kind: slack.FieldChoice, Choices: []slack.Choice{{Value: "a", Label: "A"}}}
		change(&f)
		return []slack.Field{f}
	}
	noise := make([]byte, 4000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte('!' + r.IntN(90))
	}
	_, a := open(t, nil)
	for wrong, fields := range map[string][]slack.Field{
		"name":          field(func(f *slack.Field) { f.Name = "" }),
		"label":         field(func(f *slack.Field) { f.Label = " " }),
		"kind":          field(func(f *slack.Field) { f.Kind = "date" }),
		"no choices":    field(func(f *slack.Field) { f.Choices = nil }),
		"a choice":      field(func(f *slack.Field) { f.Choices[0].Value = "" }),
		"1 to 150":      field(func(f *slack.Field) { f.Choices[0].Value = strings.Repeat("x", 151) }),
		"name of its":   append(field(func(*slack.Field) {}), field(func(*slack.Field) {})...),
		"doesn't fit":   field(func(f *slack.Field) { f.Hint = string(noise) }),
		"than 100 fit":  hundred(),
		"1 to 255 char": field(func(f *slack.Field) { f.Name = strings.Repeat("x", 256) }),
	} {
		_, err := a.PostCard(t.Context(), key, slack.Card{
			To: "C1", Task: card.Task, Buttons: []slack.Button{{Action: "go", Label: "Go", Fields: fields}},
		})
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, wrong)
		assert.Contains(t, f.Message, wrong)
	}
}

func hundred() (fields []slack.Field) {
	for i := range 100 {
		fields = append(fields, slack.Field{Name: fmt.Sprint(i), Label: "x", Kind: slack.FieldText})
	}
	return fields
}

func TestAClickThatIsDeliveredTwiceOpensOneDialog(t *testing.T) {
	_, o := workspaceAt(t, nil)
	dialogs, click := slack.NewDialogs(o), clickOn(t, handOver)
	require.NoError(t, dialogs.Open(t.Context(), click))
	require.NoError(t, dialogs.Open(t.Context(), click))
}

func TestADialogThatCannotBeOpenedIsAFault(t *testing.T) {
	ws, o := workspaceAt(t, nil)
	ws.before = func(w http.ResponseWriter, _ string) bool {
		_, err := w.Write([]byte(`{"ok":false,"error":"expired_trigger_id"}`))
		return assert.NoError(t, err)
	}
	f := faultOf(t, slack.NewDialogs(o).Open(t.Context(), clickOn(t, handOver)))
	assert.Equal(t, "expired_trigger_id", f.Code)
	assert.Equal(t, fault.ClassFinal, f.Class)
}
