package commerce

import (
	"fmt"
	"math/big"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// bag is an amount in the shop's currency and in the customer's; only the latter is asked for.
type bag struct {
	Money amount `json:"presentmentMoney"`
}

// amount is Shopify's MoneyV2, whose number is a decimal in quotes: "12.5".
type amount struct {
	Number   string `json:"amount"`
	Currency string `json:"currencyCode"`
}

// sent is an amount as Shopify takes it (MoneyInput).
func sent(a money.Amount) amount { return amount{Number: a.Decimal(), Currency: a.Currency} }

// sums reads and adds up amounts. The first thing that can't be done exactly stays its error, and what comes after it counts for
// nothing, so that whoever reckons looks at it once.
type sums struct{ err error }

func (s *sums) fail(what string, err error) {
	if s.err == nil && err != nil {
		s.err = fault.Final(system, "unreadable_amount", fmt.Sprintf("%s: %v", what, err)).Err()
	}
}

func (s *sums) read(what string, b bag) money.Amount {
	a, err := money.Parse(b.Money.Number, b.Money.Currency)
	s.fail(what, err)
	return a
}

func (s *sums) add(what string, a, b money.Amount) money.Amount {
	sum, err := a.Add(b)
	s.fail(what, err)
	return sum
}

func (s *sums) sub(what string, a, b money.Amount) money.Amount {
	rest, err := a.Sub(b)
	s.fail(what, err)
	return rest
}

// part is n/of of an amount that isn't negative, rounded half up.
func (s *sums) part(what string, a money.Amount, n, of int64) money.Amount {
	twice := new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(2*n))
	minor := twice.Add(twice, big.NewInt(of)).Div(twice, big.NewInt(2*of))
	if !minor.IsInt64() {
		s.fail(what, fmt.Errorf("%d/%d of it is more than can be counted exactly", n, of))
		return money.Amount{}
	}
	return money.Amount{Minor: minor.Int64(), Currency: a.Currency}
}
