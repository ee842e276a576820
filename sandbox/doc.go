// Package sandbox is the outside world on one machine: the vendors that Throughline works with, as HTTP APIs that its real
// adapters run against unchanged, and the people's side of them, to look at and to click. The demo, the tests and a first
// deployment use it; nothing in it is meant to face the internet.
//
// One HTTP server has all of it. Each vendor has a base path, below which paths, bodies, status codes, signatures and checks
// of credentials are the vendor's own:
//
//	/slack/api/     Slack's Web API: chat.postMessage, chat.update, chat.postEphemeral, conversations.open, .history and
//	                .replies, users.info, users.lookupByEmail, auth.test, views.open, views.update; form bodies, for views JSON, as
//	                slack-go sends them
//	/sendgrid/      v3/mail/send, v3/messages
//	/hubspot/       crm/v3/objects (contacts, companies, deals, line items, tickets, notes, calls, meetings),
//	                crm/v3/properties, crm/v3/pipelines (of tickets), crm/v3/owners, crm/v4/…/associations
//	/pdl/           v5/company/enrich
//	/dropboxsign/   v3/signature_request: send, list, get, remind, cancel
//	/asana/         api/1.0: projects, sections and tasks of one workspace and its team, and its members
//	/stripe/        v1/customers, v1/invoices, v1/events; idempotency keys are honoured
//	/shopify/       admin/api/2026-10/graphql.json: orders, returns, refunds, stock and draft orders, by a part of the Admin API's
//	                schema, with its limits by cost and its @idempotent
//
// Callers must show the credentials of the Options, which are the Default constants where nothing else is said. A new HubSpot
// account has none of Throughline's properties: crm.Setup makes them here as it does there.
//
// What the vendors post themselves goes to the addresses in the Options, signed as each vendor signs, and again until it is
// taken: Slack's interactions; HubSpot's events (contact.propertyChange of notes_last_contacted, contact.merge,
// contact.deletion, deal.propertyChange of dealstage, ticket.propertyChange of hs_pipeline_stage and return_order); SendGrid's events (processed, delivered, bounce, dropped, spamreport) and the mail of its Inbound Parse.
// The keys that SendGrid signs with follow from its API key: see [Keys].
//
// # The people's side
//
// These are pages for a browser: / explains the rest, /website is a company's contact form, /slack is the chat as each
// person sees it, with buttons and dialogs that work, /mail is everybody's mailbox, /crm the CRM's records, /sign what there is to sign, /projects the
// projects, /billing the invoices, /shop the orders, the return page and the stock, /faults orders failures.
// Links that are made as HubSpot's are (/contacts/HubSpotPortal/record/0-1/ID) lead to the CRM's records.
//
// # The side for tests and for the unattended demo
//
// The same as JSON, under /_sandbox/. Package client has the types, and a client for Go.
//
//	GET    /_sandbox/effects                 what has happened in the outside world, counted by key; ?case=ID for one workflow
//	GET    /_sandbox/slack/messages          ?user=U… what that person sees; or ?channel=C…; and ?case=ID
//	POST   /_sandbox/slack/click             {"user","channel","ts","action_id"}: somebody clicks a button
//	POST   /_sandbox/slack/submit            {"user","view","values"}: somebody sends a dialog that a click has opened
//	GET    /_sandbox/mail                    e-mails, oldest first; ?to=ADDRESS, ?case=ID
//	POST   /_sandbox/mail/replies            {"email","from","text","automatic"}: somebody answers an e-mail
//	POST   /_sandbox/mail/bounces            {"address","event","reason"}: what becomes of the next e-mails to an address
//	POST   /_sandbox/mail/{id}/bounce        {"event","reason"}: an e-mail comes back after all
//	GET    /_sandbox/crm/{contacts|companies|deals|line_items|tickets|notes|calls|meetings}    records, oldest first; ?email=, ?domain=,
//	                                         ?case=ID (as far as they apply); ?id=, also that of a record that was merged
//	POST   /_sandbox/crm/deals               {"name","stage","contacts","lines",…}: somebody makes a deal; see client.DealForm
//	POST   /_sandbox/crm/tickets             {"email","subject","text","order",…}: a customer opens a ticket; see client.TicketForm
//	PATCH  /_sandbox/crm/{type}/{id}         {"hubspot_owner_id": …}: somebody changes properties of a record
//	POST   /_sandbox/crm/activities          {"contact","kind","by","text","at"}: somebody logs a call or a meeting
//	POST   /_sandbox/crm/{type}/{id}/merge   {"into"}: somebody merges a contact or a ticket into another
//	DELETE /_sandbox/crm/{type}/{id}         somebody deletes a contact or a ticket
//	GET    /_sandbox/signatures              signature requests, oldest first; ?case=ID
//	POST   /_sandbox/signatures/{id}         {"do","reason"}: the signer views, signs or declines, or the e-mail bounces, or time is up
//	GET    /_sandbox/projects                projects with their sections and tasks, oldest first; ?case=ID
//	GET    /_sandbox/invoices                invoices, oldest first; ?case=ID
//	POST   /_sandbox/invoices/{id}           {"do"}: the customer pays, or somebody of ours voids it
//	DELETE /_sandbox/invoices/keys           Stripe forgets all idempotency keys, as it may after a day
//	GET    /_sandbox/shop/orders             orders, oldest first; ?email=; /_sandbox/shop/orders/{number} is one
//	POST   /_sandbox/shop/orders             {"email","lines",…}: a customer buys and pays, and may have got it; see client.ShopOrderForm
//	POST   /_sandbox/shop/orders/{number}    {"do","days"}: it is sent, delivered or cancelled
//	POST   /_sandbox/shop/returns            {"order","email","items",…}: a customer sends the return page; see client.ReturnForm
//	GET    /_sandbox/shop/stock              stock by location and state; ?sku=
//	POST   /_sandbox/shop/stock              {"sku","location","state","quantity"}: somebody counts it
//	GET    /_sandbox/shop/drafts             draft orders; /_sandbox/shop/credit is customers' store credit, ?email=
//	DELETE /_sandbox/shop/products/{sku}     somebody deletes a product
//	GET    /_sandbox/faults                  the faults on order
//	POST   /_sandbox/faults                  orders one: see client.Fault
//	DELETE /_sandbox/faults                  clears all; /_sandbox/faults/{id} clears one
//	GET    /_sandbox/healthz                 200 once the sandbox answers
//
// A case is a workflow's ID. An effect belongs to a case when its key begins with that ID and a slash, which is how
// Throughline makes its keys.
//
// # State
//
// Everything survives a restart, and a kill, in one file of JSON lines below Options.Dir; only dialogs that are open are closed,
// and what was still to be posted is lost.
//
// Command sandbox, in cmd/sandbox, serves all of this with the people of an operator's handbook.
package sandbox
