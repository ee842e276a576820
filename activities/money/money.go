// Package money is exact money: integer minor units (cents) of a currency, never a floating-point number. How many minor
// units a currency has is ISO 4217's: two for most, none for JPY, three for KWD.
//
// Nothing here wraps around: a result that an int64 can't hold is an error.
package money

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// Amount is an amount of money. The zero value is nothing in no currency, which adds to any amount.
type Amount struct {
	// Minor is in the currency's minor units: 1999 in USD is $19.99, in JPY ¥1999, in KWD 1.999.
	Minor int64 `json:"minor"`
	// Currency is an ISO 4217 code, upper case.
	Currency string `json:"currency"`
}

// Quantity counts things that may come in parts (2.5 hours): in thousandths, so that 2500 is two and a half. It reads and
// writes in JSON as a decimal number in quotes, "2.5".
type Quantity int64

// Percent is a share in hundredths of a percent (basis points): 1250 is 12.5 %. It reads and writes in JSON as a decimal
// number in quotes, "12.5".
type Percent int64

// One and Whole are the quantity and the share that change nothing.
const (
	One   Quantity = 1_000
	Whole Percent  = 10_000
)

// errTooMuch is what every overflow says.
var errTooMuch = errors.New("the result is more than can be counted exactly")

// Check says what is wrong with an amount that came from outside: a currency that isn't known. The zero value is fine.
func (a Amount) Check() error {
	if a == (Amount{}) {
		return nil
	}
	_, err := Digits(a.Currency)
	return err
}

// IsZero reports whether the amount is nothing, in whatever currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Neg is the amount with its sign turned round: a discount as a line of an invoice.
func (a Amount) Neg() (Amount, error) {
	if a.Minor == math.MinInt64 {
		return Amount{}, errTooMuch
	}
	return Amount{-a.Minor, a.Currency}, nil
}

// Add is the sum of two amounts of one currency. Amounts of two currencies don't add up, which is an error.
func (a Amount) Add(b Amount) (Amount, error) {
	currency, err := a.common(b)
	if err != nil {
		return Amount{}, err
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, errTooMuch
	}
	return Amount{sum, currency}, nil
}

// Sub is a less b; see [Amount.Add].
func (a Amount) Sub(b Amount) (Amount, error) {
	b, err := b.Neg()
	if err != nil {
		return Amount{}, err
	}
	return a.Add(b)
}

// Cmp is -1, 0 or 1 where a is less than, equal to or more than b. Amounts of two currencies can't be compared, which is an
// error.
func (a Amount) Cmp(b Amount) (int, error) {
	if _, err := a.common(b); err != nil {
		return 0, err
	}
	return cmp.Compare(a.Minor, b.Minor), nil
}

// Times is the price a of one, for so many: rounded to the minor unit, half away from zero (0.5 cents are one cent, -0.5 are
// minus one).
func (a Amount) Times(q Quantity) (Amount, error) { return a.scale(int64(q), int64(One)) }

// Share is a share of a, rounded as [Amount.Times] does.
func (a Amount) Share(p Percent) (Amount, error) { return a.scale(int64(p), int64(Whole)) }

// scale is a·n/d, computed in 128 bits and rounded once; d is positive and even.
func (a Amount) scale(n, d int64) (Amount, error) {
	hi, lo := bits.Mul64(magnitude(a.Minor), magnitude(n))
	lo, carry := bits.Add64(lo, uint64(d/2), 0)
	hi += carry
	if hi >= uint64(d) { // the quotient needs more than 64 bits
		return Amount{}, errTooMuch
	}
	quotient, _ := bits.Div64(hi, lo, uint64(d))
	if quotient > math.MaxInt64 {
		return Amount{}, errTooMuch
	}
	minor := int64(quotient)
	if (a.Minor < 0) != (n < 0) {
		minor = -minor
	}
	return Amount{minor, a.Currency}, nil
}

// magnitude is |n|, which for the least int64 only a uint64 holds.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// common is the currency of two amounts. The zero value goes with any.
func (a Amount) common(b Amount) (string, error) {
	switch {
	case a.Currency == b.Currency || b == Amount{}:
		return a.Currency, nil
	case a == Amount{}:
		return b.Currency, nil
	}
	return "", fmt.Errorf("%s and %s are two currencies: amounts of both can't be put together", a.name(), b.name())
}

func (a Amount) name() string { return cmp.Or(a.Currency, "no currency") }
