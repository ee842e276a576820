//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

const (
	// outage is how long a part of the cluster is away.
	outage = 2 * time.Second
	// persistence is how long people go on trying to do their part, and wait for the end of a case.
	persistence = 4 * time.Minute
)

// Each part of the cluster is killed in the middle of its work and comes back, twice over, while leads, proposals and returns come in and
// people do their part as if nothing were wrong. All that comes is taken, all of it ends as it should, and the outside world has of each
// what it has of one for which nothing went wrong.
func TestAClusterOfWhichEachPartIsKilledLosesNothingAndDoesNothingTwice(t *testing.T) {
	c := startCluster(t)
	s := start(t, stack.Options{Address: c.address, Namespace: c.namespace, Config: returning(), NoWorkers: true, NoDoor: true})
	work := s.command(t, envWorker, orders{Config: returning()}, map[string]any{"public_url": s.Door})
	workers := []*part{run(t, "a worker", work), run(t, "a worker", work)}
	s.process(t, envStarter, orders{Config: returning()}, map[string]any{
		"listen": strings.TrimPrefix(s.Door, "http://"), "operations_listen": loopback + ":0", "public_url": s.Door, "spool": map[string]any{"dir": t.TempDir()},
	})
	eventually(t, "the door to open", func() bool {
		res, err := http.Get(s.Door)
		if err != nil {
			return false
		}
		return res.Body.Close() == nil
	})
	stock := s.levels(t, article)["available"]

	ctx := within(t, persistence)
	var people errgroup.Group
	var all []wave
	come := func() wave {
		w := s.newWave(t, len(all))
		all = append(all, w)
		people.Go(func() error { return s.contactLead(ctx, w.lead) })
		people.Go(func() error { return s.signProposal(ctx, w.proposal) })
		people.Go(func() error { return s.takeBack(ctx, w.back) })
		return w
	}
	victims := [][]*part{workers} // who are killed together
	for _, name := range append(roles, postgresql) {
		victims = append(victims, []*part{c.parts[name]})
	}
	w := come()
	for i := range 2 * len(victims) {
		s.awaitEffects(ctx, t, w, i+1)
		began, dead := time.Now(), victims[i%len(victims)]
		for _, p := range dead {
			p.kill()
		}
		w = come()
		<-time.After(outage)
		for _, p := range dead {
			p.back()
			t.Logf("%s was away for %s", p.name, time.Since(began).Round(time.Millisecond))
		}
	}
	require.NoError(t, people.Wait())

	pool := s.result(t, all[0].lead).Route.Pool.Name
	require.Equal(t, len(all), s.turns(t, assignment.WorkflowID(pool)), "each lead was given one turn")
	for _, w := range all {
		require.Equal(t, lead.Contacted, s.result(t, w.lead).Ending)
		s.requireWhole(t, w.lead)
		require.Equal(t, proposal.Signed, s.carried(t, w.proposal).Ending)
		s.requireOnce(t, w.proposal)
		projects, err := s.world.Projects(t.Context(), w.proposal)
		require.NoError(t, err)
		require.Len(t, projects, 1)
		invoices, err := s.world.Invoices(t.Context(), w.proposal)
		require.NoError(t, err)
		require.Len(t, invoices, 1)
		settled := s.settled(t, w.back)
		require.Equal(t, returns.Completed, settled.Ending)
		s.requireOne(t, w.back)
		refunds, sum := s.repaid(t, w.back)
		require.Len(t, refunds, 1)
		require.EqualValues(t, settled.Refunded.Minor, sum)
		o, err := s.world.ShopOrder(t.Context(), w.order.Name)
		require.NoError(t, err)
		require.Len(t, o.Returns, 1)
		require.Len(t, o.Refunds, 1)
		for _, id := range []string{w.lead, w.proposal, w.back} {
			requireReplay(t, s.history(t, id, ""), "")
		}
	}
	require.Equal(t, stock, s.levels(t, article)["available"], "each that was bought is in stock again, once")
	for _, kind := range []string{"lead", "proposal", "return"} {
		counted, err := s.Client.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
			Query: fmt.Sprintf("TaskQueue = '%s' AND ExecutionStatus = 'Completed'", kind),
		})
		require.NoError(t, err)
		require.EqualValues(t, len(all), counted.GetCount(), kind)
	}
	require.NoError(t, s.Stop())
}

// article is what customers give back here.
const article = "BEACON-1"

// wave is one of each workflow.
type wave struct {
	lead, proposal, back string // workflow IDs
	order                sandbox.ShopOrder
}

// newWave has one of each come in. Nothing of it may be refused, whatever is away.
func (s system) newWave(t *testing.T, n int) (w wave) {
	t.Helper()
	name := fmt.Sprintf("wave-%d", n)
	status, id, err := s.post(ada(name))
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, status)
	w.lead = id
	w.proposal, err = s.offer(name)
	require.NoError(t, err)
	w.order = s.buy(t, name, "3", 1, article)
	w.back, err = s.giveBack(name, w.order, 1, article, nil)
	require.NoError(t, err)
	return w
}

// awaitEffects waits until so much has come of a wave: the more of them, the further its cases have got.
func (s system) awaitEffects(ctx context.Context, t *testing.T, w wave, least int) {
	t.Helper()
	require.NoError(t, persist(ctx, fmt.Sprintf("%d effects of %+v", least, w), func() (bool, error) {
		seen := 0
		for _, id := range []string{w.lead, w.proposal, w.back} {
			effects, err := s.world.Effects(ctx, id)
			if err != nil {
				return false, err
			}
			seen += len(effects)
		}
		return seen >= least, nil
	}))
}

// contactLead is the rep's part of a lead.
func (s system) contactLead(ctx context.Context, id string) error {
	return errors.Join(s.press(ctx, id, lead.ActionContacted, ""), s.awaitEnd(ctx, id))
}

// signProposal is the strategist's part of a proposal, and the client's.
func (s system) signProposal(ctx context.Context, id string) error {
	if err := s.press(ctx, id, proposal.ActionApprove, ""); err != nil {
		return err
	}
	err := persist(ctx, "the signature of "+id, func() (bool, error) {
		asked, err := s.world.Signatures(ctx, id)
		if err != nil || len(asked) == 0 {
			return false, err
		}
		_, err = s.world.Act(ctx, asked[0].ID, sandbox.SignatureAct{Do: sandbox.SignatureSign})
		return err == nil, err
	})
	return errors.Join(err, s.awaitEnd(ctx, id))
}

// takeBack is the warehouse's part of a return, and that of finance. What the warehouse fills in is handed over by the signal that its
// dialog would send: to open it, a worker would have to be there.
func (s system) takeBack(ctx context.Context, id string) error {
	if err := s.carded(ctx, id, returns.ActionArrived, func(sandbox.Message) (bool, error) {
		err := s.Client.SignalWorkflow(ctx, id, "", humantask.SignalDecide, humantask.Decision{
			ID: id + "/parcel", Task: returns.ArriveTask + "-1", Action: returns.ActionArrived,
			By: humantask.Actor{Person: "ruth"}, Fields: map[string]string{"received-1": "1", "grade-1": "new", "rest": "open"},
		})
		return err == nil, err
	}); err != nil {
		return err
	}
	return errors.Join(s.press(ctx, id, returns.ActionApprove, "wei"), s.awaitEnd(ctx, id))
}

// press has somebody click a button on a case's card until that is taken; "" is the first who sees the card.
func (s system) press(ctx context.Context, id, action, who string) error {
	return s.carded(ctx, id, action, func(card sandbox.Message) (bool, error) {
		user := s.Config.Book.People[who].Slack
		for _, p := range s.Config.People {
			if user != "" {
				break
			}
			seen, err := s.world.Messages(ctx, sandbox.MessageFilter{User: p.Slack, Channel: card.Channel})
			if err != nil {
				return false, err
			}
			if p.Slack != "" && len(seen) > 0 {
				user = p.Slack
			}
		}
		clicked, err := s.world.Click(ctx, sandbox.Click{User: user, Channel: card.Channel, TS: card.TS, ActionID: "throughline:" + action})
		return clicked.OK, err
	})
}

// carded waits for a card of a case that has a button, and for what is done with it. Where the button is gone after that was tried, it
// had got through after all.
func (s system) carded(ctx context.Context, id, action string, do func(sandbox.Message) (bool, error)) error {
	tried := false
	return persist(ctx, action+" of "+id, func() (bool, error) {
		cards, err := s.world.Messages(ctx, sandbox.MessageFilter{Case: id})
		if err != nil {
			return false, err
		}
		for _, card := range cards {
			for _, b := range card.Buttons {
				if b.ActionID == "throughline:"+action {
					tried = true
					return do(card)
				}
			}
		}
		return tried, nil
	})
}

// awaitEnd waits for the end of a case.
func (s system) awaitEnd(ctx context.Context, id string) error {
	return persist(ctx, "the end of "+id, func() (bool, error) {
		err := s.Client.GetWorkflow(ctx, id, "").Get(ctx, nil)
		return err == nil, err
	})
}

// persist tries something until it is done, whatever goes wrong on the way.
func persist(ctx context.Context, what string, do func() (done bool, err error)) error {
	for {
		done, err := do()
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("tried in vain: %s; last: %w", what, errors.Join(err, ctx.Err()))
		case <-time.After(glance):
		}
	}
}
