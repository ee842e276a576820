package auto

import (
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// bought is an order of one article, which has arrived some days ago.
func bought(name, email, country, quantity, sku, days string) sandbox.ShopOrderForm {
	return sandbox.ShopOrderForm{
		Name: name, Email: email, Country: country, Lines: []sandbox.ShopFormLine{{SKU: sku, Quantity: quantity}}, Delivered: days,
	}
}

// with is the same order with what it cost to have it sent and with tax, which is in the prices in Europe.
func taxed(o sandbox.ShopOrderForm, shipping, tax string) sandbox.ShopOrderForm {
	o.Shipping, o.Tax, o.TaxIncluded = shipping, tax, o.Country != "US"
	return o
}

// two is the same order with another article in it, which stays.
func two(o sandbox.ShopOrderForm, quantity, sku string) sandbox.ShopOrderForm {
	o.Lines = append(o.Lines, sandbox.ShopFormLine{SKU: sku, Quantity: quantity})
	return o
}

// one is a return of so many of one article.
func one(quantity int, sku string, reason commerce.Reason) []item {
	return []item{{quantity: quantity, sku: sku, reason: reason}}
}

// comesAndIsPaid are the e-mails of a return that is accepted, comes and is paid for.
var comesAndIsPaid = []mail{mailReceived, mailApproved, mailArrived, mailRefund}

// withSupport are the effects of a return that support decides about.
var withSupport = settledByOne.with(Effects{Card: 3})

var ordinaryReturns = []returnCase{
	{
		name: "A lamp comes back, approved by rule",
		// Of two, which had a discount in common; it was sent at the customer's expense, and is sent back so.
		order: taxed(two(bought("Katrin Vogel", "katrin@bergwerk.example", "DE", "2", "LAMP-ARC-BLK", "5"), "3", "PADS-M"), "4.90", "19"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted), times: 4,
		play: comesBack("EUR 77.95"), ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne,
	},
	{
		name:  "A return from the shop's own page",
		order: taxed(bought("Nia Llewellyn", "nia@penrhyntools.example", "GB", "2", "GLOVE-M", "20"), "3.50", "20"),
		items: one(1, "GLOVE-M", commerce.TooLarge), send: onShopsPage,
		play: comesBack("GBP 13.95"), ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 GLOVE-M RESTOCKED 1"}, repaid: []string{"1395 succeeded"}, effects: settledByOne,
	},
	{
		name:  "Worth so much that support decides",
		order: taxed(bought("Mei Tanaka", "mei@tanakamotion.example", "US", "2", "SERVO-S7", "12"), "18.00", "8.75"),
		items: one(2, "SERVO-S7", commerce.Unwanted), comment: "They don't fit our bench <b>at all</b>.",
		play: decidedAndBack("It is worth USD", approve, nil, "USD 422.71"), ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 2 SERVO-S7 RESTOCKED 2"}, repaid: []string{"42271 succeeded"}, effects: withSupport,
	},
	{
		name:  "Late, and accepted in part",
		order: taxed(bought("Amélie Fournier", "amelie@verdana.example", "FR", "3", "SENS-RANGE-4", "45"), "", "20"),
		items: one(3, "SENS-RANGE-4", commerce.Unwanted),
		play: decidedAndBack("could be returned until", approvePart, map[string]string{
			"line-1": "2", "comment": "One of them was sent for nothing, which we can't take back.",
		}, "EUR 109.03"),
		ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 2 SENS-RANGE-4 RESTOCKED 2"}, repaid: []string{"10903 succeeded"}, effects: withSupport,
	},
	{
		name:  "Rejected, until the customer writes",
		order: bought("Walt Duchesne", "walt@granitestate.example", "US", "1", "SENS-RANGE-4", "75"),
		items: one(1, "SENS-RANGE-4", commerce.Unwanted), play: rejectedAndAgain, ends: returns.Completed,
		mails:  []mail{mailReceived, mailRejected, mailApproved, mailArrived, mailRefund},
		shop:   []string{"DECLINED, 1 SENS-RANGE-4", "CLOSED, 1 SENS-RANGE-4 RESTOCKED 1"},
		repaid: []string{"4604 succeeded"}, effects: withSupport.with(Effects{Card: 5, Note: 9}),
	},
	{
		name:  "Broken, and a photo has to be asked for",
		order: taxed(bought("Jonas Hartmann", "jonas@leinewerke.example", "DE", "2", "BEACON-1", "3"), "4.90", "19"),
		items: one(1, "BEACON-1", commerce.Defective), play: askedForPhoto, ends: returns.Completed,
		mails: []mail{mailReceived, mailQuestion, mailApproved, mailArrived, mailRefund},
		shop:  []string{"CLOSED, 1 BEACON-1 NOT_RESTOCKED 1"}, repaid: []string{"3290 succeeded"},
		effects: withSupport.with(Effects{Note: 7, Reply: 1, StockChange: 1}),
	},
	{
		name:  "Damaged on its way, with a photo",
		order: taxed(bought("Rhys Morgan", "rhys@morganmetals.example", "GB", "2", "BEACON-1", "2"), "3.50", "20"),
		items: one(1, "BEACON-1", commerce.Damaged), photos: true, play: comesAs("broken", "GBP 28.90"), ends: returns.Completed,
		mails: comesAndIsPaid, shop: []string{"CLOSED, 1 BEACON-1 NOT_RESTOCKED 1"}, repaid: []string{"2890 succeeded"},
		effects: settledByOne.with(Effects{StockChange: 1}),
	},
	{
		name:  "Somebody else's order",
		order: bought("Priya Raman", "priya@riverstone.example", "US", "1", "BEACON-1", "4"),
		items: one(1, "BEACON-1", commerce.Unwanted), send: sendAs("eve@nosy.example"), play: isAnswered("We have found no order"),
		ends: returns.Refused, mails: []mail{mailRefused}, effects: unprocessed,
	},
	{
		name:  "There is no such order",
		order: bought("Nora Quist", "nora@fjellhus.example", "DE", "1", "BEACON-1", "4"),
		items: one(1, "BEACON-1", commerce.Unwanted), send: sendChanged(form{"order": "990001"}), play: isAnswered("We have found no order"),
		ends: returns.Refused, mails: []mail{mailRefused}, effects: unprocessed,
	},
	{
		name:  "More than was bought",
		order: bought("Dag Solheim", "dag@solheimverksted.example", "DE", "2", "BEACON-1", "4"),
		items: one(3, "BEACON-1", commerce.Unwanted), play: isAnswered("and 2 can be returned"),
		ends: returns.Refused, mails: []mail{mailRefused}, effects: unprocessed,
	},
	{
		name:  "A final sale",
		order: bought("Hal Whitmore", "hal@whitmorelabs.example", "US", "1", "ARM-A4-DEMO", "6"),
		items: one(1, "ARM-A4-DEMO", commerce.Unwanted), play: finalSale, ends: returns.Rejected,
		mails: []mail{mailReceived, mailRejected}, shop: []string{"DECLINED, 1 ARM-A4-DEMO"},
		effects: Effects{Card: 1, Contact: 1, Ticket: 1, Note: 3},
	},
	{
		name:  "Too little to be sent back",
		order: two(bought("Jo Ellery", "jo@littleowl.example", "US", "1", "TIDY-5", "3"), "1", "LAMP-ARC-WHT"),
		items: one(1, "TIDY-5", commerce.Unwanted),
		play:  keepsIt, ends: returns.Completed, mails: []mail{mailReceived, mailApproved, mailRefund},
		shop: []string{"CLOSED, 1 TIDY-5 MISSING 1"}, repaid: []string{"790 succeeded"},
		effects: settledByOne.with(Effects{Card: 1, ColleagueMail: 0, Note: 4}),
	},
	{
		name:  "Store credit",
		order: taxed(bought("Ciarán Doyle", "ciaran@doyleandsons.example", "GB", "1", "LAMP-ARC-WHT", "8"), "", "20"),
		items: one(1, "LAMP-ARC-WHT", commerce.Unwanted), wish: refund.StoreCredit,
		play: comesBack("GBP 68.95"), ends: returns.Completed, mails: []mail{mailReceived, mailApproved, mailArrived, mailCredit},
		shop: []string{"CLOSED, 1 LAMP-ARC-WHT RESTOCKED 1"}, credit: 6895, effects: settledByOne,
	},
	{
		name:  "Exchanged for something cheaper",
		order: taxed(bought("Lotte Mertens", "lotte@schelde.example", "BE", "1", "LAMP-ARC-BLK", "8"), "", "21"),
		items: []item{{1, "LAMP-ARC-BLK", commerce.Unwanted, "BEACON-1"}}, wish: refund.Exchange,
		play: comesBack("EUR 45.05"), ends: returns.Completed, mails: []mail{mailReceived, mailApproved, mailArrived, mailExchange},
		shop:   []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1", "COMPLETED, 1 BEACON-1 instead"},
		repaid: []string{"4505 succeeded"}, effects: settledByOne.with(Effects{Exchange: 1}),
	},
	{
		name:  "Exchanged for another size",
		order: taxed(bought("Sanna Virtanen", "sanna@koivupaja.example", "FI", "2", "GLOVE-S", "8"), "", "24"),
		items: []item{{2, "GLOVE-S", commerce.TooSmall, "GLOVE-M"}}, wish: refund.Exchange,
		play: comesOnly, ends: returns.Completed, mails: []mail{mailReceived, mailApproved, mailArrived, mailExchange},
		shop:    []string{"CLOSED, 2 GLOVE-S RESTOCKED 2", "COMPLETED, 2 GLOVE-M instead"},
		effects: settledByOne.with(Effects{Card: 1, Exchange: 1}),
	},
}

// twoLamps is an order of which one lamp comes back.
func twoLamps(name, email string) sandbox.ShopOrderForm {
	return taxed(bought(name, email, "DE", "2", "LAMP-ARC-BLK", "5"), "4.90", "19")
}

var parcelReturns = []returnCase{
	{
		name:  "In two parcels",
		order: taxed(bought("Ana Ferreira", "ana@tejomar.example", "PT", "3", "PADS-M", "5"), "4.90", "23"),
		items: one(3, "PADS-M", commerce.Unwanted), play: inTwoParcels, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailArrived, mailRefund},
		shop:  []string{"CLOSED, 3 PADS-M RESTOCKED 3"}, repaid: []string{"1685 succeeded", "1680 succeeded"}, // the last with the shipping
		effects: settledByOne.with(Effects{Card: 4, ColleagueMail: 2, Note: 7, ShopRefund: 2}),
	},
	{
		name: "Something else is in the parcel", order: twoLamps("Karel Dvořák", "karel@vltavatech.example"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted), play: wrongItem, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailAnswer, mailArrived, mailRefund},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 4, ColleagueMail: 2, Note: 7}),
	},
	{
		name: "More is in the parcel", order: twoLamps("Ivo Kranjc", "ivo@savaworks.example"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted), play: moreThanAnnounced, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Card: 3}),
	},
	{
		name: "Less is in the parcel, and no more comes", order: twoLamps("Greta Sand", "greta@sandundsoehne.example"),
		items: one(2, "LAMP-ARC-BLK", commerce.Unwanted), play: lessThanAnnounced, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne,
	},
	{
		name: "Used, and so worth less", order: twoLamps("Till Ahrens", "till@ahrensholz.example"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted),
		play:  comesAs("worn", "EUR 43.99"), ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK PROCESSING_REQUIRED 1"}, repaid: []string{"4399 succeeded"}, effects: settledByOne.with(Effects{StockChange: 1}),
	},
	{
		name: "Nothing ever comes", order: twoLamps("Boris Petrov", "boris@dunavparts.example"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted), play: nothing, ends: returns.Expired,
		mails: []mail{mailReceived, mailApproved, mailReminder, mailReminder, mailExpired}, shop: []string{"CANCELED, 1 LAMP-ARC-BLK"},
		effects: Effects{Card: 1, ColleagueMail: 1, Contact: 1, Ticket: 1, Note: 6},
	},
	{
		name: "A part comes, and the rest doesn't", order: twoLamps("Yara Haddad", "yara@levantlight.example"),
		items: one(2, "LAMP-ARC-BLK", commerce.Unwanted), play: halfComes, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailReminder, mailReminder, mailExpired},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, ColleagueMail: 2, Note: 8}),
	},
	{
		name: "The customer keeps it after all", order: twoLamps("Ruben Castro", "ruben@castroluz.example"),
		items: one(1, "LAMP-ARC-BLK", commerce.Unwanted), play: keptAfterAll, ends: returns.Cancelled,
		mails: []mail{mailReceived, mailApproved, mailCancelled}, shop: []string{"CANCELED, 1 LAMP-ARC-BLK"},
		effects: Effects{Card: 2, ColleagueMail: 1, Contact: 1, Ticket: 1, Note: 5},
	},
}
