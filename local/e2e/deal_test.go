package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/step"
)

// dealing are the files of a handbook in which deals start proposals.
func dealing() []string { return append(slices.Clone(patient), "testdata/deals.yaml") }

// pilot is a deal that is too small for anybody's approval.
func pilot(owner string) sandbox.DealForm {
	return sandbox.DealForm{
		Name: "Two arms for Dealt", Currency: "EUR", Owner: owner,
		Contacts: []sandbox.DealContact{
			{Name: "Eve Winter", Email: "eve@dealt.example", Label: "Decision maker"}, {Name: "Ada Brandt", Email: "ada@dealt.example", Label: "Signer"},
		},
		Companies: []sandbox.DealCompany{{Name: "Dealt GmbH", Domain: "dealt.example"}},
		Lines: []sandbox.DealLine{
			{Name: "Robot arm", Quantity: "2", Price: "6400.00", Percent: "5"}, {Name: "Set-up, days", Quantity: "1.5", Price: "1180.00"},
		},
		Notes: "Discovery call with Ada\n\nGoals:\n- two lathes at night, <b>without people</b>\n\nTimeline: running in April\n\nBudget: about 15k",
	}
}

// ofDeal waits for the proposal that a deal starts, and is its ID.
func (s system) ofDeal(t *testing.T, deal string) (id string) {
	t.Helper()
	eventually(t, "the proposal of deal "+deal, func() bool {
		page, err := s.Client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowId STARTS_WITH '%s'", proposal.DealPrefix(deal)),
		})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.GetExecutions()), 1)
		for _, run := range page.GetExecutions() {
			id = run.GetExecution().GetWorkflowId()
		}
		return id != ""
	})
	return id
}

// tellStage posts that a deal has reached its stage, as HubSpot does, of its own accord and as often as it likes.
func (s system) tellStage(t *testing.T, deal string, at time.Time) {
	t.Helper()
	body := fmt.Appendf(nil, `[{"eventId":1,"subscriptionType":"deal.propertyChange","objectId":%s,"occurredAt":%d,"propertyName":"dealstage","propertyValue":%q}]`,
		deal, at.UnixMilli(), s.Config.Proposal.DealStage)
	stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(s.Config.Secret(config.HubSpotSecret).Reveal()))
	mac.Write([]byte("POST" + s.Door + "/hubspot/events" + string(body) + stamp))
	require.Equal(t, http.StatusOK, s.deliver(t, "/hubspot/events", body, http.Header{
		"Content-Type":                {"application/json"},
		"X-Hubspot-Request-Timestamp": {stamp},
		"X-Hubspot-Signature-V3":      {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}))
}

// carried waits for a proposal to end, and is what it says about itself.
func (s system) carried(t *testing.T, id string) (r proposal.Result) {
	t.Helper()
	ctx := within(t, patience)
	require.NoError(t, s.Client.GetWorkflow(ctx, id, "").Get(ctx, &r))
	return r
}

// signed has the client sign a proposal.
func (s system) signed(t *testing.T, id string) (request sandbox.Signature) {
	t.Helper()
	request = s.toSign(t, id)
	_, err := s.world.Act(t.Context(), request.ID, sandbox.SignatureAct{Do: sandbox.SignatureSign})
	require.NoError(t, err)
	return request
}

func TestADealThatReachesItsStageBecomesOneProjectAndOneInvoice(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: dealing()})
	owner := s.person(t, "maria")
	made, err := s.world.MakeDeal(t.Context(), pilot(owner.CRMOwner))
	require.NoError(t, err)
	moved, err := s.world.MoveDeal(t.Context(), made.ID, s.Config.Proposal.DealStage)
	require.NoError(t, err)
	reached := moved.History["dealstage"][1].At
	id := s.ofDeal(t, made.ID)

	card := s.card(t, id)
	strategist := s.rep(t, card)
	require.Contains(t, string(card.Blocks), "Two arms for Dealt")
	require.Contains(t, string(card.Blocks), "Dealt GmbH, Ada Brandt", "who signs it, in the CRM")
	query, err := s.Client.QueryWorkflow(within(t, patience), id, "", proposal.QueryVersion, 1)
	require.NoError(t, err)
	var v proposal.Version
	require.NoError(t, query.Get(&v))
	notes := map[string]string{}
	for _, section := range v.Proposal.Sections {
		notes[section.Kind] += section.Text
	}
	require.Contains(t, notes["goals"], "two lathes at night, <b>without people</b>", "as it was typed")
	require.Equal(t, "running in April", notes["timeline"])
	require.Equal(t, "about 15k", notes["budget"])
	require.Len(t, v.Proposal.Lines, 2)
	require.Equal(t, money.Amount{Minor: 13_930_00, Currency: "EUR"}, v.Proposal.Totals.Total)
	require.Equal(t, strategist.ID, s.task(t, id, proposal.ReviewTask+"-1").Holder.ID)

	// It is told again, it is told late of another day, and somebody moves the deal out of its stage and back in.
	s.tellStage(t, made.ID, reached)
	s.tellStage(t, made.ID, reached.AddDate(0, 0, -1))
	for _, stage := range []string{"qualifiedtobuy", s.Config.Proposal.DealStage} {
		_, err = s.world.MoveDeal(t.Context(), made.ID, stage)
		require.NoError(t, err)
	}
	_, err = s.Client.DescribeWorkflowExecution(t.Context(), proposal.DealWorkflowID(made.ID, reached.AddDate(0, 0, -1)), "")
	var none *serviceerror.NotFound
	require.ErrorAs(t, err, &none)

	require.NoError(t, s.click(within(t, patience), strategist, card))
	request := s.signed(t, id)
	require.Equal(t, "ada@dealt.example", request.Signer.Email)
	result := s.carried(t, id)
	require.Equal(t, proposal.Signed, result.Ending)
	require.True(t, result.ByRule, "it is below what anybody has to approve")
	require.Equal(t, made.ID, result.Deal.Deal)

	deal, err := s.world.Deal(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"appointmentscheduled", "presentationscheduled", "qualifiedtobuy", "presentationscheduled", "closedwon"}, deal.Stages)
	require.Equal(t, "13930.00", deal.Amount)
	projects, err := s.world.Projects(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, projects, 1)
	invoices, err := s.world.Invoices(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, invoices, 1)
	require.EqualValues(t, 13_930_00, invoices[0].Total)
	require.Equal(t, "ada@dealt.example", invoices[0].Email)
	notesOfOurs, err := s.world.Records(t.Context(), "notes", sandbox.RecordFilter{Case: id})
	require.NoError(t, err)
	require.Len(t, notesOfOurs, 1)
	require.Equal(t, []string{made.ID}, notesOfOurs[0].Associated["deals"])
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), "proposal/2-from-deal")

	s.tellStage(t, made.ID, reached) // after all is over, too
	require.Equal(t, id, s.ofDeal(t, made.ID))
	require.Equal(t, result.Finished, s.carried(t, id).Finished)
	require.NoError(t, s.Stop())
}

func TestADealThatIsNotWholeIsPutRightInTheCRM(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: dealing()})
	form := pilot("")
	form.Stage = s.Config.Proposal.DealStage // it is there from the start
	form.Contacts = []sandbox.DealContact{{Name: "Ada Brandt"}}
	form.Lines[0].Price = "6400.005"
	made, err := s.world.MakeDeal(t.Context(), form)
	require.NoError(t, err)
	id := s.ofDeal(t, made.ID)

	// retry has operations put something right, once they have been asked about it, and read the deal again.
	retry := func(about, kind, record string, right map[string]string) {
		t.Helper()
		var task humantask.View
		eventually(t, "operations to be asked about "+about, func() bool {
			tasks := s.tasks(t, id)
			i := slices.IndexFunc(tasks, humantask.View.Open)
			if i >= 0 {
				task = tasks[i]
			}
			return i >= 0 && strings.Contains(task.Facts[0].Value, about)
		})
		_, err := s.world.Edit(t.Context(), kind, record, right)
		require.NoError(t, err)
		s.decide(t, desk.Choice{Workflow: id, Task: task.ID, Action: string(step.Retry), As: task.Candidates[0].ID})
	}
	retry("lines[0].price", "line_items", made.Associated["line_items"][0], map[string]string{"price": "6400.50"})
	retry("client.email", "contacts", made.Associated["contacts"][0], map[string]string{"email": "ada@mended.example"})

	strategist := s.task(t, id, proposal.ReviewTask+"-1").Holder
	s.decide(t, desk.Choice{Workflow: id, Task: proposal.ReviewTask + "-1", Action: proposal.ActionApprove, As: strategist.ID})
	require.Equal(t, "ada@mended.example", s.signed(t, id).Signer.Email)
	result := s.carried(t, id)
	require.Equal(t, proposal.Signed, result.Ending)
	require.Equal(t, money.Amount{Minor: 13_930_95, Currency: "EUR"}, result.Total)
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), "")
	require.NoError(t, s.Stop())
}
