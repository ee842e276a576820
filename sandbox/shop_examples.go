package sandbox

import "github.com/throughline-dev/throughline/sandbox/client"

// exampleOrder fills the form for an order.
type exampleOrder struct {
	ID    string // for the page's address
	Label string
	client.ShopOrderForm
}

// exampleOrders are those that a new shop begins with, too. They are so different that each rule for returns has one to try it on.
var exampleOrders = []exampleOrder{
	{"lamps", "Lamps and pads, arrived five days ago", client.ShopOrderForm{
		Email: "katrin.vogel@bergwerk-automation.example", Name: "Katrin Vogel", Country: "DE", City: "Stuttgart",
		Lines:    []client.ShopFormLine{{SKU: "LAMP-ARC-BLK", Quantity: "2", Discount: "10.00"}, {SKU: "PADS-M", Quantity: "3"}},
		Shipping: "4.90", Tax: "19", TaxIncluded: true, Delivered: "5",
	}},
	{"gloves", "Gloves that may be too small", client.ShopOrderForm{
		Email: "amelie.fournier@verdanarenewables.example", Name: "Amélie Fournier", Country: "FR", City: "Lyon",
		Lines:    []client.ShopFormLine{{SKU: "GLOVE-S", Quantity: "4"}, {SKU: "BEACON-1", Quantity: "1"}},
		Discount: "15.00", Shipping: "5.90", Tax: "20", TaxIncluded: true, Delivered: "9",
	}},
	{"servos", "Servos for a large amount, with tax on top", client.ShopOrderForm{
		Email: "mei@pacificcrest.example", Name: "Mei Tanaka", Country: "US", City: "Oakland",
		Lines:    []client.ShopFormLine{{SKU: "SERVO-S7", Quantity: "6"}, {SKU: "SENS-TORQUE", Quantity: "2", Discount: "48.00"}, {SKU: "TIDY-5", Quantity: "5"}},
		Shipping: "18.00", Tax: "8.75", Delivered: "12",
	}},
	{"late", "A sensor that came long ago", client.ShopOrderForm{
		Email: "walt@granitestatetooling.example", Name: "Walt Duchesne", Country: "US", City: "Concord",
		Lines:    []client.ShopFormLine{{SKU: "SENS-RANGE-4", Quantity: "2"}},
		Shipping: "9.00", Delivered: "75",
	}},
	{"final", "A used arm, which is a final sale", client.ShopOrderForm{
		Email: "ciaran@halloranpike.example", Name: "Ciarán Doyle", Country: "IE", City: "Dublin",
		Lines: []client.ShopFormLine{{SKU: "ARM-A4-DEMO"}, {SKU: "BATT-48", Quantity: "2"}},
		Tax:   "23", TaxIncluded: true, Shipping: "39.00", Delivered: "6",
	}},
	{"small", "A cable tidy, paid for by a gift card in part", client.ShopOrderForm{
		Email: "jo@littleowlbooks.example", Name: "Jo Ellery", Country: "US", City: "Portland",
		Lines:    []client.ShopFormLine{{SKU: "TIDY-5"}, {SKU: "LAMP-ARC-WHT"}},
		Shipping: "6.00", GiftCard: "25.00", Delivered: "3",
	}},
	{"underway", "On its way, in two days perhaps", client.ShopOrderForm{
		Email: "priya.raman@riverstonebank.example", Name: "Priya Raman", Country: "US", City: "Charlotte",
		Lines:    []client.ShopFormLine{{SKU: "BEACON-1", Quantity: "12"}},
		Discount: "40.00", Shipping: "22.00", Tax: "7.25", Sent: "1",
	}},
}
