package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/email"
)

const replies = "reply.northwind.example"

// ofACase is the message as a lead's workflow sends it.
func ofACase(id string) email.Message {
	m := message
	m.Case = id
	return m
}

func TestAnAnswerGoesToThePersonAndToTheCase(t *testing.T) {
	p, a := open(t, email.Options{ReplyHost: replies})
	_, err := a.SendEmail(t.Context(), key, ofACase("lead-4k7q2m9xabcdefgh"))
	require.NoError(t, err)
	own := email.Address{Email: "lead-4k7q2m9xabcdefgh@" + replies}
	assert.Equal(t, []email.Address{rep, own}, p.mails[0].ReplyToList)
	assert.Nil(t, p.mails[0].ReplyTo, "SendGrid refuses both together")

	m := ofACase("lead-4k7q2m9xabcdefgh")
	m.From, m.ReplyTo = email.Address{}, email.Address{}
	_, err = a.SendEmail(t.Context(), key, m)
	require.NoError(t, err)
	assert.Equal(t, []email.Address{{Name: "Northwind", Email: "hello@northwind.example"}, own}, p.mails[1].ReplyToList)
}

func TestTheListOfAddressesIsWhatSendGridDescribes(t *testing.T) {
	v := contract.SendGrid(t)
	p := &post{t: t}
	a, err := email.New(email.Options{URL: p.url(v.Handler), Key: "SG.test", From: rep, ReplyHost: replies})
	require.NoError(t, err)
	_, err = a.SendEmail(t.Context(), key, ofACase("lead-4k7q2m9xabcdefgh"))
	require.NoError(t, err)
	assert.Len(t, p.mails[0].ReplyToList, 2)
}

func TestAnAnswerGoesToThePersonAloneWithoutACaseOrAHost(t *testing.T) {
	for name, test := range map[string]struct{ host, id string }{"no host": {"", "lead-1"}, "no case": {replies, ""}} {
		t.Run(name, func(t *testing.T) {
			p, a := open(t, email.Options{ReplyHost: test.host})
			_, err := a.SendEmail(t.Context(), key, ofACase(test.id))
			require.NoError(t, err)
			assert.Equal(t, &rep, p.mails[0].ReplyTo)
			assert.Empty(t, p.mails[0].ReplyToList)
		})
	}
}

func TestACaseThatCanHaveNoAddressIsNamedBeforeAnythingIsSent(t *testing.T) {
	for _, id := range []string{"Lead-1", "lead 1", "lead-1@evil.example", "lead-1>, <x", "-lead", "léad", strings.Repeat("a", 65)} {
		p, a := open(t, email.Options{ReplyHost: replies})
		_, err := a.SendEmail(t.Context(), key, ofACase(id))
		assert.Contains(t, faultOf(t, err).Message, "lower-case letters, digits and hyphens", id)
		assert.Empty(t, p.mails)
	}
}

func TestACaseIsReadFromItsAddress(t *testing.T) {
	for address, want := range map[string]string{
		"lead-4k7q2m9xabcdefgh@" + replies:                  "lead-4k7q2m9xabcdefgh",
		" LEAD-4K7Q2M9XABCDEFGH@Reply.Northwind.EXAMPLE ":   "lead-4k7q2m9xabcdefgh",
		"info@" + replies:                                   "info", // whether there is such a case is not for an address to say
		"lead-4k7q2m9xabcdefgh@northwind.example":           "",
		"lead-4k7q2m9xabcdefgh@reply.northwind.example.com": "",
		"lead-4k7q2m9xabcdefgh":                             "",
		"@" + replies:                                       "",
		"lead--1@" + replies:                                "",
		"lead/outreach@" + replies:                          "",
		"a@b@" + replies:                                    "",
		strings.Repeat("a", 65) + "@" + replies:             "",
	} {
		id, ok := email.CaseOf(address, replies)
		assert.Equal(t, want, id, address)
		assert.Equal(t, want != "", ok, address)
	}
	_, ok := email.CaseOf("lead-1@", "")
	assert.False(t, ok, "without a host there are no cases")
}

func FuzzCaseOf(f *testing.F) {
	f.Add("lead-4k7q2m9xabcdefgh@"+replies, replies)
	f.Add("LEAD-1@REPLY.example", "reply.EXAMPLE")
	f.Add("@", "")
	f.Fuzz(func(t *testing.T, address, host string) {
		id, ok := email.CaseOf(address, host)
		if !ok {
			require.Empty(t, id)
			return
		}
		require.Regexp(t, `^[a-z0-9-]{1,64}$`, id)
		same, ok := email.CaseOf(id+"@"+host, host)
		require.True(t, ok)
		require.Equal(t, id, same)
	})
}
