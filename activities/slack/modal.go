package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

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
	// Prefilled is whether its fields had values to begin with, and Kept are those whose value it couldn't show.
	Prefilled bool     `json:"p,omitempty"`
	Kept      []string `json:"k,omitempty"`
}

// Dialogs opens the dialogs that clicks ask for. It is no activity: a dialog must be opened within three seconds of the click,
// by whoever takes it. It is safe for concurrent use.
type Dialogs struct{ api *sdk.Client }

// NewDialogs opens dialogs with the bot's token; the method, views.open, needs no scope.
func NewDialogs(o Options) *Dialogs { return &Dialogs{client(o)} }

// Open shows the dialog that a click asks for to the person who clicked. A click that was delivered twice opens one dialog.
// The error carries a fault; its code is "expired_trigger_id" where three seconds were over.
func (d *Dialogs) Open(ctx context.Context, click Click) error {
	view, err := click.modal(click.Dialog.Fields, answered{})
	if err != nil {
		return err
	}
	_, err = d.open(ctx, click, view)
	return err
}

// open opens a dialog; the zero Opened where the click has one already.
func (d *Dialogs) open(ctx context.Context, click Click, view sdk.ModalViewRequest) (Opened, error) {
	answer, err := d.api.OpenViewContext(ctx, click.Trigger, view)
	if err == nil {
		return Opened{ID: answer.ID, hash: answer.Hash}, nil
	}
	err = toFault(err)
	if f, _ := fault.From(err); f.Code == "exchanged_trigger_id" {
		return Opened{}, nil
	}
	return Opened{}, err
}

// modal draws the dialog: what the answer is about, then an input for each field.
func (c Click) modal(fields []Field, carries answered) (sdk.ModalViewRequest, error) {
	view := c.bare()
	carries.TaskRef, carries.Action, carries.Message = c.Task, c.Action, c.Message
	carried, err := json.Marshal(carries)
	if err == nil && length(string(carried)) > maxMetadata {
		err = errors.New("what the dialog carries is too long: the task's name and version, and its fields' names")
	}
	if err != nil {
		return view, fault.Final(system, "invalid_card", err.Error()).Err()
	}
	view.PrivateMetadata, view.Submit = string(carried), plainText("Send", maxModalTitle)
	for i, f := range fields {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, f.input(i == 0))
	}
	return view, nil
}

// bare is the dialog without anything to fill in.
func (c Click) bare() sdk.ModalViewRequest {
	view := sdk.ModalViewRequest{
		Type: sdk.VTModal, CallbackID: modalID,
		Title: plainText(line(c.Dialog.Label), maxModalTitle), Close: plainText("Cancel", maxModalTitle),
	}
	if title := line(c.Dialog.Title); title != "" {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, sdk.NewContextBlock("", plainText(title, maxSection)))
	}
	return view
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
		var chosen *sdk.OptionBlockObject
		for _, c := range f.Choices {
			option := sdk.NewOptionBlockObject(c.Value, plainText(line(cmp.Or(c.Label, c.Value)), maxOptionText), nil)
			options = append(options, option)
			if c.Value == f.Value {
				chosen = option
			}
		}
		choice := sdk.NewOptionsSelectBlockElement(sdk.OptTypeStatic, nil, inputID, options...)
		choice.FocusOnLoad, choice.InitialOption = first, chosen
		block.Element = choice
		return block
	}
	text := sdk.NewPlainTextInputBlockElement(nil, inputID)
	text.Multiline, text.MaxLength, text.FocusOnLoad = f.Kind == FieldLong, maxInput, first
	text.InitialValue = f.Value // no text object, so nothing in it is escaped
	block.Element = text
	return block
}
