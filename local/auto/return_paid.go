package auto

import (
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// paidBy is an order that was paid in another way than by card, or by a gift card.
func paidBy(o sandbox.ShopOrderForm, method, giftCard string) sandbox.ShopOrderForm {
	o.Method, o.GiftCard = method, giftCard
	return o
}

// oneLamp is what comes back of the orders of two lamps.
var oneLamp = one(1, "LAMP-ARC-BLK", commerce.Unwanted)

var paidReturns = []returnCase{
	{
		name:  "So much that two of finance have to agree",
		order: taxed(bought("Henrike Boll", "henrike@bollrobotik.example", "DE", "4", "SERVO-S7", "4"), "", "19"),
		items: one(4, "SERVO-S7", commerce.Unwanted), play: twoOfFinance, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 4 SERVO-S7 RESTOCKED 4"}, repaid: []string{"70905 succeeded"}, effects: withSupport.with(Effects{Card: 4}),
	},
	{
		name: "The bank takes its time", order: paidBy(twoLamps("Femke de Wit", "femke@polderlicht.example"), sandbox.PaymentBank, ""),
		items: oneLamp, play: banksTime, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne,
	},
	{
		name: "The bank sends the refund back, and it is paid again", order: paidBy(twoLamps("Bram Visser", "bram@visserwerk.example"), sandbox.PaymentBank, ""),
		items: oneLamp, play: refundedAgain, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailFailed, mailAgain},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 failed", "7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, Note: 7}),
	},
	{
		name: "The bank sends the refund back, and it is given as store credit", order: paidBy(twoLamps("Noor Bakker", "noor@bakkerlampen.example"), sandbox.PaymentBank, ""),
		items: oneLamp, play: creditedInstead, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailFailed, mailCredit},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 failed"}, credit: 7795,
		effects: settledByOne.with(Effects{Card: 3, Note: 7, ShopRefund: 2}),
	},
	{
		name: "Paid by a gift card, which Stripe can't refund", order: paidBy(twoLamps("Edda Thorsen", "edda@thorsenlys.example"), "", "500.00"),
		items: oneLamp, play: byHand("EUR 77.95", "EUR 77.95"), ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailAgain},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, effects: settledByOne.with(Effects{Card: 3, Note: 6}),
	},
	{
		name:  "Paid by a gift card in part",
		order: paidBy(taxed(bought("Jo Marsh", "jo@marshbooks.example", "US", "1", "LAMP-ARC-WHT", "3"), "6.00", "0"), "", "60.00"),
		items: one(1, "LAMP-ARC-WHT", commerce.Unwanted), play: byHand("USD 87.05", "USD 60.00"), ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailArrived, mailRefund, mailAgain},
		shop:  []string{"CLOSED, 1 LAMP-ARC-WHT RESTOCKED 1"}, repaid: []string{"2705 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, Note: 6}),
	},
	{
		name: "Finance doesn't want to pay, and support insists", order: twoLamps("Iris Neumann", "iris@neumannbau.example"),
		items: oneLamp, play: supportInsists, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Card: 4}),
	},
	{
		name: "Finance doesn't want to pay, and support lets it be", order: twoLamps("Olaf Riis", "olaf@riisvaerk.example"),
		items: oneLamp, play: supportDrops, ends: returns.Completed, mails: []mail{mailReceived, mailApproved, mailArrived, mailAnswer},
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, effects: settledByOne.with(Effects{Card: 3, ShopRefund: 0}),
	},
}

var eventfulReturns = []returnCase{
	{
		name: "A ticket in the help desk asks for it", order: twoLamps("Maren Holt", "maren@holtwerft.example"),
		items: oneLamp, send: openTicket, play: comesBack("EUR 77.95"), ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Note: 6}),
	},
	{
		name: "A ticket that doesn't say all is completed", order: twoLamps("Piet Jansen", "piet@jansenstaal.example"),
		items: oneLamp, send: writeToSupport, play: completed, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Card: 3, Note: 6}),
	},
	{
		name:  "Two returns at once for the last that is left",
		order: taxed(bought("Sami Aalto", "sami@aaltopaja.example", "FI", "1", "LAMP-ARC-BLK", "5"), "", "24"),
		items: oneLamp, send: sendTwo, play: oneOfTwo, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{CustomerMail: 1, Ticket: 2, Note: 8}),
	},
	{
		name: "The customer writes while finance decides", order: twoLamps("Leonie Krug", "leonie@krugdesign.example"),
		items: oneLamp, play: writesMeanwhile, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, Note: 7, Reply: 1}),
	},
	{
		name: "The customer needs more time", order: twoLamps("Ondřej Malý", "ondrej@malydilna.example"),
		items: oneLamp, play: moreTimeGiven, ends: returns.Completed,
		mails: []mail{mailReceived, mailApproved, mailAnswer, mailArrived, mailRefund},
		shop:  []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, Note: 7, Reply: 1}),
	},
	{
		name: "An e-mail to the customer bounces", order: twoLamps("Carla Bruni", "carla@luceserra.example"),
		items: oneLamp, play: bounced, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"},
		effects: settledByOne.with(Effects{Card: 3, Note: 7}),
	},
}

var troubledReturns = []returnCase{
	{
		name: "Stripe's answer to the refund is lost", order: twoLamps("Milan Horvat", "milan@horvatalati.example"),
		items: oneLamp, play: stripesReplyLost, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne,
	},
	{
		name:  "All of the shop's answers are lost once",
		order: taxed(bought("Svea Lindholm", "svea@lindholmverk.example", "DE", "1", "LAMP-ARC-BLK", "45"), "", "19"),
		items: []item{{1, "LAMP-ARC-BLK", commerce.Unwanted, "BEACON-1"}}, wish: refund.Exchange, send: sendLosing, play: shopsRepliesLost, ends: returns.Completed,
		mails:  []mail{mailReceived, mailApproved, mailArrived, mailExchange},
		shop:   []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1", "COMPLETED, 1 BEACON-1 instead"},
		repaid: []string{"4505 succeeded"}, effects: withSupport.with(Effects{Exchange: 1}),
	},
	{
		name: "The shop refuses, until operations have put it right", order: twoLamps("Rosa Almeida", "rosa@almeidaluz.example"),
		items: oneLamp, faults: []sandbox.Fault{{System: "shopify", Kind: sandbox.Unauthorized}}, play: shopMended,
		ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Card: 3}),
	},
	{
		name: "Stripe refuses the refund, until operations have put it right", order: twoLamps("Theo Brandt", "theo@brandtlicht.example"),
		items: oneLamp, play: stripeMended, ends: returns.Completed, mails: comesAndIsPaid,
		shop: []string{"CLOSED, 1 LAMP-ARC-BLK RESTOCKED 1"}, repaid: []string{"7795 succeeded"}, effects: settledByOne.with(Effects{Card: 3}),
	},
	{
		name: "Operations give the return up", order: twoLamps("Ute Fischer", "ute@fischernetz.example"),
		items: oneLamp, faults: []sandbox.Fault{{System: "shopify", Kind: sandbox.Unauthorized}}, play: returnGivenUp,
		ends: returns.Aborted, effects: Effects{Card: 1, Contact: 1, Ticket: 1, Note: 1},
	},
}
