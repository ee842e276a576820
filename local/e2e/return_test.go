package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// returning are the files of a handbook with which returns wait for whoever the test plays.
func returning() []string { return append(slices.Clone(patient), "testdata/returning.yaml") }

// buy has somebody in Germany buy so many of each of some articles, which arrived some days ago.
func (s system) buy(t *testing.T, who, days string, quantity int, skus ...string) sandbox.ShopOrder {
	t.Helper()
	f := sandbox.ShopOrderForm{
		Email: who + "@bought.example", Name: "Ada Brandt", Country: "DE", Tax: "19", TaxIncluded: true, Shipping: "4.90", Delivered: days,
	}
	for _, sku := range skus {
		f.Lines = append(f.Lines, sandbox.ShopFormLine{SKU: sku, Quantity: strconv.Itoa(quantity)})
	}
	placed, err := s.world.PlaceOrder(t.Context(), f)
	require.NoError(t, err)
	return placed
}

// giveBack asks at the door to return so many of an article of an order, by a key that tells one return from another.
func (s system) giveBack(key string, o sandbox.ShopOrder, quantity int, sku string, more fields) (id string, err error) {
	item := fields{"sku": sku, "quantity": quantity, "reason": "unwanted"}
	f := fields{"submission_id": key, "order": o.Name, "email": o.Email, "wish": "refund", "items": []fields{item}}
	for name, value := range more {
		if name == "instead" {
			item[name] = value
			continue
		}
		f[name] = value
	}
	body, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	res, err := http.Post(s.Door+"/returns", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var taken struct{ ID, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&taken); err != nil || res.StatusCode != http.StatusAccepted {
		return "", cmp.Or(err, error(statusError(res.Status+": "+taken.Detail)))
	}
	return taken.ID, nil
}

type statusError string

func (e statusError) Error() string { return string(e) }

// settled waits for a return to end, and is what it says about itself.
func (s system) settled(t *testing.T, id string) (r returns.Result) {
	t.Helper()
	require.NoError(t, s.Client.GetWorkflow(within(t, patience), id, "").Get(t.Context(), &r))
	return r
}

// arrives has the warehouse record that all of a return's only line has come.
func (s system) arrives(t *testing.T, id, grade string) {
	t.Helper()
	task := s.task(t, id, returns.ArriveTask+"-1")
	quantity := task.Actions[0].Fields[0].Value
	s.decide(t, desk.Choice{
		Workflow: id, Task: task.ID, Action: returns.ActionArrived, As: "ruth",
		Fields: map[string]string{"received-1": quantity, "grade-1": grade, "rest": "open"},
	})
}

// pays has finance agree to each refund of a return that they are asked about, until it has ended.
func (s system) pays(t *testing.T, id string) {
	t.Helper()
	eventually(t, "the end of "+id, func() bool {
		for _, task := range s.tasks(t, id) {
			if !task.Open() || !strings.HasPrefix(task.ID, returns.PayTask+"-") {
				continue
			}
			answer, err := desk.Decide(within(t, patience), s.Client, desk.Choice{
				Workflow: id, Task: task.ID, Action: returns.ActionApprove, As: task.Candidates[0].ID,
			})
			require.NoError(t, err)
			require.True(t, answer.Accepted, answer.Text)
		}
		described, err := s.Client.DescribeWorkflowExecution(t.Context(), id, "")
		require.NoError(t, err)
		return described.GetWorkflowExecutionInfo().GetCloseTime() != nil
	})
}

// repaid are the refunds of a case at Stripe, and their sum.
func (s system) repaid(t *testing.T, id string) (refunds []sandbox.PaymentRefund, sum int64) {
	t.Helper()
	refunds, err := s.world.PaymentRefunds(t.Context(), id)
	require.NoError(t, err)
	for _, r := range refunds {
		if r.Status == "succeeded" || r.Status == "pending" {
			sum += r.Amount
		}
	}
	return refunds, sum
}

// requireOne requires that all that came of a return came of it once: what carries its workflow's ID, and what carries its number.
func (s system) requireOne(t *testing.T, id string) {
	t.Helper()
	s.requireOnce(t, id)
	effects, err := s.world.Effects(t.Context(), returns.Number(id))
	require.NoError(t, err)
	for _, e := range effects { // none where it was refused
		require.True(t, e.Repeatable || e.Count == 1, "%+v", e)
	}
}

// Eight returns of one beacon each come at the same moment, and five were bought. However they are interleaved, five are processed, and
// together they get back what was paid but for the way back of each, the shipping once.
func TestReturnsOfTheSameAtOnceNeverTakeMoreThanWasBought(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: returning()})
	const asked, bought, price, shipping, wayBack = 8, 5, 32_90, 4_90, 6_95
	o := s.buy(t, "eight", "3", bought, "BEACON-1")
	before := s.levels(t, "BEACON-1")
	ids := make([]string, asked)
	var all errgroup.Group
	for i := range ids {
		all.Go(func() (err error) {
			ids[i], err = s.giveBack("eight-"+strconv.Itoa(i), o, 1, "BEACON-1", nil)
			return err
		})
	}
	require.NoError(t, all.Wait())

	var taken []string
	eventually(t, "five to be awaited, and three to be answered", func() bool {
		taken = nil
		answered := 0
		now, err := s.world.ShopOrder(t.Context(), o.Name)
		require.NoError(t, err)
		requested := 0
		for _, r := range now.Returns {
			for _, line := range r.Lines {
				requested += line.Quantity
			}
		}
		require.LessOrEqual(t, requested, bought)
		for _, id := range ids {
			described, err := s.Client.DescribeWorkflowExecution(t.Context(), id, "")
			require.NoError(t, err)
			switch {
			case described.GetWorkflowExecutionInfo().GetCloseTime() != nil:
				answered++
			case slices.ContainsFunc(s.tasks(t, id), func(v humantask.View) bool { return v.ID == returns.ArriveTask+"-1" }):
				taken = append(taken, id)
			}
		}
		return len(taken) == bought && answered == asked-bought
	})
	for _, id := range taken {
		s.arrives(t, id, "new")
	}
	for _, id := range taken {
		s.task(t, id, returns.PayTask+"-1") // finance is asked about all of them before it agrees to the first
	}
	for _, id := range taken {
		s.pays(t, id)
	}
	var sum int64
	shipped := 0
	for _, id := range ids {
		r := s.settled(t, id)
		refunds, got := s.repaid(t, id)
		require.Equal(t, slices.Contains(taken, id), r.Ending == returns.Completed)
		if r.Ending == returns.Completed {
			require.Len(t, refunds, 1)
			require.Equal(t, got, r.Refunded.Minor)
			if r.Refunds[0].Reckoned.Shipping.Minor > 0 {
				shipped++
			}
		} else {
			require.Equal(t, returns.Refused, r.Ending)
			require.Empty(t, refunds)
		}
		sum += got
		s.requireOne(t, id)
		requireReplay(t, s.history(t, id, ""), "")
	}
	require.EqualValues(t, bought*(price-wayBack)+shipping, sum)
	require.Equal(t, 1, shipped, "the shipping goes back with the last")
	require.Equal(t, before["available"]+bought, s.levels(t, "BEACON-1")["available"], "each is in stock once")
	require.NoError(t, s.Stop())
}

// levels are how many of an article there are where returns go, by state.
func (s system) levels(t *testing.T, sku string) map[string]int {
	t.Helper()
	stock, err := s.world.Stock(t.Context(), sku)
	require.NoError(t, err)
	i := slices.IndexFunc(stock, func(l sandbox.ShopStock) bool { return l.LocationID == s.Config.Book.Return.Location })
	require.GreaterOrEqual(t, i, 0)
	return stock[i].Levels
}

// The shipping goes back with what comes back last. Which of two that is, nobody knows before they are paid: finance has agreed to both
// without it, and is asked once more about the second.
func TestTwoReturnsOfAnOrderThatArePaidAtOnceGiveItsShippingBackOnce(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: returning()})
	o := s.buy(t, "lines", "3", 1, "BEACON-1", "LAMP-ARC-BLK")
	var ids []string
	for _, sku := range []string{"BEACON-1", "LAMP-ARC-BLK"} {
		id, err := s.giveBack("lines-"+sku, o, 1, sku, nil)
		require.NoError(t, err)
		s.arrives(t, id, "new")
		ids = append(ids, id)
	}
	var all errgroup.Group
	for _, id := range ids {
		task := s.task(t, id, returns.PayTask+"-1")
		all.Go(func() error {
			answer, err := desk.Decide(t.Context(), s.Client, desk.Choice{Workflow: id, Task: task.ID, Action: returns.ActionApprove, As: "wei"})
			if err == nil && !answer.Accepted {
				err = statusError(answer.Text)
			}
			return err
		})
	}
	require.NoError(t, all.Wait())
	var sum int64
	var asked []int
	for _, id := range ids {
		s.pays(t, id)
		refunds, got := s.repaid(t, id)
		require.Len(t, refunds, 1)
		sum += got
		questions := 0
		for _, task := range s.tasks(t, id) {
			if strings.HasPrefix(task.ID, returns.PayTask+"-") {
				questions++
			}
		}
		asked = append(asked, questions)
		require.Equal(t, returns.Completed, s.settled(t, id).Ending)
		s.requireOne(t, id)
		requireReplay(t, s.history(t, id, ""), "")
	}
	slices.Sort(asked)
	require.Equal(t, []int{1, 2}, asked)
	require.EqualValues(t, 32_90-6_95+84_90-6_95+4_90, sum)
	require.NoError(t, s.Stop())
}

// Hana is one of support's and of finance's. What she has accepted she doesn't pay, and nobody agrees for two.
func TestWhoHasAcceptedAReturnDoesNotPayItAndNobodyAgreesForTwo(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: append(returning(), "testdata/both.yaml")})
	o := s.buy(t, "large", "3", 4, "SERVO-S7")
	id, err := s.giveBack("large", o, 4, "SERVO-S7", nil)
	require.NoError(t, err)
	s.task(t, id, returns.ApproveTask)
	s.decide(t, desk.Choice{Workflow: id, Task: returns.ApproveTask, Action: returns.ActionApprove, As: "hana"})
	s.arrives(t, id, "new")
	refused := func(task, as, why string) {
		t.Helper()
		answer, err := desk.Decide(within(t, patience), s.Client, desk.Choice{Workflow: id, Task: task, Action: returns.ActionApprove, As: as})
		require.NoError(t, err)
		require.False(t, answer.Accepted)
		require.Contains(t, answer.Text, why)
	}
	for _, seat := range []string{"wei", "amara"} {
		s.task(t, id, returns.PayTask+"-1-"+seat)
		refused(returns.PayTask+"-1-"+seat, "hana", "isn't yours to decide")
	}
	require.False(t, slices.ContainsFunc(s.tasks(t, id), func(v humantask.View) bool { return v.ID == returns.PayTask+"-1-hana" }))
	s.decide(t, desk.Choice{Workflow: id, Task: returns.PayTask + "-1-wei", Action: returns.ActionApprove, As: "wei"})
	refused(returns.PayTask+"-1-amara", "wei", "isn't yours to decide")
	refunds, _ := s.repaid(t, id)
	require.Empty(t, refunds)
	s.decide(t, desk.Choice{Workflow: id, Task: returns.PayTask + "-1-amara", Action: returns.ActionApprove, As: "amara"})
	r := s.settled(t, id)
	require.Equal(t, returns.Completed, r.Ending)
	require.Len(t, r.Refunds[0].By, 2)
	_, sum := s.repaid(t, id)
	require.EqualValues(t, 4*179_00+4_90-6_95, sum)
	s.requireOne(t, id)
	requireReplay(t, s.history(t, id, ""), "")
	require.NoError(t, s.Stop())
}

// Nobody looks for a day how a refund stands unless Stripe says something.
func TestStripeTellsHowARefundStands(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: returning()})
	f := sandbox.ShopOrderForm{
		Email: "ada@transferred.example", Country: "DE", Lines: []sandbox.ShopFormLine{{SKU: "LAMP-ARC-WHT"}}, Delivered: "2", Method: sandbox.PaymentBank,
	}
	o, err := s.world.PlaceOrder(t.Context(), f)
	require.NoError(t, err)
	id, err := s.giveBack("transferred", o, 1, "LAMP-ARC-WHT", nil)
	require.NoError(t, err)
	s.arrives(t, id, "new")
	s.task(t, id, returns.PayTask+"-1")
	s.decide(t, desk.Choice{Workflow: id, Task: returns.PayTask + "-1", Action: returns.ActionApprove, As: "wei"})
	end := func(n int, do string) {
		t.Helper()
		eventually(t, "the refund to be under way", func() bool {
			refunds, _ := s.repaid(t, id)
			return len(refunds) == n && refunds[n-1].Status == "pending"
		})
		refunds, _ := s.repaid(t, id)
		_, err := s.world.EndRefund(t.Context(), refunds[n-1].ID, sandbox.PaymentRefundAct{Do: do})
		require.NoError(t, err)
	}
	end(1, sandbox.RefundFail)
	s.task(t, id, returns.MendTask+"-1")
	s.decide(t, desk.Choice{Workflow: id, Task: returns.MendTask + "-1", Action: returns.ActionRetry, As: "amara"})
	end(2, sandbox.RefundSettle)
	r := s.settled(t, id)
	require.Equal(t, returns.Completed, r.Ending)
	_, sum := s.repaid(t, id)
	require.EqualValues(t, 84_90-6_95, sum)
	require.EqualValues(t, sum, r.Refunded.Minor)
	s.requireOne(t, id)
	requireReplay(t, s.history(t, id, ""), "")
	require.NoError(t, s.Stop())
}
