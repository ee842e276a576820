package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConfigCheckSaysWhatHappensToAReturn(t *testing.T) {
	check := func(overlay string) string { return printed(t, overlay, printReturns) }
	text := check("")
	for _, want := range []string{
		`"final-sale" in line.tags`, "not at all", "365 days, with a photo", "20 % for putting it back, support decides", "otherwise",
		"As new (new)", "40 %, nothing where it is defective, damaged, wrong_item, not_as_described", "write_off",
		"below USD 250.00, EUR 250.00, GBP 200.00, of customers who returned something of at most 30 % of their orders, once they have 3",
		"else by support", "remind after 4h of office", "below USD 15.00", "to warehouse within 504h, reminded after 168h, 336h, 432h",
		"costs the customer USD 7.95", "is given back once all", "above USD 500.00, EUR 500.00, GBP 400.00, and in any other currency",
		"within 120h, and for 840h after the end", "No ticket starts a return", "systems.shopify.url is missing",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "otherwise │ support decides")

	text = check(`returns:
  ticket_stage: "7"
  refund_shipping: false
  keep_below: []
  return_fee: []
  auto: {below: []}
  two: []
  terms: [{name: Rugs, when: line.category == "Rugs", window: 14, free_return: true}]
systems: {shopify: {url: https://contoso.myshopify.com, location: "1"}}
`)
	for _, want := range []string{
		"14 days, we pay the way back", "support decides", "by rule     │ nothing", "below nothing", "costs the customer nothing", "stays paid",
		"above nothing, and in any other currency", "reaches the stage 7",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "systems.shopify.url")
	assert.Equal(t, "\nNo returns are taken, since returns.support names nobody.\n", check(`returns: {support: ""}`))
}
