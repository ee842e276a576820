package humantask

import (
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/throughline-dev/throughline/activities/slack"
)

// prefilled is an action whose fields have something to begin with.
var prefilled = Action{Name: "change", Label: "Change it", Done: "Changed", Fields: []slack.Field{
	{Name: "scope", Label: "Scope", Kind: slack.FieldLong, Required: true, Value: strings.Repeat("robots ", 1000)},
	{Name: "discount", Label: "Discount", Kind: slack.FieldText, Value: "5%"},
	{Name: "kind", Label: "Kind", Kind: slack.FieldChoice, Value: "a", Choices: []slack.Choice{{Value: "a"}, {Value: "b"}}},
}}

func (s *TaskSuite) TestAFieldThatIsNotNamedStaysAndOneThatIsNamedEmptyIsEmptied() {
	s.task.Actions[1] = prefilled
	s.act(1*time.Hour, "UMARIA", "change", map[string]string{"scope": " "})
	s.act(2*time.Hour, "UMARIA", "change", map[string]string{"discount": "", "kind": "b"})
	s.run()
	s.Equal(`UMARIA: "Scope" is needed with the answer "Change it".`, s.refusals())
	s.Equal(map[string]string{"scope": prefilled.Fields[0].Value, "discount": "", "kind": "b"}, s.outcome.Fields)
}

func (s *TaskSuite) TestValuesStandOnTheListWhileTheyAreNeededAndOnNoCard() {
	s.task.Actions[1] = prefilled
	s.at(time.Hour, func() { s.Equal("5%", s.views()[0].Actions[1].Fields[1].Value) })
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
	button := s.world.Cards[0].It.Buttons[1]
	s.True(button.Prefilled)
	s.False(s.world.Cards[0].It.Buttons[0].Prefilled)
	for _, f := range append(button.Fields, s.views()[0].Actions[1].Fields...) {
		s.Empty(f.Value)
	}
	s.Equal("5%", prefilled.Fields[1].Value, "the task's own fields are left alone")
}

func (s *TaskSuite) TestALongFieldMayBeLongerThanSlacksDialogs() {
	s.task.Actions[1] = prefilled
	long := strings.Repeat("ä", 100_000)
	s.act(1*time.Hour, "UMARIA", "change", map[string]string{"scope": long + "ä"})
	s.act(2*time.Hour, "UMARIA", "change", map[string]string{"discount": strings.Repeat("9", 3001)})
	s.act(3*time.Hour, "UMARIA", "change", map[string]string{"scope": long})
	s.run()
	s.Equal("UMARIA: \"Scope\" is too long: at most 100000 characters.\nUMARIA: \"Discount\" is too long: at most 3000 characters.", s.refusals())
	s.Equal(long, s.outcome.Fields["scope"])
}

// answers asks the update, and is what it was answered.
func (s *TaskSuite) answers(at time.Duration, d Decision) *Answer {
	answer := &Answer{}
	d.Task = "contact"
	s.at(at, func() {
		s.env.UpdateWorkflow(UpdateDecide, d.ID, &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) {
				var refused *temporal.ApplicationError
				s.Require().ErrorAs(err, &refused)
				s.NoError(refused.Details(answer))
				s.Equal(refused.Message(), answer.Text)
			},
			OnComplete: func(v any, err error) { s.NoError(err); *answer = v.(Answer) },
		}, d)
	})
	return answer
}

func (s *TaskSuite) TestARefusalNamesTheFieldThatItBeginsWith() {
	s.task.Actions[1] = Action{Name: "change", Label: "Change it", Done: "Changed", Fields: []slack.Field{
		{Name: "price", Label: "Price", Kind: slack.FieldText},
		{Name: "list", Label: "Price list", Kind: slack.FieldText, Required: true},
	}, Check: func(d Decision) string { return d.Fields["price"] }}
	ask := func(id string, fields map[string]string) *Answer {
		return s.answers(time.Hour, Decision{ID: id, Action: "change", By: Actor{Person: "maria"}, Fields: fields})
	}
	for name, c := range map[string]struct {
		fields map[string]string
		field  string
	}{
		"missing":      {nil, "list"},
		"the longest":  {map[string]string{"list": "x", "price": "Price list has no such price."}, "list"},
		"the shorter":  {map[string]string{"list": "x", "price": "Price must be a number."}, "price"},
		"no word":      {map[string]string{"list": "x", "price": "Prices must add up."}, ""},
		"no field":     {map[string]string{"list": "x", "price": "Nothing has changed."}, ""},
		"by its quote": {map[string]string{"list": "x", "price": `"Price" must be a number.`}, "price"},
	} {
		answer := ask(name, c.fields)
		defer func() { s.Equal(c.field, answer.Field, name); s.NotEmpty(answer.Text, name) }()
	}
	s.click(2*time.Hour, by("UMARIA"))
	s.run()
}

func (s *TaskSuite) TestTheListHasWhatStandsBesideTheTitleAndWhyATaskWasWithdrawn() {
	s.at(time.Hour, func() {
		v := s.views()[0]
		s.True(v.Open())
		s.Equal("We need forty robots.", v.Text)
		s.Equal([]slack.Fact{{Label: "Phone", Value: "+1 555 0100"}}, v.Facts)
	})
	s.task.WhyWithdrawn = func() string { return "there is a newer version." }
	s.at(2*time.Hour, s.env.CancelWorkflow)
	s.run()
	v := s.views()[0]
	s.False(v.Open())
	s.Nil(v.Outcome)
	s.Equal("Withdrawn: there is a newer version.", v.Withdrawn)
}

func (s *TaskSuite) TestAMailAboutATaskSaysWhoseItIsSoThatItCanBeLinked() {
	someone := maria
	someone.Slack = ""
	s.task.Candidates, s.task.Version = append(s.task.Candidates[:0:0], someone), "3"
	d := by("")
	d.By, d.Version = Actor{Person: "maria"}, "3"
	s.click(30*time.Hour, d)
	s.run()
	s.Require().Len(s.world.Mails, 2, "the task, and the reminder")
	for _, m := range s.world.Mails {
		s.Require().NotNil(m.It.Task)
		s.Equal([]string{"contact", "3", "maria"}, []string{m.It.Task.Task, m.It.Task.Version, m.It.Task.Person})
		s.NotEmpty(m.It.Task.Workflow)
	}
}
