// Package visibility names the search attributes by which operations find cases in Temporal: "all that waits on Maria past
// its time" is `WaitsOn = "maria" AND Due < now()`. They never hold a name, an address or free text.
package visibility

import "go.temporal.io/sdk/temporal"

// The search attributes.
var (
	// Stage is where the case is, in the words of its workflow ("enriching", "contact").
	Stage = temporal.NewSearchAttributeKeyKeyword("Stage")
	// WaitsOn are the handbook IDs of the people whom an open task waits for, one or more; none while systems work.
	WaitsOn = temporal.NewSearchAttributeKeyKeywordList("WaitsOn")
	// Customer is an opaque reference to the customer: a CRM record's ID, never a name.
	Customer = temporal.NewSearchAttributeKeyKeyword("Customer")
	// Amount is the money that is at stake, in minor units (cents) of the case's currency.
	Amount = temporal.NewSearchAttributeKeyInt64("Amount")
	// Due is when the open task is late.
	Due = temporal.NewSearchAttributeKeyTime("Due")
	// Breached is whether a task of the case has been late.
	Breached = temporal.NewSearchAttributeKeyBool("Breached")
)

// Received is the Stage that a case is started with: no worker has got anywhere with it yet.
const Received = "received"

// All are the search attributes that a namespace must know before a workflow sets one.
var All = []temporal.SearchAttributeKey{Stage, WaitsOn, Customer, Amount, Due, Breached}
