package auto

import (
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// What is proposed: below everything that needs somebody's approval, above a partner's threshold, and above that of two.
var (
	small   = []price{{"1", "Gripper, with a spare", "4300.00"}, {"2.5", "Set-up, hours", "140.00"}}
	large   = []price{{"2", "Pick-and-place arm", "14900.00"}, {"1", "Guarding", "6200.00"}}
	largest = []price{{"4", "Pick-and-place arm", "24900.00"}, {"1", "Line control", "31500.00"}}
)

// Their sums, in cents.
const (
	smallTotal   = 4650_00
	largeTotal   = 36000_00
	largestTotal = 131100_00
)

// asked are the effects of a proposal that both partners are asked about beside: the strategist has a card to change it by, and each
// of the two has one.
var asked = signed.with(Effects{Card: 5})

// The companies are made up. No two cases share one, since its faults are told apart by the client's address.
var allProposals = []proposalCase{
	{
		name: "A small proposal is approved by rule", company: "Fjordkrone Brewery", signer: "Sunniva Aas", email: "sunniva@fjordkrone.example",
		currency: "EUR", prices: small, total: smallTotal, times: 4,
		play: smallIsSigned, ends: proposal.Signed, effects: signed,
	},
	{
		name: "A partner approves a large one", company: "Halden Foods", signer: "Kjersti Moen", email: "kjersti@haldenfoods.example",
		currency: "EUR", prices: large, discount: "5", total: 34200_00,
		play: partnerApproves, ends: proposal.Signed, effects: asked,
	},
	{
		name: "Two partners approve the largest", company: "Nordlys Shipping", signer: "Even Dahle", email: "even@nordlysshipping.example",
		currency: "EUR", prices: largest, total: largestTotal,
		play: twoPartnersApprove, ends: proposal.Signed, effects: asked.with(Effects{Card: 6}),
	},
	{
		name: "Finance and a partner approve a discount", company: "Birk & Lind", signer: "Astrid Lind", email: "astrid@birkoglind.example",
		currency: "EUR", prices: large, discount: "17.5", total: 29700_00,
		play: financeAndPartnerApprove, ends: proposal.Signed, effects: asked.with(Effects{Card: 7}),
	},
	{
		name: "In a currency without cents, which no threshold names", company: "Aoba Seiki", signer: "Haruka Mori", email: "haruka@aobaseiki.example",
		currency: "JPY", prices: []price{{"3", "アーム", "333"}}, discount: "12.5", total: 874,
		play: twoPartnersApprove, ends: proposal.Signed, effects: asked.with(Effects{Card: 6}),
	},
	{
		name: "Rejected, changed and approved", company: "Tindved Papir", signer: "Oddvar Tveit", email: "oddvar@tindved.example",
		currency: "EUR", prices: large, total: 32400_00, // with the discount that the partner asks for
		// Each of the two versions has the strategist's two cards and the partners', and the one that comes back has another one.
		play: rejectedThenApproved, ends: proposal.Signed, effects: signed.with(Effects{Card: 10}),
	},
	{
		name: "Changed while the partner is looking", company: "Lomvi Aqua", signer: "Ragnhild Foss", email: "ragnhild@lomviaqua.example",
		currency: "EUR", prices: large, total: 33480_00,
		play: changedMeanwhile, ends: proposal.Signed, effects: signed.with(Effects{Card: 8, PrivateAnswer: 1}),
	},
	{
		name: "Slack refuses the partners' cards, who answer by e-mail", company: "Kvist Interiør", signer: "Mats Ek", email: "mats@kvistinterior.example",
		currency: "EUR", prices: large, total: largeTotal,
		play: approvedByMail, ends: proposal.Signed, effects: signed.with(Effects{Card: 3, ColleagueMail: 3}),
	},
	{
		name: "The strategist drops it", company: "Øvrebø Sand", signer: "Liv Øvrebø", email: "liv@ovrebosand.example",
		currency: "EUR", prices: small, play: dropped, ends: proposal.Dropped, effects: Effects{Card: 1},
	},
	{
		name: "The client declines", company: "Rimfrost Logistikk", signer: "Jonas Hovde", email: "jonas@rimfrost.example",
		currency: "EUR", prices: small, play: declined, ends: proposal.Declined, effects: Effects{Card: 2, Signature: 1},
	},
	{
		name: "The client's address takes no mail", company: "Sletten Gård", signer: "Guri Sletten", email: "guri@slettengaard.example",
		currency: "EUR", prices: small, total: smallTotal,
		play: sentElsewhere, ends: proposal.Signed, effects: signed.with(Effects{Card: 3, Signature: 2}),
	},
	{
		name: "Dropbox Sign tells everything twice", company: "Myrdal Tre", signer: "Siv Myrdal", email: "siv@myrdaltre.example",
		currency: "EUR", prices: small, total: smallTotal,
		play: toldTwice, ends: proposal.Signed, effects: signed,
	},
	{
		name: "Asana's and Stripe's answers are lost", company: "Havsul Kraft", signer: "Tor Vik", email: "tor@havsul.example",
		currency: "EUR", prices: small, total: smallTotal,
		play: repliesLost, ends: proposal.Signed, effects: signed,
	},
	{
		name: "Stripe refuses, until operations have put it right", company: "Bergland Tekstil", signer: "Nora Berg", email: "nora@bergland.example",
		currency: "EUR", prices: small, total: smallTotal,
		faults: []sandbox.Fault{{System: "stripe", Kind: sandbox.Unauthorized}},
		play:   invoicedLater, ends: proposal.Signed, effects: signed.with(Effects{Card: 3}),
	},
}
