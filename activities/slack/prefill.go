package slack

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/fault"
)

// Opened is a dialog that somebody has in front of them.
type Opened struct {
	// ID is Slack's; "" where an earlier delivery of the same click has opened the dialog, and sees to it.
	ID   string
	hash string // which state of it we know: Slack replaces no other
}

// What stands in a dialog that has nothing to fill in, and under a field whose value it can't show.
const (
	loading  = "Loading what there is so far…"
	keptHint = "What is there now is too long for this dialog. Leave this empty to keep it; what you write here takes its place."
)

// Begin opens the dialog of a click whose fields have values to begin with ([Dialog.Prefilled]). A click's trigger lives three
// seconds, which is no time to ask a workflow in, so the dialog says at first that it is loading; [Dialogs.Fill] or [Dialogs.Fail]
// replaces that. The errors are those of [Dialogs.Open].
func (d *Dialogs) Begin(ctx context.Context, click Click) (Opened, error) {
	return d.open(ctx, click, click.saying(loading))
}

// Fill puts the fields into a dialog that was begun, each with its value. A value that Slack's dialogs can't show, since it is
// longer than 3000 characters or no choice of the first hundred, stays as it is unless something is written in its place; page is
// the address where it can be changed, "" for none. Whoever has closed the dialog meanwhile is no error.
func (d *Dialogs) Fill(ctx context.Context, o Opened, click Click, fields []Field, page string) error {
	if err := checkFields(click.Action, fields); err != nil {
		return err
	}
	carries := answered{Prefilled: true}
	fields = withChoices(fields, maxOptions)
	for i, f := range fields {
		if f.Value == "" || f.shows() {
			continue
		}
		carries.Kept = append(carries.Kept, f.Name)
		f.Value, f.Required, f.Hint = "", false, strings.TrimSpace(f.Hint+"\n"+keptHint)
		fields[i] = f
	}
	view, err := click.modal(fields, carries)
	if err != nil {
		return err
	}
	if page != "" && len(carries.Kept) > 0 && len(view.Blocks.BlockSet) < maxBlocks {
		text := linked("All of it can be changed on this task’s page.", page, maxSection)
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, sdk.NewSectionBlock(sdk.NewTextBlockObject(sdk.MarkdownType, text, false, true), nil, nil))
	}
	return d.replace(ctx, o, view)
}

// Fail says in a dialog that was begun why there is nothing to fill in.
func (d *Dialogs) Fail(ctx context.Context, o Opened, click Click, text string) error {
	return d.replace(ctx, o, click.saying(text))
}

// replace puts another view in a dialog's place.
func (d *Dialogs) replace(ctx context.Context, o Opened, view sdk.ModalViewRequest) error {
	_, err := d.api.UpdateViewContext(ctx, view, "", o.hash, o.ID)
	if err == nil {
		return nil
	}
	err = toFault(err)
	switch f, _ := fault.From(err); f.Code {
	case "not_found", // it was closed
		"hash_conflict": // it was replaced: by this very call, whose answer got lost
		return nil
	}
	return err
}

// saying is the dialog with a text and nothing to fill in.
func (c Click) saying(text string) sdk.ModalViewRequest {
	view := c.bare()
	view.Blocks.BlockSet = append(view.Blocks.BlockSet, sdk.NewSectionBlock(plainText(text, maxSection), nil, nil))
	return view
}

// shows reports whether a dialog can show the field's value.
func (f Field) shows() bool {
	if f.Kind == FieldChoice {
		return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == f.Value })
	}
	return length(f.Value) <= maxInput
}
