package email

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/throughline-dev/throughline/activities/fault"
)

// caseForm is what a case's ID must be like to be the part of an address before the @: letters in one case only, since mail
// on its way may change it, and no longer than RFC 5321 (section 4.5.3.1.1) has it.
var caseForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const maxLocalPart = 64

// CaseOf is the ID of the case whose reply address this is: the one that a message with [Message.Case] had beside its
// ReplyTo. It is not ok for an address at another host, and for one that can't be a case's. That it can be one says nothing
// of whether there is such a case: anybody may write to any address of the host.
func CaseOf(address, host string) (id string, ok bool) {
	id, at, found := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	if !found || host == "" || at != strings.ToLower(host) || len(id) > maxLocalPart || !caseForm.MatchString(id) {
		return "", false
	}
	return id, true
}

// answersGoTo are the addresses that an answer to the message goes to; nil where that is its sender alone.
//
// The person comes first, since some mail programs take only one. The case's address has no name: it would be the one under
// which it ends up in an address book, and is then written to about something else.
func (o Options) answersGoTo(m Message) ([]Address, error) {
	if o.ReplyHost == "" || m.Case == "" {
		if m.ReplyTo.Email == "" {
			return nil, nil
		}
		return []Address{m.ReplyTo}, nil
	}
	own := m.Case + "@" + o.ReplyHost
	if id, ok := CaseOf(own, o.ReplyHost); !ok || id != m.Case {
		return nil, fault.Final(system, "invalid_message", fmt.Sprintf(
			"%q can't be part of an e-mail address, so no answer would reach the case: its ID must be at most %d lower-case letters, digits and hyphens",
			m.Case, maxLocalPart)).Err()
	}
	person := m.ReplyTo
	if person.Email == "" {
		person = m.From
	}
	return []Address{person, {Email: own}}, nil
}
