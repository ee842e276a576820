package auto

import (
	"time"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// The companies are ones that the sandbox's People Data Labs knows, where nothing else is said. No two cases share one, since
// its faults are told apart by the company's domain.

// ordinaryLeads are those for which nothing goes wrong.
var ordinaryLeads = []leadCase{
	{
		name: "The rep makes contact",
		form: form{
			"name": "Mei Tanaka", "email": "mei@pacificcrest.example", "company": "Pacific Crest Robotics",
			"phone": "+1 510 555 0188", "country": "US", "region": "California", "employees": 36,
			"message":    "We need six arms by the end of next quarter. What is your lead time, and do you lease?",
			"utm_source": "newsletter", "utm_campaign": "autumn",
		},
		territory: "US West", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "A browser sends the form",
		form: form{
			"name": "Ciarán Doyle", "email": "ciaran@halloranpike.example", "company": "Halloran & Pike",
			"country": "IE", "region": "Leinster", "employees": "64",
			"message": "Odd request, perhaps: can your robots fetch boxes from an archive with narrow aisles?",
		},
		as: asBrowser, territory: "UK & Ireland", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "The company is larger than the form says",
		form: form{
			"name": "Priya Raman", "email": "priya.raman@riverstonebank.example", "company": "Riverstone",
			"country": "US", "region": "North Carolina", "employees": 12,
			"message": "We are looking at robots for our cash centres, in eleven cities.",
		},
		territory: "Enterprise", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "Nobody knows the company",
		form: form{
			"name": "Jo Ellery", "email": "jo@littleowlbooks.example", "company": "Little Owl Books", "country": "NZ",
			"message": "Do you sell single units to very small shops?",
		},
		play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "Free mail says nothing about a company",
		form: form{
			"name": "Sam Okonkwo", "email": "sam.okonkwo@gmail.com", "country": "CA",
			"message": "I repair looms at home and would like to read more before I talk to anybody.",
		},
		play: repContacts, ends: lead.Contacted, effects: whole.with(Effects{Company: 0}),
	},
	{
		name: "It is no lead, says the rep",
		form: form{
			"name": "Lucía Ferrer", "email": "lucia.ferrer@almendrafoods.example", "company": "Almendra Foods",
			"country": "ES", "region": "Valencia", "employees": 1250, "message": "I am writing a paper on almonds and robots.",
		},
		territory: "Enterprise", play: repDisqualifies, ends: lead.Disqualified, effects: whole.with(Effects{Note: 2}),
	},
	{
		name: "The same form is sent four times",
		form: form{
			"name": "Katrin Vogel", "email": "katrin.vogel@bergwerk-automation.example", "company": "Bergwerk Automation GmbH",
			"country": "DE", "region": "Baden-Württemberg", "employees": 220,
			"message": "Guten Tag, we build assembly lines and would like to offer your arm as an option.",
		},
		times: 3, territory: "DACH", play: sentAgain, ends: lead.Contacted, effects: whole,
	},
}

// waitingLeads are those that their reps leave lying.
var waitingLeads = []leadCase{
	{
		name: "Nobody but the manager makes contact",
		form: form{
			"name": "Reto Amstutz", "email": "reto.amstutz@edelweiss-instruments.example", "company": "Edelweiss Instruments AG",
			"country": "CH", "region": "Zug", "employees": 610,
			"message": "We would like to see how your arm holds a tolerance of 20 µm.",
		},
		territory: "DACH", play: managerContacts, ends: lead.Contacted, effects: whole.with(Effects{Card: 2, Reply: 2}),
	},
	{
		name: "Rep and manager answer at the same moment",
		form: form{
			"name": "Dana Whitfield", "email": "dana@amberline.example", "company": "Amberline Software",
			"country": "US", "region": "Oregon", "employees": 48,
			"message": "Is there an API? We would like to schedule the arms from our own planner.",
		},
		territory: "US West", play: bothContact, ends: lead.Contacted,
		effects: whole.with(Effects{Card: 2, Reply: 2, PrivateAnswer: 1}),
	},
}

// retryAfter is what a vendor asks for that is asked too often.
const retryAfter = 2 * time.Second

// troubledLeads are those for which a vendor fails, and recovers or is done without.
var troubledLeads = []leadCase{
	{
		name: "Enrichment is down",
		form: form{
			"name": "Greta Lindqvist", "email": "greta.lindqvist@bluewatershipyards.example", "company": "Bluewater Shipyards",
			"country": "SE", "employees": 400, "message": "Welding below deck is hard on people. Can your arm do it?",
		},
		faults: []sandbox.Fault{{System: "pdl", Match: "bluewatershipyards.example", Kind: sandbox.Broken}},
		play:   repContacts, ends: lead.Contacted, effects: whole, // with its 5200 people known, it would be Enterprise's
	},
	{
		name: "Enrichment is slow",
		form: form{
			"name": "Imogen Clarke", "email": "imogen.clarke@saxbyaero.example", "company": "Saxby Aerospace",
			"country": "GB", "region": "Derby", "message": "We rivet by hand, still. Could you come and look?",
		},
		faults:    []sandbox.Fault{{System: "pdl", Match: "saxbyaero.example", Kind: sandbox.Slow, For: "60s"}},
		territory: "UK & Ireland", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "The CRM fails three times, and recovers",
		form: form{
			"name": "Lukas Pichler", "email": "lukas.pichler@tauern-alpinsport.example", "company": "Tauern Alpinsport GmbH",
			"country": "AT", "region": "Salzburg", "employees": 55, "message": "Can one of your carts drive on snow?",
		},
		faults: []sandbox.Fault{
			{System: "hubspot", Path: "crm/v3/objects/contacts/batch/upsert", Kind: sandbox.LostReply, For: "0s", Count: 1},
			{System: "hubspot", Path: "crm/v3/objects/contacts/batch/upsert", Kind: sandbox.Broken, Count: 2},
		},
		territory: "DACH", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "SendGrid's reply is lost",
		form: form{
			"name": "Nora Haddon", "email": "nora.haddon@alderfinch.example", "company": "Alder & Finch Logistics",
			"country": "GB", "region": "Leeds", "employees": 340, "message": "We move 9,000 parcels a night. What would a trial cost?",
		},
		faults:    []sandbox.Fault{{System: "sendgrid", Path: "v3/mail/send", Kind: sandbox.LostReply, For: "0s", Count: 1}},
		territory: "UK & Ireland", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "Slack's reply is lost",
		form: form{
			"name": "Owen Marsh", "email": "owen@cedarhollow.example", "company": "Cedar Hollow Farms",
			"country": "US", "region": "ID", "employees": 26, "message": "Potatoes. Can it tell a stone from a potato?",
		},
		faults:    []sandbox.Fault{{System: "slack", Path: "chat.postMessage", Kind: sandbox.LostReply, For: "0s", Count: 1}},
		territory: "US West", play: repContacts, ends: lead.Contacted, effects: whole,
	},
	{
		name: "CRM, mail and Slack ask to wait",
		form: form{
			"name": "Ansel Kirsch", "email": "ansel.kirsch@kirschbaum-logistik.example", "company": "Kirschbaum Logistik GmbH",
			"country": "DE", "region": "Hamburg", "employees": 870, "message": "Please call me about carts for two halls.",
		},
		faults: []sandbox.Fault{
			{System: "hubspot", Kind: sandbox.Throttled, RetryAfter: int(retryAfter / time.Second), Count: 1},
			{System: "sendgrid", Kind: sandbox.Throttled, RetryAfter: int(retryAfter / time.Second), Count: 1},
			{System: "slack", Kind: sandbox.Throttled, RetryAfter: int(retryAfter / time.Second), Count: 1},
		},
		territory: "DACH", play: throttled, ends: lead.Contacted, effects: whole,
	},
	{
		name: "Slack refuses a card, so the rep gets mail",
		form: form{
			"name": "Amélie Fournier", "email": "amelie.fournier@verdanarenewables.example", "company": "Verdana Renewables",
			"country": "FR", "region": "Rhône", "employees": 290, "message": "Bonjour, we clean solar panels by hand today.",
		},
		faults: []sandbox.Fault{{System: "slack", Path: "chat.postMessage", Kind: sandbox.Unauthorized}},
		play:   mailed, ends: lead.Contacted, effects: whole.with(Effects{ColleagueMail: 1}),
	},
	{
		name: "Operations put the CRM right",
		form: form{
			"name": "Sander de Wit", "email": "sander@oranje-agritech.example", "company": "Oranje Agritech BV",
			"country": "NL", "employees": 150, "message": "Tomatoes at 4 a.m.: does the arm see in the dark?",
		},
		faults: []sandbox.Fault{{System: "hubspot", Kind: sandbox.Unauthorized}},
		play:   putRight, ends: lead.Contacted, effects: whole.with(Effects{Card: 2, PrivateAnswer: 2}),
	},
}

// givenUpLeads are those for which a vendor refuses for good.
var givenUpLeads = []leadCase{
	{
		name: "Operations go on without the CRM",
		form: form{
			"name": "Tam Nguyen", "email": "tam@mapleridge.example", "company": "Maple Ridge Packaging",
			"country": "CA", "region": "Ontario", "employees": 410, "message": "Boxes that pack boxes. Do you do that?",
		},
		faults: []sandbox.Fault{{System: "hubspot", Kind: sandbox.Unauthorized}},
		play:   skipped, ends: lead.Contacted, effects: Effects{Card: 2, CustomerMail: 1},
	},
	{
		name: "Operations give the case up",
		form: form{
			"name": "Ingrid Solheim", "email": "ingrid@fjordkraft-robotikk.example", "company": "Fjordkraft Robotikk AS",
			"country": "NO", "employees": 95, "message": "We sell robots too. May we have your price list?",
		},
		faults: []sandbox.Fault{{System: "hubspot", Kind: sandbox.Unauthorized}},
		play:   givenUp, ends: lead.Aborted, effects: Effects{Card: 2, CustomerMail: 1},
	},
}
