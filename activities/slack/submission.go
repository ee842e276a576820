package slack

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// view is the part of a dialog that was sent which makes a [Form].
type view struct {
	ID         string `json:"id"`
	CallbackID string `json:"callback_id"`
	Metadata   string `json:"private_metadata"`
	Blocks     []struct {
		Type     string `json:"type"`
		BlockID  string `json:"block_id"`
		Optional bool   `json:"optional"`
	} `json:"blocks"`
	State struct {
		Values map[string]map[string]struct {
			Value    string `json:"value"`
			Selected struct {
				Value string `json:"value"`
			} `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// sent reads a dialog that was sent.
func (in interaction) sent() (Click, error) {
	var carried answered
	if json.Unmarshal([]byte(in.View.Metadata), &carried) != nil {
		return Click{}, errors.New("the dialog's private_metadata names no task: it is none of ours")
	}
	click := Click{
		ID: in.View.ID, User: in.User.ID, Message: carried.Message, Action: carried.Action, Task: carried.TaskRef,
		Form: in.View.form(carried),
	}
	if len(click.Form.Fields) == 0 {
		return Click{}, errors.New("the dialog has no field")
	}
	return click.complete(part{in.View.ID, "view.id"})
}

// form reads what was filled in. What Slack has checked already, that required fields are, is found out again: an answer must
// not depend on a browser.
func (v view) form(carried answered) *Form {
	f := &Form{Values: map[string]string{}}
	for _, b := range v.Blocks {
		if b.Type != "input" || b.BlockID == "" {
			continue
		}
		f.Fields = append(f.Fields, b.BlockID)
		input := v.State.Values[b.BlockID][inputID]
		switch value := input.Value + input.Selected.Value; { // an input has one of the two
		case strings.TrimSpace(value) != "":
			f.Values[b.BlockID] = value
		case !b.Optional:
			f.Missing = append(f.Missing, b.BlockID)
		case carried.Prefilled && !slices.Contains(carried.Kept, b.BlockID):
			f.Values[b.BlockID] = "" // what stood there was deleted
		}
	}
	return f
}
