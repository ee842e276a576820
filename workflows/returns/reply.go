package returns

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// maxDays is how many more days support may give a customer at a time, and fieldDays where they say how many.
const (
	maxDays   = 90
	fieldDays = "days"
)

var (
	answerAction = humantask.Action{
		Name: ActionAnswer, Label: "Answer the customer", Style: "primary", Done: "Answered",
		Fields: []slack.Field{humantask.Comment("Answer", true)},
	}
	doneAction = humantask.Action{
		Name: ActionDone, Label: "Nothing to do", Done: "Done", Fields: []slack.Field{humantask.Comment("Why", false)},
	}
)

// answerReplies has support see to what the customer writes while nothing else asks support about the return. It is asked about one
// thing at a time; what comes meanwhile is told on the same card.
func (r *returning) answerReplies(ctx workflow.Context) {
	workflow.GoNamed(ctx, ReplyTask, func(ctx workflow.Context) {
		for {
			if workflow.Await(ctx, func() bool { return len(r.unread) > 0 && len(r.replyActions()) > 0 }) != nil {
				return
			}
			if err := r.askAboutReply(ctx); err != nil {
				r.failed(err)
				return
			}
		}
	})
}

// replyActions are what can be done about what a customer writes, as it is now; none where support is asked about the return anyway,
// or is about to be.
func (r *returning) replyActions() []humantask.Action {
	switch {
	case r.stage == StageArrival:
		return []humantask.Action{answerAction, r.extendAction(), r.cancelAction(), doneAction}
	case r.stage == StagePayment, r.listening && r.result.Ending == Completed:
		return []humantask.Action{answerAction, doneAction}
	case r.listening && !r.again:
		return []humantask.Action{answerAction, againAction, doneAction}
	}
	return nil
}

// askAboutReply asks support what becomes of what is unread. Where the return goes on before they answer, so that other answers make
// sense, it is unread again.
func (r *returning) askAboutReply(ctx workflow.Context) error {
	r.asking++
	defer func() { r.asking-- }()
	role, err := r.role(ctx, r.policy.Support)
	if err != nil {
		return err
	}
	actions := r.replyActions()
	if len(actions) == 0 {
		return nil // it has gone on meanwhile
	}
	r.replies++
	r.replying, r.about = fmt.Sprintf("%s-%d", ReplyTask, r.replies), r.unread
	title := "An e-mail didn't arrive: "
	if slices.ContainsFunc(r.about, func(u unread) bool { return u.written }) {
		title = "The customer has written: "
	}
	task := r.supportTask(role, r.replying, title+r.name())
	task.Text = r.whereItIs() + r.takeUnread()
	task.Actions, task.Facts = actions, r.facts
	task.WhyWithdrawn = func() string {
		if r.way.Err() != nil { // all of it was given up
			return ""
		}
		return "the return has gone on meanwhile, so you are asked anew."
	}
	asking, moot := workflow.WithCancel(ctx)
	stage := r.stage
	r.moot = moot
	outcome, err := r.desk.Ask(asking, task)
	r.moot = func() {}
	moot()
	switch {
	case err == nil:
		r.spendTask(stage, outcome)
		r.afterReply(ctx, outcome)
		return nil
	case ctx.Err() != nil || !temporal.IsCanceledError(err):
		return err
	}
	r.unread = append(r.about, r.unread...)
	return nil
}

// whereItIs says where the return is, for who hasn't had it before them.
func (r *returning) whereItIs() string {
	switch {
	case r.stage == StageArrival:
		return "The parcel is awaited until " + day(r.until) + "."
	case r.stage == StagePayment:
		return "Everything has come, and finance sees to the payment. The return can't be taken back any more."
	}
	return fmt.Sprintf("The return is %s.", r.result.Ending)
}

// afterReply does what support has answered.
func (r *returning) afterReply(ctx workflow.Context, o humantask.Outcome) {
	told := map[string]string{"answer": o.Comment, "until": ""}
	switch o.Action {
	case ActionDone:
		r.note(ctx, "There is nothing to do about what the customer wrote.", r.restingStage())
		return
	case ActionCancel:
		r.keeping = true
		return
	case ActionAgain:
		r.hadASay(o.By)
		r.again = true
	case ActionExtend:
		days, _ := count(o.Fields[fieldDays], maxDays)
		r.moreTime(ctx, time.Duration(days)*24*time.Hour)
		told["until"] = day(r.until)
		r.desk.Tell(ctx, r.parcelID(), "The customer has more time to send it, until "+told["until"]+".")
	}
	if told["answer"] != "" || told["until"] != "" {
		r.tell(ctx, mailAnswer, told)
	}
}

func (r *returning) extendAction() humantask.Action {
	return humantask.Action{
		Name: ActionExtend, Label: "Give them more time", Done: "More time given",
		Fields: []slack.Field{
			{Name: fieldDays, Label: "Days", Kind: slack.FieldText, Required: true, Hint: fmt.Sprintf("How many more, from 1 to %d", maxDays)},
			humantask.Comment("What else they are told", false),
		},
		Check: func(d humantask.Decision) string {
			if n, ok := count(d.Fields[fieldDays], maxDays); !ok || n == 0 {
				return fmt.Sprintf("Days: write a number from 1 to %d.", maxDays)
			}
			return r.nothingAwaited(d)
		},
	}
}

func (r *returning) cancelAction() humantask.Action {
	return humantask.Action{
		Name: ActionCancel, Label: "They keep it after all", Style: "danger", Done: "The customer keeps what hasn't arrived",
		Confirm: "What hasn't arrived isn't waited for any more, and the customer is told so.", Check: r.nothingAwaited,
	}
}

// nothingAwaited refuses an answer that comes once all has come, or time is over, before the stage has ended: the shop has to be told.
func (r *returning) nothingAwaited(humantask.Decision) string {
	if !r.awaited {
		return "Nothing is awaited any more. You are asked anew."
	}
	return ""
}

var againAction = humantask.Action{
	Name: ActionAgain, Label: "Look at it again", Done: "Looked at again",
	Fields: []slack.Field{humantask.Comment("What the customer is told", false)},
}

// listen hears for a while, after the end, what the customer still has to say. It reports whether support wants the return to be
// begun again. It ends when nobody of support is asked anything any more.
func (r *returning) listen(ctx workflow.Context) (again bool, err error) {
	r.listening, r.again = true, false
	defer func() { r.listening = false }()
	r.enter(StageReplies)
	r.desk.Publish(ctx)
	over := func() bool { return r.again || r.payError() != nil }
	if _, err := step.WaitAtMost(ctx, r.policy.ReplyWindow.Duration, "Listen to the customer", over); err != nil {
		return false, err
	}
	err = workflow.Await(ctx, func() bool { return over() || len(r.unread) == 0 && r.asking == 0 })
	if err != nil || r.again {
		return r.again, err
	}
	return false, r.settled(ctx) // a refund may have failed after it had succeeded
}
