// Package crm records leads in HubSpot: the contact, its company, who owns them, and a note that says what came in and why it
// went where it went. It reads deals and wins them, and carries the tickets of returns.
//
// Every write is an upsert on a unique property, so that a repeat finds what an earlier attempt made: a contact by its e-mail
// address, a company by its domain, a note or a ticket by the key of its effect. Some of these properties are Throughline's own and
// have to be there first: see [Setup].
//
// What people have entered in the CRM is worth more than what a form or a data vendor says: a contact or a
// company that is there only gets what it lacks, and a lead's status is only ever taken further.
//
// People merge and delete records while a lead is on its way. HubSpot answers by the ID of a record that was merged with the
// record that took it in, under that one's own ID; by the ID of one that was deleted with 404. So whatever comes after
// RecordLead looks the contact up before it writes, by its ID and then by its address, writes to the one that it found, and
// says which that was: see [Updated]. So it is with tickets, which have nothing but their ID.
package crm

import "time"

// Lead is what the CRM should know about a lead.
type Lead struct {
	Contact Contact `json:"contact"`
	// Company is associated with the contact; one without a name and a domain is left out.
	Company Company `json:"company"`
	// Owner is the CRM's owner ID of the rep; "" leaves the owner as it is.
	Owner string `json:"owner,omitempty"`
	// Note is plain text; the adapter escapes it. Its end is cut off, visibly, above 12 000 characters.
	Note string `json:"note"`
	// At is when the lead came in, which is where the note stands in the contact's timeline; the zero value is the time of
	// the call, so that a repeat would move the note.
	At time.Time `json:"at,omitzero"`
}

// Contact is the person behind a lead.
type Contact struct {
	Email   string `json:"email"`
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"`
	Country string `json:"country,omitempty"`
}

// Company is where the person works.
type Company struct {
	Name      string `json:"name,omitempty"`
	Domain    string `json:"domain,omitempty"`
	Country   string `json:"country,omitempty"`
	Industry  string `json:"industry,omitempty"`
	Employees int    `json:"employees,omitempty"`
}

// Recorded says which records a lead has in the CRM.
type Recorded struct {
	Contact string `json:"contact"`           // the contact's ID
	Company string `json:"company,omitempty"` // the company's ID; "" where there is none
	Note    string `json:"note"`              // the note's ID
	// URL opens the contact in the CRM's own pages; "" where the account isn't known.
	URL string `json:"url,omitempty"`
	// Contacted is when a call, a meeting or an e-mail with the contact was last logged (HubSpot's notes_last_contacted), as the
	// CRM had it when the lead was recorded; zero for never.
	Contacted time.Time `json:"contacted,omitzero"`
}

// Query asks what the CRM knows of whoever wrote.
type Query struct {
	Email string `json:"email"`
	// Domain is the company's; "" where it isn't known.
	Domain string `json:"domain,omitempty"`
}

// Known is what the CRM knows of whoever wrote.
type Known struct {
	// Contact is the contact's ID, and Company that of the company: the contact's own, else the one with the domain. "" where
	// there is none.
	Contact string `json:"contact,omitempty"`
	Company string `json:"company,omitempty"`
	// Owner is the owner ID of the contact, else of the company; "" where neither has one.
	Owner string `json:"owner,omitempty"`
	// Account is whether the owner is the company's and not the contact's.
	Account bool `json:"account,omitempty"`
	// AccountOwner is the owner ID of the company, where the contact has another owner.
	AccountOwner string `json:"account_owner,omitempty"`
}

// Updated says which record was brought up to date.
type Updated struct {
	// Contact is the contact's ID as it is now: another one than was asked for where the record was merged into another
	// meanwhile, or deleted and made anew; "" where there is none any more.
	Contact string `json:"contact,omitempty"`
	// Gone is whether the contact was deleted, so that there was nothing to bring up to date.
	Gone bool `json:"gone,omitempty"`
}

// Ownership gives a lead's contact to another owner.
type Ownership struct {
	Contact string `json:"contact"`         // the contact's ID
	Email   string `json:"email,omitempty"` // the contact's address, to find it by where it was merged
	Owner   string `json:"owner"`           // the CRM's owner ID
	Note    string `json:"note,omitempty"`  // plain text that says why; "" for none
	// At is when that was; the zero value is the time of the call, as in [Lead].
	At time.Time `json:"at,omitzero"`
}

// Stage says how far a lead has come.
type Stage struct {
	Contact string `json:"contact"`
	Email   string `json:"email,omitempty"`
	// Status replaces none and those before it in the order of the constants; one that people have taken further stays. See
	// [Status] for HubSpot's others.
	Status Status `json:"status"`
}

// Note is something that the CRM should keep of a contact.
type Note struct {
	Contact string `json:"contact"`
	Email   string `json:"email,omitempty"`
	Text    string `json:"text"` // plain text; a blank one leaves no note
	// At is when that was; the zero value is the time of the call, as in [Lead].
	At time.Time `json:"at,omitzero"`
}

// Status is where a lead stands, as the CRM has it (HubSpot's hs_lead_status). It is only ever taken further, so that what
// people have set by hand meanwhile stays:
//
//	status                replaces
//	NEW                   none
//	ATTEMPTED_TO_CONTACT  none, NEW
//	CONNECTED             none, NEW, OPEN, ATTEMPTED_TO_CONTACT: those that say that nobody has reached the lead yet
//	UNQUALIFIED           all of HubSpot's own but OPEN_DEAL: somebody looked at this lead just now, and it is none; but a
//	                      contact whom a deal is open with is more than this lead
//
// A status of the account's own is never replaced, since nothing tells how far it is. HubSpot can't write on a condition: a
// status that somebody sets in the moment between our look and our writing is lost.
type Status string

// The statuses that Throughline sets, which are among HubSpot's defaults.
const (
	StatusNew         Status = "NEW"
	StatusAttempted   Status = "ATTEMPTED_TO_CONTACT"
	StatusConnected   Status = "CONNECTED"
	StatusUnqualified Status = "UNQUALIFIED"
)

// Outcome brings a lead's record up to date when its workflow ends.
type Outcome struct {
	Contact string `json:"contact"`         // the contact's ID
	Email   string `json:"email,omitempty"` // the contact's address, to find it by where it was merged
	Status  Status `json:"status"`          // "" leaves it as it is; else see [Status]
	Note    string `json:"note,omitempty"`  // plain text; "" for none
	// At is when that was; the zero value is the time of the call, as in [Lead].
	At time.Time `json:"at,omitzero"`
}
