package shopify

import "fmt"

// product is something that the shop sells. What there is at the start stands here; it doesn't change but for being deleted.
type product struct {
	N        int64
	Title    string
	Handle   string
	Type     string
	Tags     []string
	Options  string // what its variants differ in: "Size"; "" for a product with one only
	Variants []variant
}

// variant is a product in a size or colour. Prices are by currency, in minor units.
type variant struct {
	N      int64 // also that of the inventory item
	SKU    string
	Title  string
	Prices map[string]int64
	Stock  map[int64]int // what is available at the start, by location
}

type location struct {
	N             int64
	Name          string
	City, Country string
}

// The locations. The first is the default one, where draft orders reserve.
const (
	hamburg = 81001
	reno    = 81002
)

var locations = []location{
	{hamburg, "Warehouse Hamburg", "Hamburg", "DE"},
	{reno, "Warehouse Reno", "Reno", "US"},
}

// DefaultLocation is the ID of the location that sends to Europe, and where returns go to.
var DefaultLocation = gid("Location", hamburg)

// prices are in dollars, euros and pounds.
func prices(usd, eur, gbp int64) map[string]int64 {
	return map[string]int64{"USD": usd, "EUR": eur, "GBP": gbp}
}

func stock(inHamburg, inReno int) map[int64]int {
	return map[int64]int{hamburg: inHamburg, reno: inReno}
}

// products are the shop's.
var products = []product{
	{N: 61001, Title: "Arc desk lamp with gripper base", Handle: "arc-desk-lamp", Type: "Lamps", Options: "Colour", Variants: []variant{
		{71001, "LAMP-ARC-BLK", "Black", prices(8_900, 8_490, 7_490), stock(24, 30)},
		{71002, "LAMP-ARC-WHT", "White", prices(8_900, 8_490, 7_490), stock(11, 18)},
	}},
	{N: 61002, Title: "Lumen status beacon", Handle: "lumen-status-beacon", Type: "Lamps", Variants: []variant{
		{71003, "BEACON-1", "", prices(3_450, 3_290, 2_890), stock(60, 75)},
	}},
	{N: 61003, Title: "Range sensor 4 m", Handle: "range-sensor-4m", Type: "Sensors", Variants: []variant{
		{71004, "SENS-RANGE-4", "", prices(5_999, 5_799, 4_999), stock(40, 44)},
	}},
	{N: 61004, Title: "Torque sensor kit", Handle: "torque-sensor-kit", Type: "Sensors", Tags: []string{"fragile"}, Variants: []variant{
		{71005, "SENS-TORQUE", "", prices(24_900, 23_900, 20_900), stock(6, 8)},
	}},
	{N: 61005, Title: "Joint servo S7", Handle: "joint-servo-s7", Type: "Spare parts", Variants: []variant{
		{71006, "SERVO-S7", "", prices(18_900, 17_900, 15_900), stock(15, 12)},
	}},
	{N: 61006, Title: "Silicone finger pads, pair", Handle: "silicone-finger-pads", Type: "Spare parts", Options: "Size", Variants: []variant{
		{71007, "PADS-S", "Small", prices(1_290, 1_190, 990), stock(120, 90)},
		{71008, "PADS-M", "Medium", prices(1_290, 1_190, 990), stock(140, 110)},
		{71009, "PADS-L", "Large", prices(1_290, 1_190, 990), stock(80, 70)},
	}},
	{N: 61007, Title: "Operator's work gloves", Handle: "operators-work-gloves", Type: "Apparel", Options: "Size", Variants: []variant{
		{71010, "GLOVE-S", "S", prices(2_400, 2_290, 1_990), stock(35, 30)},
		{71011, "GLOVE-M", "M", prices(2_400, 2_290, 1_990), stock(50, 45)},
		{71012, "GLOVE-L", "L", prices(2_400, 2_290, 1_990), stock(0, 40)},
	}},
	{N: 61008, Title: "Showroom arm A4, used", Handle: "showroom-arm-a4", Type: "Robots", Tags: []string{"final-sale"}, Variants: []variant{
		{71013, "ARM-A4-DEMO", "", prices(389_000, 369_000, 329_000), stock(2, 1)},
	}},
	{N: 61009, Title: "Battery pack 48 V", Handle: "battery-pack-48v", Type: "Batteries", Tags: []string{"dangerous-goods"}, Variants: []variant{
		{71014, "BATT-48", "", prices(32_900, 31_500, 27_900), stock(9, 14)},
	}},
	{N: 61010, Title: "Cable tidy, 5 m", Handle: "cable-tidy-5m", Type: "Spare parts", Variants: []variant{
		{71015, "TIDY-5", "", prices(790, 690, 590), stock(300, 280)},
	}},
}

// currencyOf is what customers of a country pay in.
func currencyOf(country string) string {
	switch country {
	case "GB":
		return "GBP"
	case "AT", "BE", "DE", "ES", "FI", "FR", "IE", "IT", "LU", "NL", "PT":
		return "EUR"
	}
	return shopCurrency
}

// home is the location that sends to a country.
func home(country string) int64 {
	if currencyOf(country) == "USD" {
		return reno
	}
	return hamburg
}

func locationOf(n int64) (location, bool) {
	for _, l := range locations {
		if l.N == n {
			return l, true
		}
	}
	return location{}, false
}

// name is what a line of an order calls a variant of a product.
func (p product) name(v variant) string {
	if v.Title == "" {
		return p.Title
	}
	return fmt.Sprintf("%s - %s", p.Title, v.Title)
}

// display is a variant's title as Shopify gives it.
func (v variant) display() string {
	if v.Title == "" {
		return "Default Title"
	}
	return v.Title
}
