package humantask

import (
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/visibility"
)

func (s *TaskSuite) TestTheSearchAttributesFollowTheTask() {
	var said []temporal.SearchAttributes
	s.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		said = append(said, args.Get(0).(temporal.SearchAttributes))
	}).Return(nil)
	s.click(49*time.Hour, by("UGRACE"))
	s.run()

	s.Require().Len(said, 3, "opened, escalated, ended: nothing else changes what operations filter by")
	waitsOn, _ := said[0].GetKeywordList(visibility.WaitsOn)
	s.Equal([]string{"maria"}, waitsOn)
	due, _ := said[0].GetTime(visibility.Due)
	s.WithinDuration(s.begun.Add(48*time.Hour), due, 0)
	waitsOn, _ = said[1].GetKeywordList(visibility.WaitsOn)
	s.Equal([]string{"grace"}, waitsOn)
	breached, _ := said[1].GetBool(visibility.Breached)
	s.True(breached)
	_, waits := said[2].GetKeywordList(visibility.WaitsOn)
	s.False(waits, "nobody is waited for any more")
}

func (s *TaskSuite) TestWhatTheWorkflowHasOfItsOwnIsPublishedOnceWithAChangeOfTheTasks() {
	var with []int // how many attributes the events have that have it
	s.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		said := args.Get(0).(temporal.SearchAttributes)
		if amount, ok := said.GetInt64(visibility.Amount); ok {
			s.Equal(int64(7), amount)
			with = append(with, said.Size())
		}
	}).Return(nil)
	s.task.Ladder = s.task.Ladder[1:] // escalate
	s.during = func(_ workflow.Context, d *Desk) { d.Set(visibility.Amount.ValueSet(7)) }
	s.click(49*time.Hour, by("UGRACE"))
	s.run()
	s.Require().Len(with, 1)
	s.Greater(with[0], 1)
}

func (s *TaskSuite) TestNobodyIsSaidToBeWaitedForByAnOffer() {
	s.task.Optional = true
	s.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		_, waits := args.Get(0).(temporal.SearchAttributes).GetKeywordList(visibility.WaitsOn)
		s.False(waits)
	}).Return(nil).Maybe()
	s.click(time.Hour, by("UMARIA"))
	s.run()
	s.Equal("contacted", s.outcome.Action)
}
