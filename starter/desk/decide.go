package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/workflows/humantask"
)

// Choice is an answer to a task, given on somebody's behalf.
type Choice struct {
	Workflow string
	// Task is the task's ID; "" means the one that takes the action, where only one does.
	Task   string
	Action string
	// As is the handbook ID of who decides.
	As      string
	Comment string
	// Fields are what else the action asks for, by name.
	Fields map[string]string
}

// Decide gives an answer through the workflow's update, by the same rules as a click, and returns what became of it. A
// refusal is an answer and no error. The error says what is wrong with the choice and what there is to choose from, or that
// nobody could be asked.
func Decide(ctx context.Context, c client.Client, choice Choice) (humantask.Answer, error) {
	views, err := Tasks(ctx, c, choice.Workflow)
	var unknown *serviceerror.NotFound
	switch {
	case errors.As(err, &unknown):
		return humantask.Answer{}, fmt.Errorf("there is no workflow %q, or it ended long ago", choice.Workflow)
	case err != nil:
		return humantask.Answer{}, fmt.Errorf("%s could not be asked for its tasks; is a worker running? (%w)", choice.Workflow, err)
	}
	task, err := pick(views, choice)
	if err != nil {
		return humantask.Answer{}, err
	}
	if err := fits(task, choice); err != nil {
		return humantask.Answer{}, err
	}
	id := uuid.NewString()
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID:   id,
		WorkflowID: choice.Workflow,
		UpdateName: humantask.UpdateDecide,
		Args: []any{humantask.Decision{
			ID: id, Task: task.ID, Version: task.Version, Action: choice.Action,
			By: humantask.Actor{Person: choice.As}, Comment: choice.Comment, Fields: choice.Fields,
		}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var answer humantask.Answer
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	var refused *temporal.ApplicationError
	switch {
	case errors.As(err, &refused): // the validator refused it, before history grew
		return humantask.Answer{Text: byFlags(task, choice.Action, refused.Message())}, nil
	case errors.As(err, &unknown):
		return humantask.Answer{}, fmt.Errorf("%s has ended meanwhile; nothing was decided", choice.Workflow)
	case err != nil:
		return humantask.Answer{}, fmt.Errorf("it is not known whether the decision was recorded; list the tasks to see (%w)", err)
	}
	if !answer.Accepted {
		answer.Text = byFlags(task, choice.Action, answer.Text)
	}
	return answer, nil
}

// pick finds the task that a choice means. One that was decided already is a task too: the workflow says by whom.
func pick(views []humantask.View, choice Choice) (humantask.View, error) {
	var takes []humantask.View
	for _, v := range views {
		switch {
		case choice.Task != "" && v.ID == choice.Task:
			if v.Open() && !slices.Contains(actions(v), choice.Action) {
				return v, fmt.Errorf("%q is no answer to task %q; choose one of: %s", choice.Action, v.ID, strings.Join(actions(v), ", "))
			}
			return v, nil
		case choice.Task == "" && v.Open() && slices.Contains(actions(v), choice.Action):
			takes = append(takes, v)
		}
	}
	if len(takes) == 1 {
		return takes[0], nil
	}
	problem := fmt.Sprintf("no open task of %s takes %q", choice.Workflow, choice.Action)
	switch {
	case choice.Task != "":
		problem = fmt.Sprintf("%s has no task %q", choice.Workflow, choice.Task)
	case len(takes) > 1:
		problem = fmt.Sprintf("several tasks of %s take %q: name one", choice.Workflow, choice.Action)
	}
	return humantask.View{}, errors.New(problem + "\n" + onOffer(views))
}

// onOffer lists the tasks: the open ones with the answers that they take, the others with the one that they got.
func onOffer(views []humantask.View) string {
	lines := []string{"its tasks:"}
	for _, v := range views {
		switch {
		case v.Open():
			lines = append(lines, fmt.Sprintf("  %s (%s), with %s: %s", v.ID, v.Title, strings.Join(waitsOn(v), ", "), strings.Join(actions(v), ", ")))
		case v.Outcome == nil:
			lines = append(lines, fmt.Sprintf("  %s (%s): %s", v.ID, v.Title, v.Withdrawn))
		default:
			lines = append(lines, fmt.Sprintf("  %s (%s): %s decided %s", v.ID, v.Title, v.Outcome.By.ID, v.Outcome.Action))
		}
	}
	if len(lines) == 1 {
		return "it has no task"
	}
	return strings.Join(lines, "\n")
}
