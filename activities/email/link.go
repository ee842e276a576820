package email

import (
	"maps"
	"time"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/link"
)

// The data that a message about a task has beside what the workflow gave it. A workflow can't sign, since what it knows stands in
// its history for everybody who may read there.
const (
	keyLink      = "link"       // the address of the task's page, "" for none
	keyLinkUntil = "link_until" // the last day on which it is good: "Mon 2 March 2026"
)

// linkFor is how long a link to a task's page is good: two weeks, so that a holiday doesn't outlast it, nor an old mailbox keep it
// for ever. A reminder brings a new one.
const linkFor = 14 * 24 * time.Hour

// linked is a message's data with the link to its task's page.
func (o Options) linked(m Message) (map[string]string, error) {
	data := map[string]string{keyLink: "", keyLinkUntil: ""}
	maps.Copy(data, m.Data)
	if m.Task == nil || o.Links == nil {
		return data, nil
	}
	until := time.Now().Add(linkFor)
	address, err := o.Links.Task(link.Task{
		Workflow: m.Task.Workflow, Task: m.Task.Task, Version: m.Task.Version, Person: m.Task.Person,
	}, until)
	if err != nil {
		return nil, fault.Final(system, "invalid_message", err.Error()).Err()
	}
	data[keyLink], data[keyLinkUntil] = address, until.UTC().Format("Mon 2 January 2006")
	return data, nil
}
