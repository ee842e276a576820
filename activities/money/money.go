// Package money is exact money: integer minor units (cents) of a currency, never a floating-point number. How many minor
// units a currency has is ISO 4217's: two for most, none for JPY, three for KWD.
package money

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
