package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// ask clicks a button that asks for something, and returns the dialog that opens.
func (s system) ask(t *testing.T, card sandbox.Message, user, action string) (view string) {
	t.Helper()
	clicked, err := s.world.Click(t.Context(), sandbox.Click{
		User: user, Channel: card.Channel, TS: card.TS, ActionID: "throughline:" + action,
	})
	require.NoError(t, err)
	require.True(t, clicked.OK, clicked.Warning)
	require.NotEmpty(t, clicked.View)
	return clicked.View
}

// tell sends a dialog.
func (s system) tell(t *testing.T, user, view string, values map[string]string) sandbox.Submitted {
	t.Helper()
	done, err := s.world.Submit(t.Context(), sandbox.Submission{User: user, View: view, Values: values})
	require.NoError(t, err)
	require.True(t, done.OK, done.Warning)
	return done
}

func TestWhatAnAnswerNeedsIsAskedInADialog(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, fields{"name": "Ada Brandt", "email": "ada@asked.example", "company": "Asked", "country": "DE"})
	card := s.card(t, id)
	first := s.rep(t, card)

	more := s.ask(t, card, first.Slack, humantask.ActionExtend)
	wrong := s.tell(t, first.Slack, more, map[string]string{humantask.FieldBy: "a while", humantask.FieldComment: "they are at a fair"})
	require.Contains(t, wrong.Errors[humantask.FieldBy], "4h or 90m")
	require.Equal(t, more, wrong.View, "it stays open, with what was typed")
	require.Equal(t, sandbox.Submitted{OK: true, Status: 200},
		s.tell(t, first.Slack, more, map[string]string{humantask.FieldBy: "4h", humantask.FieldComment: "they are at a fair"}))

	second := s.person(t, "jonas") // the pool for Germany has two
	if second.ID == first.ID {
		second = s.person(t, "lena")
	}
	over := s.ask(t, card, first.Slack, humantask.ActionHandOver)
	s.tell(t, first.Slack, over, map[string]string{humantask.FieldTo: second.ID, humantask.FieldComment: "she knows them"})
	var theirs sandbox.Message
	eventually(t, "the colleague's card", func() bool {
		theirs = s.card(t, id)
		return s.rep(t, theirs).ID == second.ID
	})
	why := s.ask(t, theirs, second.Slack, lead.ActionDisqualified)
	s.tell(t, second.Slack, why, map[string]string{humantask.FieldComment: "a student"})

	result := s.result(t, id)
	require.Equal(t, lead.Disqualified, result.Ending)
	require.Equal(t, second.ID, result.Contact.By.ID)
	require.Equal(t, "a student", result.Contact.Comment)
	require.True(t, result.Contact.Happened(humantask.Extended))
	require.True(t, result.Contact.Happened(humantask.HandedOver))
	s.requireOnce(t, id)
}

// requireOnce requires that each of a lead's effects happened once.
func (s system) requireOnce(t *testing.T, id string) {
	t.Helper()
	effects, err := s.world.Effects(t.Context(), id)
	require.NoError(t, err)
	require.NotEmpty(t, effects)
	for _, e := range effects {
		require.True(t, e.Repeatable || e.Count == 1, "%+v", e)
	}
}

func TestADialogThatIsTooLateIsToldSo(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, fields{"name": "Ben Cole", "email": "ben@toolate.example", "company": "Too Late", "country": "GB"})
	card := s.card(t, id)
	rep := s.rep(t, card)
	view := s.ask(t, card, rep.Slack, lead.ActionDisqualified)
	s.contact(t, card)
	require.Equal(t, lead.Contacted, s.result(t, id).Ending)
	done := s.tell(t, rep.Slack, view, map[string]string{humantask.FieldComment: "a student"})
	require.Equal(t, view, done.View)
	require.Contains(t, done.Errors[humantask.FieldComment], rep.Name+" decided this on ")
	require.Contains(t, done.Errors[humantask.FieldComment], "Contact made")
	s.requireWhole(t, id)
}

func TestWithoutWorkersADialogOpensAndItsAnswerIsKept(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	stop := s.work(t)
	id := s.send(t, fields{"name": "Ada Brandt", "email": "ada@kept.example", "company": "Kept", "country": "DE"})
	card := s.card(t, id)
	rep := s.rep(t, card)
	stop()

	view := s.ask(t, card, rep.Slack, lead.ActionDisqualified)
	require.Equal(t, sandbox.Submitted{OK: true, Status: 200}, s.tell(t, rep.Slack, view, map[string]string{humantask.FieldComment: "a student"}))

	stop = s.work(t)
	result := s.result(t, id)
	require.Equal(t, lead.Disqualified, result.Ending)
	require.Equal(t, "a student", result.Contact.Comment)
	s.requireOnce(t, id)
	stop()
	require.NoError(t, s.Stop())
}
