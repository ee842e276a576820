package returns

import (
	"github.com/throughline-dev/throughline/activities/commerce"
)

func (s *Suite) TestStockFollowsTheGradeAndCountsWhatWasPutThereBefore() {
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.arrives(2*days, 2, "received-1", "1", "grade-1", "broken")
	s.agrees(3*days, "pay-1", fiona)
	s.run()
	s.Require().Len(s.world.Stocked, 2)
	put := func(n, before int, stock commerce.Stock) commerce.Restocking {
		return commerce.Restocking{
			Order: "gid://shopify/Order/1042", Return: "gid://shopify/Return/1", Number: "R-7QX4M2KD", Location: "gid://shopify/Location/1",
			Lines: []commerce.RestockedLine{{Line: lamps, Item: "gid://shopify/InventoryItem/LAMP-1", Quantity: n, Stock: stock, Before: before}},
		}
	}
	s.Equal(put(1, 0, commerce.Restock), s.world.Stocked[0].It)
	s.Equal(put(1, 1, commerce.WriteOff), s.world.Stocked[1].It)
	s.NotEqual(s.world.Stocked[0].Key.ID, s.world.Stocked[1].Key.ID)
}

func (s *Suite) TestWhatOperationsHaveNotPutIntoStockDoesNotCount() {
	s.decide(hour, ApproveTask, ActionApprove, sam)
	s.arrives(days, 1, "received-1", "1", "grade-1", "new")
	s.fail("RestockReturn", days+2*hour)
	s.decide(days+hour, "restock-1-failed-1", "skip", omar)
	s.arrives(2*days, 2, "received-1", "1", "grade-1", "new")
	s.agrees(3*days, "pay-1", fiona)
	s.agrees(3*days+hour, "pay-2", fiona)
	s.Equal(Completed, s.run().Ending)
	s.Require().Len(s.world.Stocked, 1)
	s.Zero(s.world.Stocked[0].It.Lines[0].Before)
}
