package link

import (
	"net/url"
	"strings"
)

// Whatever must not sign, a workflow above all, says which document it means by a reference. Whoever shows it makes a link of it.
//
// A reference is an address of the scheme "document": document:pdf/DIGEST/P-7QX4M2KD-v2.pdf.
const scheme = "document"

// Reference is a document's.
func (d Document) Reference() string {
	return scheme + ":" + d.Kind + "/" + d.Digest + "/" + url.PathEscape(d.Name)
}

// ParseReference reads what [Document.Reference] has written; ok is false for any other address.
func ParseReference(address string) (d Document, ok bool) {
	rest, ours := strings.CutPrefix(address, scheme+":")
	parts := strings.Split(rest, "/")
	if !ours || len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return Document{}, false
	}
	name, err := url.PathUnescape(parts[2])
	return Document{Kind: parts[0], Digest: parts[1], Name: name}, err == nil && name != ""
}
