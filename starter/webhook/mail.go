package webhook

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/email"
)

// kept are the fields of a post that are read, each with how many of its bytes are. What is longer is cut off; everything
// else, above all what is attached, is passed over.
// https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
var kept = map[string]int64{
	"headers": 128 << 10, "envelope": 64 << 10, "from": 16 << 10, "to": 64 << 10, "cc": 64 << 10, "subject": 16 << 10,
	"charsets": 4 << 10, "text": 256 << 10, "html": 512 << 10,
	"email": 128 << 10, // the mail as it is, where Inbound Parse is set to post that: for the sake of its headers
}

// readMail reads the fields of a post of Inbound Parse, as the bytes that they are: each may be in a charset of its own.
//
// sendgrid-go has a reader too (helpers/inbound), which puts the whole post on the disk, knows no charset, and panics at a raw
// mail that has only headers.
func readMail(contentType string, body io.Reader) (map[string]string, error) {
	boundary, err := boundaryOf(contentType)
	if err != nil {
		return nil, err
	}
	form, parts := map[string]string{}, multipart.NewReader(body, boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF && len(form) > 0 {
			return form, nil
		}
		if err != nil {
			return nil, errors.New("the mail is not in multipart/form-data") // the reader's words could quote it
		}
		name := part.FormName()
		limit, keep := kept[name]
		if _, seen := form[name]; !keep || seen || part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, limit))
		if err != nil {
			return nil, errors.New("a field of the mail broke off")
		}
		form[name] = string(value)
	}
}

// boundaryOf is the boundary of a form's parts.
func boundaryOf(contentType string) (string, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return "", errors.New("the mail is not in multipart/form-data")
	}
	return params["boundary"], nil
}

// mail is what a post says of a mail.
type mail struct {
	form   map[string]string
	header header
	// sender is the address that it says it is from, "" where that can't be read; whoever writes can say what they like.
	sender string
	// returnTo is the address that the mail's own failures go to; nil where it isn't known. What is sent by a machine about a
	// mail has "" there (RFC 5321, section 4.5.5).
	returnTo   *string
	recipients []string // as the receiving server knows them
}

func mailOf(form map[string]string) mail {
	m := mail{form: form, header: readHeader(form["headers"])}
	if raw := form["email"]; raw != "" {
		m.header = readHeader(raw)
	}
	var envelope struct {
		To   []string `json:"to"`
		From *string  `json:"from"`
	}
	if json.Unmarshal([]byte(form["envelope"]), &envelope) == nil {
		m.recipients, m.returnTo = envelope.To, envelope.From
	}
	m.sender = addressIn(form["from"])
	if m.sender == "" {
		m.sender = addressIn(m.header.get("From"))
	}
	return m
}

// cases are the cases that the mail was written to: by its envelope, and where that names none, by what it says itself.
func (m mail) cases(host string) []string {
	for _, list := range [][]string{m.recipients, {m.form["to"], m.form["cc"]}, {m.header.get("To"), m.header.get("Cc")}} {
		var found []string
		for _, word := range addressesIn(strings.Join(list, ",")) {
			if id, ok := email.CaseOf(word, host); ok && !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// addresses reads addresses whatever charset their names are in: the names don't matter here.
var addresses = netmail.AddressParser{WordDecoder: &mime.WordDecoder{
	CharsetReader: func(_ string, in io.Reader) (io.Reader, error) { return in, nil },
}}

// addressIn is the one address of a From; "" where there is none.
func addressIn(from string) string {
	if list, err := addresses.ParseList(from); err == nil {
		return list[0].Address
	}
	if words := addressesIn(from); len(words) > 0 { // "Jane Roe jane@contoso.com", or a name that should have been quoted
		return words[len(words)-1]
	}
	return ""
}

// addressesIn are the words of a text that look like addresses.
func addressesIn(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n<>()[],;:\"'", r) })
	return slices.DeleteFunc(words, func(word string) bool { return !strings.Contains(word, "@") })
}
