package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/slack"
)

// change is a button whose fields have values, and inFull are those fields.
var (
	change = slack.Button{Action: "change", Label: "Change it", Prefilled: true, Fields: []slack.Field{
		{Name: "scope", Label: "Scope", Kind: slack.FieldLong, Required: true, Hint: strings.Repeat("In Markdown. ", 300)},
	}}
	inFull = []slack.Field{
		{Name: "scope", Label: "Scope", Kind: slack.FieldLong, Required: true, Value: "Forty <robots> & more\nby June"},
		{Name: "discount", Label: "Discount", Kind: slack.FieldText, Value: "5%"},
		{Name: "tier", Label: "Tier", Kind: slack.FieldChoice, Value: "b", Choices: []slack.Choice{{Value: "a", Label: "Gold"}, {Value: "b", Label: "Silver"}}},
		{Name: "comment", Label: "Why", Kind: slack.FieldLong},
	}
)

// begun is the dialog of a click on that button.
func begun(t *testing.T, d *slack.Dialogs) slack.Opened {
	t.Helper()
	click := clickOn(t, change)
	click.Trigger = fmt.Sprintf("1.2.%p", &click)
	o, err := d.Begin(t.Context(), click)
	require.NoError(t, err)
	return o
}

// filled is the dialog with those fields in it, as it was sent.
func filled(t *testing.T, fields []slack.Field, page string) (view modal, raw string) {
	t.Helper()
	ws, o := workspaceAt(t, nil)
	d := slack.NewDialogs(o)
	require.NoError(t, d.Fill(t.Context(), begun(t, d), clickOn(t, change), fields, page))
	form := ws.last("views.update")
	assert.Equal(t, "V0001", form.Get("view_id"))
	assert.Equal(t, "1.a", form.Get("hash"), "so that nothing else is replaced")
	raw = form.Get("view")
	require.NoError(t, json.Unmarshal([]byte(raw), &view))
	return view, raw
}

func TestAButtonWhoseFieldsHaveValuesCarriesNone(t *testing.T) {
	click := clickOn(t, change)
	assert.Equal(t, &slack.Dialog{Title: "Contact Contoso", Label: "Change it", Prefilled: true}, click.Dialog)
	assert.Equal(t, "12.34.abc", click.Trigger)
}

func TestADialogIsThereAtOnceAndSaysThatItIsLoading(t *testing.T) {
	ws, o := workspaceAt(t, nil)
	opened := begun(t, slack.NewDialogs(o))
	assert.Equal(t, "V0001", opened.ID)
	var view modal
	require.NoError(t, json.Unmarshal([]byte(ws.last("views.open").Get("view")), &view))
	assert.Equal(t, "Change it", view.Title.Text)
	assert.Nil(t, view.Submit, "there is nothing to send yet")
	assert.Equal(t, []string{"context", "section"}, []string{view.Blocks[0].Type, view.Blocks[1].Type})
	assert.Contains(t, view.Blocks[1].Text.Text, "Loading")
}

func TestADialogIsFilledWithWhatThereIs(t *testing.T) {
	view, _ := filled(t, inFull, "https://door.example/tasks/x")
	require.Len(t, view.Blocks, 5)
	assert.Equal(t, "Forty <robots> & more\nby June", view.Blocks[1].Element.Initial, "as it is: this is no markup")
	assert.Equal(t, "5%", view.Blocks[2].Element.Initial)
	require.NotNil(t, view.Blocks[3].Element.Chosen)
	assert.Equal(t, "b", view.Blocks[3].Element.Chosen.Value)
	assert.Equal(t, view.Blocks[3].Element.Options[1].Text, view.Blocks[3].Element.Chosen.Text, "Slack wants the very option")
	assert.Empty(t, view.Blocks[4].Element.Initial)
	assert.Equal(t, []bool{false, true, true, true}, []bool{view.Blocks[1].Optional, view.Blocks[2].Optional, view.Blocks[3].Optional, view.Blocks[4].Optional})
	assert.NotNil(t, view.Submit)
}

func TestAValueThatADialogCannotShowMayStayAsItIs(t *testing.T) {
	fields := append([]slack.Field{}, inFull...)
	fields[0].Value, fields[0].Hint = strings.Repeat("ä", 2998)+"😀", "In Markdown" // 3000 as Slack may count them
	view, _ := filled(t, fields, "https://door.example/tasks/x")
	assert.Equal(t, fields[0].Value, view.Blocks[1].Element.Initial)
	assert.Len(t, view.Blocks, 5)

	fields[0].Value += "ä"
	fields[2].Choices = colleagues(150)
	fields[2].Value = fields[2].Choices[140].Value
	view, _ = filled(t, fields, "https://door.example/tasks/x")
	scope, tier := view.Blocks[1], view.Blocks[3]
	assert.Empty(t, scope.Element.Initial)
	assert.True(t, scope.Optional, "leaving it empty keeps what is there")
	assert.Contains(t, scope.Hint.Text, "In Markdown\nWhat is there now is too long for this dialog. Leave this empty to keep it")
	assert.Nil(t, tier.Element.Chosen)
	assert.Len(t, tier.Element.Options, 100)
	assert.Equal(t, "<https://door.example/tasks/x|All of it can be changed on this task’s page.>", view.Blocks[5].Text.Text)
	view, _ = filled(t, fields, "")
	assert.Len(t, view.Blocks, 5, "where there is no page")
	assert.Len(t, fields[2].Choices, 150, "the fields are left alone")
}

func TestWhatIsSentTellsWhatWasEmptiedFromWhatIsToStay(t *testing.T) {
	fields := append([]slack.Field{}, inFull...)
	fields[0].Value = strings.Repeat("x", 3001)
	_, view := filled(t, fields, "")
	payload := fmt.Sprintf(`{"type":"view_submission","user":{"id":"U024BE7LH"},"view":{"id":"V0001","state":{"values":{
		"scope":{"value":{"value":null}},"discount":{"value":{"value":null}},"tier":{"value":{"selected_option":{"value":"a"}}}}},%s}`, view[1:])
	click, err := slack.ParseClick([]byte(payload))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"discount": "", "tier": "a", "comment": ""}, click.Form.Values)
	assert.Empty(t, click.Form.Missing)
	assert.Equal(t, "change", click.Action)
}

func TestADialogThatCannotBeFilledSaysWhy(t *testing.T) {
	ws, o := workspaceAt(t, nil)
	d := slack.NewDialogs(o)
	require.NoError(t, d.Fail(t.Context(), begun(t, d), clickOn(t, change), "Grace <decided> this."))
	var view modal
	require.NoError(t, json.Unmarshal([]byte(ws.last("views.update").Get("view")), &view))
	assert.Nil(t, view.Submit)
	assert.Equal(t, "Grace &lt;decided&gt; this.", view.Blocks[1].Text.Text)
}

func TestDialogsAreReplacedAsSlackDescribesIt(t *testing.T) {
	ws, o := workspaceAt(t, contract.Slack(t).Handler)
	d := slack.NewDialogs(o)
	require.NoError(t, d.Fill(t.Context(), begun(t, d), clickOn(t, change), inFull, "https://door.example/tasks/x"))
	require.NoError(t, d.Fail(t.Context(), begun(t, d), clickOn(t, change), "x"))
	assert.Equal(t, 2, ws.count("views.update"))
}

func TestADialogThatWasClosedOrReplacedMeanwhileIsNoError(t *testing.T) {
	for code, benign := range map[string]bool{"not_found": true, "hash_conflict": true, "invalid_auth": false} {
		ws, o := workspaceAt(t, nil)
		d := slack.NewDialogs(o)
		opened := begun(t, d)
		ws.before = func(w http.ResponseWriter, _ string) bool {
			_, err := w.Write([]byte(`{"ok":false,"error":"` + code + `"}`))
			return assert.NoError(t, err)
		}
		assert.Equal(t, benign, d.Fail(t.Context(), opened, clickOn(t, change), "x") == nil, code)
	}
}

func TestAClickThatIsDeliveredTwiceBeginsOneDialog(t *testing.T) {
	_, o := workspaceAt(t, nil)
	d, click := slack.NewDialogs(o), clickOn(t, change)
	first, err := d.Begin(t.Context(), click)
	require.NoError(t, err)
	second, err := d.Begin(t.Context(), click)
	require.NoError(t, err)
	assert.NotEmpty(t, first.ID)
	assert.Empty(t, second.ID, "the first sees to it")
}

func TestFieldsThatNoDialogCanAskForAreAFault(t *testing.T) {
	_, o := workspaceAt(t, nil)
	d := slack.NewDialogs(o)
	assert.Equal(t, "invalid_card", faultOf(t, d.Fill(t.Context(), begun(t, d), clickOn(t, change), []slack.Field{{Name: "x", Kind: "date", Label: "x"}}, "")).Code)
	var many []slack.Field
	for i := range 30 {
		many = append(many, slack.Field{Name: fmt.Sprint(i, strings.Repeat("x", 200)), Label: "x", Kind: slack.FieldLong, Value: strings.Repeat("x", 3001)})
	}
	assert.Contains(t, faultOf(t, d.Fill(t.Context(), begun(t, d), clickOn(t, change), many, "")).Message, "too long")
}
