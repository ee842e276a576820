package returns

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// maxLines is of how many lines people are asked at a time. Slack's dialogs have room for a hundred fields, and an article of which
// there is one on each of many lines of an order makes many of one item.
const maxLines = 40

// The fields in which the warehouse records a parcel, beside "received-1" and "grade-1" for each line.
const (
	fieldWrong = "wrong"
	fieldExtra = "extra"
	fieldPhoto = "photo"
	fieldRest  = "rest"
)

// What is to become of what isn't in the parcel.
const (
	restOpen = "open"
	restOver = "over"
)

// maxRecord is how long a note about a parcel can be, in characters.
const maxRecord = 1000

// parcelTask asks the warehouse to record the next parcel.
func (r *returning) parcelTask(role policy.Role) humantask.Task {
	task := humantask.Task{
		ID: r.parcelID(), Title: "Take in the " + r.name(), Candidates: role.People, Channel: role.Channel, Colleagues: role.People,
		Excluded: r.themselves, Calendars: r.policy.Calendars,
		Text: "A parcel is on its way, with this number on it. Record what is in it when it comes. Of one article in several grades, " +
			"record one grade, leave the rest open, and record the others next.",
		Facts: func() []slack.Fact {
			facts := []slack.Fact{
				{Label: "Return", Value: r.in.Number},
				{Label: "Order", Value: r.orderName(), Link: r.order.URL},
				{Label: "Until", Value: day(r.until)},
			}
			for i := range r.result.Assessed.Lines {
				if n := r.missing(i); n > 0 {
					facts = append(facts, slack.Fact{Label: fmt.Sprintf("Expected, line %d", i+1), Value: fmt.Sprintf("%d × %s", n, r.article(i))})
				}
			}
			return facts
		},
		WhyWithdrawn: func() string {
			switch {
			case r.way.Err() != nil: // all of it was given up
				return ""
			case r.keeping:
				return "the customer keeps the rest."
			}
			return "the time to send it is over."
		},
	}
	if r.parcels > 1 {
		task.Text = "The rest may still come. " + task.Text
	}
	task.Actions = []humantask.Action{{
		Name: ActionArrived, Label: "It has arrived", Style: "primary", Done: "Taken in", Fields: r.parcelFields(),
		Check: func(d humantask.Decision) string {
			_, wrong := r.parcelOf(d.Fields)
			return wrong
		},
	}}
	return task
}

// parcelID is the ID of the task about the next parcel.
func (r *returning) parcelID() string { return fmt.Sprintf("%s-%d", ArriveTask, r.parcels) }

func receivedField(i int) string { return fmt.Sprintf("received-%d", i+1) }
func gradeField(i int) string    { return fmt.Sprintf("grade-%d", i+1) }

func (r *returning) parcelFields() []slack.Field {
	var grades []slack.Choice
	for _, g := range r.policy.Grades {
		grades = append(grades, slack.Choice{Value: g.Name, Label: g.Label})
	}
	var fields []slack.Field
	for _, i := range r.offered() {
		n := r.missing(i)
		fields = append(fields,
			slack.Field{
				Name: receivedField(i), Label: r.lineLabel(i), Kind: slack.FieldText, Required: true, Value: strconv.Itoa(n),
				Hint: fmt.Sprintf("How many are in it; expected: %d", n),
			},
			slack.Field{Name: gradeField(i), Label: r.gradeLabel(i), Kind: slack.FieldChoice, Choices: grades},
		)
	}
	return append(fields,
		slack.Field{Name: fieldWrong, Label: "Wrong", Kind: slack.FieldLong, Hint: "What came instead of what was announced"},
		slack.Field{Name: fieldExtra, Label: "Extra", Kind: slack.FieldLong, Hint: "What came beside it"},
		slack.Field{Name: fieldPhoto, Label: "Photo", Kind: slack.FieldText, Hint: "A picture's address, which begins with https://"},
		humantask.Comment("Note", false),
		slack.Field{
			Name: fieldRest, Label: "What isn't in it", Kind: slack.FieldChoice, Required: true, Value: restOpen,
			Choices: []slack.Choice{{Value: restOpen, Label: "May still come"}, {Value: restOver, Label: "Doesn't come any more"}},
		},
	)
}

// offered are the lines that the warehouse is asked about: those of which something is missing, [maxLines] of them at most. An article
// that stands on many takes no other one's place, since a parcel may have only that one in it. The others' turn comes with the next
// parcel, though it may be the same one.
func (r *returning) offered() (lines []int) {
	article := func(l refund.Assessed) returned { return returned{cmp.Or(l.SKU, l.Line), l.Reason} }
	seen, nth := map[returned]int{}, map[int]int{}
	for i, l := range r.result.Assessed.Lines {
		if r.missing(i) > 0 {
			seen[article(l)]++
			nth[i] = seen[article(l)]
			lines = append(lines, i)
		}
	}
	slices.SortStableFunc(lines, func(i, j int) int { return cmp.Compare(nth[i], nth[j]) })
	lines = lines[:min(len(lines), maxLines)]
	slices.Sort(lines)
	return lines
}

// firstExpected is the label of the first line in the dialog.
func (r *returning) firstExpected() string {
	for _, i := range r.offered() {
		return r.lineLabel(i)
	}
	return ""
}

func (r *returning) gradeLabel(i int) string { return fmt.Sprintf("%d. Grade", i+1) }

// parcel is what the warehouse has recorded, and which of the return's lines each of its lines is.
type parcel struct {
	Arrived
	of []int
}

// parcelOf reads what the warehouse has recorded; wrong is why that can't be. More of a line than was announced is something extra.
func (r *returning) parcelOf(fields map[string]string) (p parcel, wrong string) {
	var extra []string
	asked := 0
	for _, i := range r.offered() {
		l, expected := r.result.Assessed.Lines[i], r.missing(i)
		asked += expected
		n, ok := count(fields[receivedField(i)], MaxQuantity)
		grade := fields[gradeField(i)]
		switch {
		case !ok:
			return p, fmt.Sprintf("%s: write how many, as a number from 0.", r.lineLabel(i))
		case n == 0:
			continue
		case grade == "":
			return p, r.gradeLabel(i) + ": choose one for what has arrived."
		case n > expected:
			extra = append(extra, fmt.Sprintf("%d × %s, more than announced", n-expected, r.article(i)))
		}
		p.Lines, p.of = append(p.Lines, ArrivedLine{Line: l.Line, Quantity: min(n, expected), Grade: grade}), append(p.of, i)
	}
	p.Wrong, p.Photo = field.Text(fields[fieldWrong]), strings.TrimSpace(fields[fieldPhoto])
	p.Extra = strings.Trim(field.Text(fields[fieldExtra])+"\n"+strings.Join(extra, "\n"), "\n")
	switch {
	case field.WrongText(p.Wrong, maxRecord) != "":
		return p, "Wrong " + field.WrongText(p.Wrong, maxRecord) + "."
	case field.WrongText(field.Text(fields[fieldExtra]), maxRecord) != "":
		return p, "Extra " + field.WrongText(fields[fieldExtra], maxRecord) + "."
	case p.Photo != "" && wrongPhoto(p.Photo) != "":
		return p, "Photo " + wrongPhoto(p.Photo) + "."
	case asked < r.left() && fields[fieldRest] == restOver:
		return p, "What isn't in it: there are more lines than you are asked about at a time. Leave it open, and record those next."
	case len(p.Lines) == 0 && p.Wrong == "" && p.Extra == "":
		return p, r.firstExpected() + ": nothing would have arrived. Record what is in the parcel, or wait for it."
	case len(p.Lines) == 0 && !r.arrivedAny() && fields[fieldRest] == restOver:
		return p, "What isn't in it: nothing of what was announced has come, so it may still come, until its time is over."
	}
	return p, ""
}

// askAboutExtra asks support what becomes of things that nobody had announced, beside the rest: they aren't paid for.
func (r *returning) askAboutExtra(a Arrived) {
	r.extras++
	r.asking++
	id := fmt.Sprintf("%s-%d", ExtraTask, r.extras)
	workflow.GoNamed(r.way, id, func(ctx workflow.Context) {
		defer func() { r.asking-- }()
		role, err := r.role(ctx, r.policy.Support)
		if err != nil {
			r.failed(err)
			return
		}
		task := r.supportTask(role, id, "Something else came with the "+r.name())
		task.Text = "The warehouse has something that the customer hadn't announced. It isn't paid for: settle with the customer what becomes of it."
		task.Facts = func() []slack.Fact {
			return []slack.Fact{
				{Label: "Instead of what was announced", Value: a.Wrong},
				{Label: "Beside it", Value: a.Extra},
				{Label: "Photo", Value: openIt(a.Photo), Link: a.Photo},
				{Label: "Note", Value: a.Note},
				{Label: "Taken in by", Value: a.By.Name},
				{Label: "Customer", Value: r.in.Email, Link: "mailto:" + r.in.Email},
				r.ticketFact(),
			}
		}
		task.Actions = []humantask.Action{answerAction, doneAction}
		outcome, err := r.desk.Ask(ctx, task)
		if err != nil {
			return // the return was cancelled, or given up
		}
		r.spendTask(r.stage, outcome)
		if outcome.Action == ActionAnswer {
			r.tell(ctx, mailAnswer, map[string]string{"answer": outcome.Comment, "until": ""})
		}
	})
}

func openIt(address string) string {
	if address == "" {
		return ""
	}
	return "Open it"
}
