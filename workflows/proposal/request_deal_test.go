package proposal

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
	"github.com/throughline-dev/throughline/workflows/step"
)

func started() Request {
	return Request{
		Number: "P-ABCDEFGH", FromDeal: true, Deal: "42", Currency: "USD", ValidUntil: "2026-03-31",
		Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func aDeal() crm.Deal {
	return crm.Deal{
		Deal: "43", Name: "Contoso:  two robot arms", Owner: "7", Currency: "EUR",
		Client:  crm.Contact{Email: "ada@Contoso.com", Name: "Ada Winter", Country: "de"},
		Company: crm.Company{Name: "Contoso", Country: "Deutschland"},
		Lines: []crm.DealLine{
			{Description: "Robot arm", Quantity: 3 * money.One, Price: eur(999), Off: eur(375)},
			{Description: "Set-up", Quantity: 2_500, Price: eur(10_000), Off: eur(2_500)},
			{Description: "Extra", Quantity: money.One, Price: eur(100)},
		},
		Notes: "## Goals\r\n\r\nfaster",
	}
}

func TestADealMakesARequestWhole(t *testing.T) {
	r, wrong := FillFromDeal(started(), aDeal())
	require.Empty(t, wrong)
	assert.Equal(t, Request{
		Number: "P-ABCDEFGH", Title: "Contoso: two robot arms", Deal: "43",
		Client: document.Party{Company: "Contoso", Name: "Ada Winter", Email: "ada@contoso.com", Country: "DE"},
		Notes:  "## Goals\n\nfaster", Currency: "EUR",
		Lines: []document.Line{
			{Description: "Robot arm", Quantity: 3 * money.One, Price: eur(999)},
			{Description: "Set-up", Quantity: 2_500, Price: eur(10_000)},
			{Description: "Extra", Quantity: money.One, Price: eur(100)},
		},
		Discount: document.Discount{Amount: eur(2_875)}, ValidUntil: "2026-03-31", Received: started().Received,
	}, r)
	totals, err := document.Compute(r.Lines, r.Discount, r.Currency)
	require.NoError(t, err)
	assert.Equal(t, eur(2_997+25_000+100-2_875), totals.Total, "it adds up as the CRM has it")
}

func TestADealWithoutPricesOrCurrencyOfItsOwnIsWholeToo(t *testing.T) {
	d := aDeal()
	d.Lines, d.Currency, d.Notes = nil, "", ""
	r, wrong := FillFromDeal(started(), d)
	require.Empty(t, wrong)
	assert.Equal(t, "USD", r.Currency)
	assert.Empty(t, r.Lines)
	assert.Zero(t, r.Discount)
}

func TestLongNamesOfADealAreCutVisibly(t *testing.T) {
	d := aDeal()
	d.Name, d.Lines[0].Description = strings.Repeat("é", 300), strings.Repeat("設", 600)
	r, wrong := FillFromDeal(started(), d)
	require.Empty(t, wrong)
	assert.Equal(t, strings.Repeat("é", MaxTitle-1)+"…", r.Title)
	assert.Equal(t, strings.Repeat("設", MaxDescription-1)+"…", r.Lines[0].Description)
}

func TestWhatADealLacksIsNamed(t *testing.T) {
	for want, change := range map[string]func(*crm.Deal){
		"client.company is missing":                     func(d *crm.Deal) { d.Company.Name = "" },
		"client.name is missing":                        func(d *crm.Deal) { d.Client.Name = "" },
		"client.email is missing":                       func(d *crm.Deal) { d.Client.Email = "" },
		"lines[0].description is missing":               func(d *crm.Deal) { d.Lines[0].Description = "" },
		"discount.amount is more than the lines":        func(d *crm.Deal) { d.Lines[2].Off = eur(1_000_000) },
		"lines[1].discount can't be added up":           func(d *crm.Deal) { d.Lines[0].Off = eur(math.MaxInt64) },
		"lines[2].price must be in the proposal's":      func(d *crm.Deal) { d.Lines[2].Price.Currency = "USD" },
		"currency is no currency":                       func(d *crm.Deal) { d.Currency = "doubloons" },
		"notes are too long":                            func(d *crm.Deal) { d.Notes = strings.Repeat("x", MaxNotes+1) },
		"lines are too many":                            func(d *crm.Deal) { d.Lines = make([]crm.DealLine, MaxLines+1) },
		"client.email is not an e-mail address":         func(d *crm.Deal) { d.Client.Email = "ada" },
		"client.company is too long: at most 200 chara": func(d *crm.Deal) { d.Company.Name = strings.Repeat("x", 201) },
	} {
		d := aDeal()
		change(&d)
		_, wrong := FillFromDeal(started(), d)
		assert.Contains(t, wrong.Error(), want)
	}
}

// reading runs the part of the way that reads the deal, which the CRM shows as the answers say, one after the other. Operations
// do the action about whatever they are asked.
func reading(t *testing.T, in Request, action step.Verdict, answers ...crm.Deal) (*testsuite.TestWorkflowEnvironment, *outside.World) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	operator := policy.Person{ID: "omar", Name: "Omar Haddad", Slack: "UOMAR"}
	world := &outside.World{Now: env.Now, Book: &policy.Book{
		People: map[string]policy.Person{"omar": operator, "luis": {ID: "luis", Name: "Luis Ortega", CRMOwner: "7"}},
		Roles:  map[string]policy.Role{"operations": {Name: "operations", Channel: "COPS", People: []policy.Person{operator}}},
	}}
	env.RegisterActivity(world)
	env.RegisterActivityWithOptions(func(_ context.Context, key effect.Key, q crm.DealQuery) (crm.Deal, error) {
		assert.Equal(t, crm.DealQuery{Deal: in.Deal, Currency: in.Currency}, q)
		assert.Contains(t, key.ID, "/read-deal-")
		next := answers[0]
		answers = answers[1:]
		return next, nil
	}, activity.RegisterOptions{Name: "ReadDeal", DisableAlreadyRegisteredCheck: true})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{
			ID: "click", Task: "read-deal-1-failed-1", Action: string(action), By: humantask.Actor{Slack: "UOMAR"},
			Reply: humantask.Reply{Channel: "COPS", User: "UOMAR"},
		})
	}, time.Hour)
	env.ExecuteWorkflow(func(ctx workflow.Context, in Request) (Request, error) {
		p, err := open(ctx, in)
		if err != nil {
			return Request{}, err
		}
		if err := p.readDeal(ctx); err != nil {
			return Request{}, err
		}
		assert.Equal(t, p.in.Client, p.client)
		return p.in, nil
	}, in)
	assert.Empty(t, answers, "it is read as often as it has to be")
	return env, world
}

func TestTheWorkflowReadsTheDealThatHasStartedIt(t *testing.T) {
	env, world := reading(t, started(), "", aDeal())
	require.NoError(t, env.GetWorkflowError())
	var got Request
	require.NoError(t, env.GetWorkflowResult(&got))
	want, _ := FillFromDeal(started(), aDeal())
	want.RequestedBy = "luis" // who owns the deal
	assert.Equal(t, want, got)
	assert.Empty(t, world.Cards)
}

func TestAProposalThatNoDealHasStartedReadsNone(t *testing.T) {
	env, world := reading(t, valid(), "")
	require.NoError(t, env.GetWorkflowError())
	assert.Zero(t, outside.Calls(world, "FindOwner"))
}

func TestADealThatIsNotWholeIsReadAgainOnceOperationsHavePutItRight(t *testing.T) {
	lacking := aDeal()
	lacking.Client.Email = ""
	env, world := reading(t, started(), step.Retry, lacking, aDeal())
	require.NoError(t, env.GetWorkflowError())
	var got Request
	require.NoError(t, env.GetWorkflowResult(&got))
	assert.Equal(t, "ada@contoso.com", got.Client.Email)
	require.Len(t, world.Cards, 1)
	assert.Contains(t, fmt.Sprint(world.Cards[0].It), "client.email is missing")
}

func TestOperationsMayGiveADealUp(t *testing.T) {
	lacking := aDeal()
	lacking.Company.Name = ""
	env, _ := reading(t, started(), step.Abort, lacking)
	assert.ErrorContains(t, env.GetWorkflowError(), step.ErrAborted.Error())
}
