package returns

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// agree asks finance for their agreement to what was reckoned. What they don't want to pay goes back to support, who can ask for it to
// be paid all the same, or drop it. It reports whether it is to be paid. Of nothing nobody is asked.
func (p *payment) agree(ctx workflow.Context) (bool, error) {
	for p.by = nil; !p.reckoned.Total.IsZero(); {
		agreed, answers, err := p.ask(ctx)
		for _, o := range answers {
			p.spendTask(StagePayment, o)
		}
		if err != nil {
			return false, err
		}
		if agreed {
			p.by = answers
			return true, nil
		}
		p.against = append(p.against, answers...)
		decided, err := p.askAboutRefusal(ctx, answers)
		if err != nil {
			return false, err
		}
		p.spendTask(StagePayment, decided)
		p.result.Decided = append(p.result.Decided, decided)
		p.hadASay(decided.By)
		if decided.Action == ActionDrop {
			p.result.Refunds = append(p.result.Refunds, Refund{N: p.n, Reckoned: p.reckoned, Against: p.against, How: HowNothing, State: StateDropped})
			p.tell(ctx, mailAnswer, map[string]string{"answer": decided.Comment, "until": ""})
			p.paid = true // the customer knows how it ends
			return false, nil
		}
		p.why = "Support asks for it to be paid all the same. " + answersOf([]humantask.Outcome{decided})
		if err := p.workOut(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ask asks one of finance, or two where it is above the policy's amount, together with what the return was paid before: who records
// the parcels doesn't decide how many have to agree. It is never somebody who has decided about the return.
func (p *payment) ask(ctx workflow.Context) (agreed bool, answers []humantask.Outcome, err error) {
	p.questions++
	total, before := p.reckoned.Total, p.result.Refunded
	need := 1
	if p.policy.Two.Above(money.Amount{Minor: total.Minor + before.Minor, Currency: total.Currency}) {
		need = 2
	}
	role, err := p.whoMay(ctx, p.policy.Finance, need, p.approvers())
	if err != nil {
		return false, nil, err
	}
	task := humantask.Task{
		ID: p.taskID(), Version: p.reckoned.Digest, Title: fmt.Sprintf("Refund %s for the %s", total, p.name()), Text: p.why,
		Candidates: role.People, Channel: role.Channel, ExcludedNow: p.approvers, Facts: p.financeFacts(),
		Actions: []humantask.Action{
			{
				Name: ActionApprove, Label: "Pay it", Style: "primary", Done: "Agreed",
				Confirm: fmt.Sprintf("The customer gets %s.", total),
			},
			{
				Name: ActionReject, Label: "Don’t pay it", Style: "danger", Done: "Refused",
				Fields: []slack.Field{humantask.Comment("Why not, for support", true)},
			},
		},
		Ladder: p.policy.Payment, Calendars: p.policy.Calendars,
	}
	if need == 1 {
		o, err := p.desk.Ask(ctx, task)
		if err != nil {
			return false, nil, err
		}
		return o.Action == ActionApprove, []humantask.Outcome{o}, nil
	}
	task.Channel = "" // each is asked by themselves
	two := "Two of you have to agree to an amount like this"
	if !before.IsZero() {
		two += fmt.Sprintf(", together with the %s that this return was paid before", before)
	}
	task.Text = strings.TrimSpace(task.Text + "\n\n" + two + ".")
	said, err := p.desk.AskQuorum(ctx, humantask.Quorum{Task: task, Yes: ActionApprove, Need: need, Veto: true})
	return said.Agreed, said.Answers, err
}

// askAboutRefusal asks support what becomes of a refund that finance doesn't want to pay.
func (p *payment) askAboutRefusal(ctx workflow.Context, answers []humantask.Outcome) (humantask.Outcome, error) {
	role, err := p.role(ctx, p.policy.Support)
	if err != nil {
		return humantask.Outcome{}, err
	}
	p.paying.refused++
	task := p.supportTask(role, fmt.Sprintf("%s-%d", RefusedTask, p.paying.refused),
		fmt.Sprintf("Finance doesn’t want to refund %s for the %s", p.reckoned.Total, p.name()))
	task.Text, task.Facts = answersOf(answers), p.financeFacts()
	task.Actions = []humantask.Action{
		{
			Name: ActionApprove, Label: "Ask them to pay it", Style: "primary", Done: "Sent to finance again",
			Fields: []slack.Field{humantask.Comment("Why, for finance", true)},
		},
		{
			Name: ActionDrop, Label: "Don’t pay it", Style: "danger", Done: "Not paid",
			Fields: []slack.Field{humantask.Comment("Why, for the customer", true)},
		},
	}
	return p.desk.Ask(ctx, task)
}

// answersOf is what people have answered, a line each.
func answersOf(answers []humantask.Outcome) string {
	var lines []string
	for _, o := range answers {
		lines = append(lines, strings.TrimSuffix(o.By.Name+": "+o.Comment, ": "))
	}
	return strings.Join(lines, "\n")
}

// toldFinance says on the open cards about money that the customer has written: whoever decides knows it.
func (r *returning) toldFinance(ctx workflow.Context, what string) {
	for _, view := range r.desk.Views(workflow.Now(ctx)) {
		for _, about := range []string{PayTask, MendTask, RefusedTask} {
			if strings.HasPrefix(view.ID, about+"-") {
				r.desk.Tell(ctx, view.ID, what) // one that isn't open any more takes nothing
			}
		}
	}
}

// whoMay are those who hold a role now and aren't excluded. While they are too few, operations are asked: nothing is ever paid for
// want of people.
func (r *returning) whoMay(ctx workflow.Context, name string, need int, excluded []string) (policy.Role, error) {
	for round := 0; ; round++ {
		role, err := r.role(ctx, name)
		if err != nil {
			return policy.Role{}, err
		}
		role.People = slices.DeleteFunc(role.People, func(p policy.Person) bool { return slices.Contains(excluded, p.ID) })
		if len(role.People) >= need {
			return role, nil
		}
		f := fault.Final("policy", "NOBODY_MAY_PAY", fmt.Sprintf(
			"%d of the role %q have to agree, and %d may: who has decided about the return can’t. Add somebody to the role of that name in the handbook, then try again.",
			need, name, len(role.People)))
		verdict, err := r.rescue(ctx, step.Failure{
			Spec:  step.Spec{Name: "who-pays", System: "policy", Summary: "See who in " + name + " may agree"},
			Round: round, Fault: f, Err: f.Err(),
		})
		switch {
		case err != nil:
			return policy.Role{}, err
		case verdict == step.Abort:
			return policy.Role{}, step.ErrAborted
		}
	}
}

// financeFacts are what people see of a refund, line by line: as it is when they are asked.
func (p *payment) financeFacts() func() []slack.Fact {
	k := p.reckoned
	facts := []slack.Fact{
		{Label: "Return", Value: p.in.Number},
		{Label: "Order", Value: p.order.Name, Link: p.order.URL},
		{Label: "Customer", Value: p.customer()},
		{Label: "Approved by", Value: p.approvedBy()},
	}
	for i, l := range k.Lines {
		facts = append(facts, slack.Fact{Label: fmt.Sprintf("Line %d", i+1), Value: strings.TrimSuffix(fmt.Sprintf("%d × %s, %s", l.Quantity, l.Title, p.grade(l.Grade).Label), ", ") + "\n" + p.explain(l)})
	}
	facts = append(facts,
		slack.Fact{Label: "Instead", Value: p.insteadLines()},
		slack.Fact{Label: "Shipping", Value: some(k.Shipping)},
		slack.Fact{Label: "The way back", Value: some(k.ReturnFee)},
		slack.Fact{Label: "In all", Value: k.Total.String()},
		slack.Fact{Label: "Left of the payments", Value: k.Left.String()},
	)
	if k.Capped {
		facts = append(facts, slack.Fact{Label: "Please note", Value: "It would come to more than is left of the payments, and was cut down to that."})
	}
	facts = append(facts,
		slack.Fact{Label: "Paid by", Value: p.ways()},
		slack.Fact{Label: "Finance before", Value: answersOf(p.against)},
	)
	return func() []slack.Fact { return facts }
}
