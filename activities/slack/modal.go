package slack

import (
	"cmp"
	"context"
	"encoding/json"

	sdk "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/fault"
)

// modalID is the callback_id of our dialogs, and inputID the action_id of each of their inputs; an input's block_id is its
// field's name.
const (
	modalID = ActionPrefix + "answer"
	inputID = "value"
)

// answered is what a dialog carries through Slack: the click that it belongs to.
type answered struct {
	TaskRef
	Action  string `json:"a"`
	Message Posted `json:"m"`
}

// Dialogs opens the dialogs that clicks ask for. It is no activity: a dialog must be opened within three seconds of the click,
// by whoever takes it. It is safe for concurrent use.
type Dialogs struct{ api *sdk.Client }

// NewDialogs opens dialogs with the bot's token; the method, views.open, needs no scope.
func NewDialogs(o Options) *Dialogs { return &Dialogs{client(o)} }

// Open shows the dialog that a click asks for to the person who clicked. A click that was delivered twice opens one dialog.
// The error carries a fault; its code is "expired_trigger_id" where three seconds were over.
func (d *Dialogs) Open(ctx context.Context, click Click) error {
	view, err := click.modal()
	if err != nil {
		return err
	}
	_, err = d.api.OpenViewContext(ctx, click.Trigger, view)
	if err == nil {
		return nil
	}
	err = toFault(err)
	if f, _ := fault.From(err); f.Code == "exchanged_trigger_id" {
		return nil
	}
	return err
}

// modal draws the dialog: what the answer is about, then an input for each field.
func (c Click) modal() (sdk.ModalViewRequest, error) {
	carried, err := json.Marshal(answered{TaskRef: c.Task, Action: c.Action, Message: c.Message})
	if err != nil {
		return sdk.ModalViewRequest{}, fault.Final(system, "invalid_card", err.Error()).Err()
	}
	view := sdk.ModalViewRequest{
		Type: sdk.VTModal, CallbackID: modalID, PrivateMetadata: string(carried),
		Title:  plainText(line(c.Dialog.Label), maxModalTitle),
		Submit: plainText("Send", maxModalTitle), Close: plainText("Cancel", maxModalTitle),
	}
	if title := line(c.Dialog.Title); title != "" {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, sdk.NewContextBlock("", plainText(title, maxSection)))
	}
	for i, f := range c.Dialog.Fields {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, f.input(i == 0))
	}
	return view, nil
}

// input draws a field; the first one has the focus when the dialog opens.
func (f Field) input(first bool) sdk.Block {
	var hint *sdk.TextBlockObject
	if f.Hint != "" {
		hint = plainText(f.Hint, maxInputLabel)
	}
	block := sdk.NewInputBlock(f.Name, plainText(line(f.Label), maxInputLabel), hint, nil).WithOptional(!f.Required)
	if f.Kind == FieldChoice {
		var options []*sdk.OptionBlockObject
		for _, c := range f.Choices {
			options = append(options, sdk.NewOptionBlockObject(c.Value, plainText(line(cmp.Or(c.Label, c.Value)), maxOptionText), nil))
		}
		choice := sdk.NewOptionsSelectBlockElement(sdk.OptTypeStatic, nil, inputID, options...)
		choice.FocusOnLoad = first
		block.Element = choice
		return block
	}
	text := sdk.NewPlainTextInputBlockElement(nil, inputID)
	text.Multiline, text.MaxLength, text.FocusOnLoad = f.Kind == FieldLong, maxInput, first
	block.Element = text
	return block
}
