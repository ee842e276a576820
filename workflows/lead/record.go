package lead

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// startRecord begins to put the lead into the CRM, unless that has begun. A lead that is held has no owner yet; it gets one as
// soon as somebody has it.
func (l *lead) startRecord() {
	if !l.begun {
		l.begun = true
		l.beside("record", func(ctx workflow.Context) error {
			err := l.record(ctx)
			l.settle.SetError(err)
			return err
		})
		return
	}
	l.afterRecord("owner", func(ctx workflow.Context, name string) error {
		return l.recordOwner(ctx, name, humantask.Happening{To: l.result.Rep, At: workflow.Now(ctx)})
	})
}

// record puts the lead into the CRM.
func (l *lead) record(ctx workflow.Context) error {
	facts := l.companyFacts()
	recorded, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: "record", System: "hubspot", Summary: "Record the lead in the CRM", Policy: step.System, Skippable: true,
	}, crmActivities.RecordLead, crm.Lead{
		Contact: crm.Contact{Email: l.in.Email, Name: l.in.Name, Phone: l.in.Phone, Country: l.in.Country},
		Company: crm.Company{
			Name: facts.Name, Domain: facts.Domain, Country: facts.Country, Industry: facts.Industry, Employees: facts.Employees,
		},
		Owner: l.crmOwner(),
		Note:  l.note(), At: l.result.Received,
	})
	if errors.Is(err, step.ErrSkipped) {
		return nil
	}
	l.result.Records = recorded
	if err == nil && l.policy.Shape >= 2 {
		l.knownIn(ctx, recorded)
	}
	return err
}

// note is what the CRM keeps of the submission, and why it went where it went.
func (l *lead) note() string {
	var b strings.Builder
	b.WriteString("Inbound lead")
	if l.in.Message != "" {
		b.WriteString(":\n" + l.in.Message)
	}
	if l.result.Rep.ID == "" {
		b.WriteString("\n\nNobody is at work; it goes to the first who is.")
	} else {
		fmt.Fprintf(&b, "\n\nGiven to %s by %s", l.result.Rep.Name, l.why())
	}
	for _, k := range workflow.DeterministicKeys(l.in.UTM) {
		fmt.Fprintf(&b, "\n%s: %s", k, l.in.UTM[k])
	}
	return b.String()
}

// crmOwner is who is to own the contact: who owns the account, also while somebody stands in for them, else the rep. "" leaves
// the owner as it is.
func (l *lead) crmOwner() string {
	if owner := l.result.Owner; owner.Person.ID != "" {
		return owner.Of.CRMOwner
	}
	return l.result.Rep.CRMOwner
}

// knownIn takes in what the CRM says of the contact: as whom it knows them, and when it last had contact with them.
func (l *lead) knownIn(ctx workflow.Context, recorded crm.Recorded) {
	l.nowKnownAs(recorded.Contact)
	if !recorded.Contacted.IsZero() {
		l.contactMade(Contact{How: Logged, At: recorded.Contacted})
	}
}

// nowKnownAs notes the contact's ID in the CRM, and has what the CRM reports of it come to this lead. Another lead may have it:
// that of the same contact under another address, which hears of them then.
func (l *lead) nowKnownAs(contact string) {
	l.result.Records.Contact = contact
	if contact == "" || contact == l.contact || l.policy.Shape < 2 {
		return
	}
	l.contact = contact
	l.beside("claim the contact", func(ctx workflow.Context) error {
		_, err := l.claim(ctx, ContactSubject(contact), "")
		return err
	})
}

// afterRecord does something in the CRM once the lead is there, and after everything that was to be done there before. It does
// nothing where the lead isn't in the CRM.
func (l *lead) afterRecord(what string, do func(ctx workflow.Context, name string) error) {
	before := l.recording
	l.changes++
	name := fmt.Sprintf("%s-%d", what, l.changes)
	l.recording = l.beside(name, func(ctx workflow.Context) error {
		if err := before.Get(ctx, nil); err != nil {
			return err
		}
		if l.result.Records.Contact == "" || l.result.RecordGone {
			return nil
		}
		return do(ctx, name)
	})
}

// recordedAll waits until everything that was to be done in the CRM is done.
func (l *lead) recordedAll(ctx workflow.Context) error {
	for {
		last := l.recording
		if err := last.Get(ctx, nil); err != nil || last == l.recording {
			return err
		}
	}
}

// changeEmail is by what the CRM finds the contact where its record isn't there any more; "" for a lead of the first shape.
func (l *lead) changeEmail() string {
	if l.policy.Shape < 2 {
		return ""
	}
	return l.in.Email
}

// changed takes in what has become of the record.
func (l *lead) changed(u crm.Updated, err error) error {
	switch {
	case errors.Is(err, step.ErrSkipped):
		return nil
	case err != nil:
		return err
	case u.Gone:
		l.result.RecordGone = true
		l.whenAsked("record gone", func(ctx workflow.Context) {
			l.desk.Tell(ctx, ContactTask, "Somebody has deleted the contact in the CRM. It isn't made again; what happens here is no longer recorded there.")
		})
	case u.Contact != "":
		l.nowKnownAs(u.Contact)
	}
	return nil
}

func (l *lead) change(name, summary string) step.Spec {
	return step.Spec{Name: name, System: "hubspot", Summary: summary, Policy: step.System, Skippable: true}
}

// recordStage says in the CRM that the lead was written to.
func (l *lead) recordStage(ctx workflow.Context, name string) error {
	updated, err := step.Repeatable(ctx, l.steps, l.change(name, "Record in the CRM that the lead was written to"),
		crmActivities.RecordStage, crm.Stage{Contact: l.result.Records.Contact, Email: l.in.Email, Status: crm.StatusAttempted})
	return l.changed(updated, err)
}

// recordOwner gives the record to whoever has the lead now. Somebody who owns nothing in the CRM is only mentioned.
func (l *lead) recordOwner(ctx workflow.Context, name string, h humantask.Happening) error {
	note := "Given to " + h.To.Name
	if h.From.Name != "" {
		note = fmt.Sprintf("Taken from %s and given to %s", h.From.Name, h.To.Name)
	}
	if h.Note != "" {
		note += ": " + h.Note
	}
	if h.To.CRMOwner == "" {
		return l.noteInCRM(ctx, name, note, h.At)
	}
	updated, err := step.Repeatable(ctx, l.steps, l.change(name, "Record the new owner in the CRM"),
		crmActivities.RecordOwner, crm.Ownership{
			Contact: l.result.Records.Contact, Email: l.in.Email, Owner: h.To.CRMOwner, Note: note, At: h.At,
		})
	return l.changed(updated, err)
}

func (l *lead) noteInCRM(ctx workflow.Context, name, text string, at time.Time) error {
	updated, err := step.Repeatable(ctx, l.steps, l.change(name, "Keep a note in the CRM"), crmActivities.RecordNote, crm.Note{
		Contact: l.result.Records.Contact, Email: l.in.Email, Text: text, At: at,
	})
	return l.changed(updated, err)
}

// recordOutcome tells the CRM how it ended, where the CRM has the lead.
func (l *lead) recordOutcome(ctx workflow.Context) error {
	if l.result.Records.Contact == "" || l.result.RecordGone {
		return nil
	}
	status, contact := crm.StatusConnected, l.result.Contact
	if contact.Action == ActionDisqualified {
		status = crm.StatusUnqualified
	}
	note := ""
	if contact.Comment != "" {
		note = contact.By.Name + ": " + contact.Comment
	}
	updated, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: "outcome", System: "hubspot", Summary: "Record the outcome in the CRM", Policy: step.System, Skippable: true,
	}, crmActivities.RecordOutcome, crm.Outcome{
		Contact: l.result.Records.Contact, Email: l.changeEmail(), Status: status, Note: note, At: contact.At,
	})
	return l.changed(updated, err)
}
