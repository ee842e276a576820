package returns

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
)

// Further limits of a request, in characters where nothing else is said. MaxQuantity keeps sums of quantities from overflowing,
// and is more of one thing than anybody returns.
const (
	MaxOrder    = 50
	MaxName     = 200
	MaxSKU      = 255 // Shopify's own
	MaxNote     = 500
	MaxPhoto    = 2_000
	MaxQuantity = 10_000
)

// Wishes are all that a customer can want.
var Wishes = []refund.Wish{refund.Refund, refund.Exchange, refund.StoreCredit}

// Normalize gives what means the same the same shape: letters are composed (Unicode NFC); spaces around a value go, and in fields
// of one line any white space is a single space; the order's number loses the "#" that shops write before it; reasons and wishes
// are written as here ("Too small" becomes "too_small"); a line's ID gets the form that Shopify's API has. What can't be brought into shape stays as it was, for [Request.Check] to
// name.
func (r *Request) Normalize() {
	r.Order = strings.TrimSpace(strings.TrimLeft(field.OneLine(r.Order), "# "))
	r.Name = field.OneLine(r.Name)
	r.Email = field.Email(r.Email)
	r.Ticket = field.OneLine(r.Ticket)
	r.Wish = refund.Wish(word(string(r.Wish)))
	r.Comment = field.Text(r.Comment)
	r.Items = slices.Clone(r.Items) // the caller's stay as they are
	for i := range r.Items {
		item := &r.Items[i]
		for _, line := range []*string{&item.SKU, &item.Line, &item.Note, &item.Instead} {
			*line = field.OneLine(*line)
		}
		if field.IsRecord(item.Line) { // as the shop's older API and its pages' addresses have it
			item.Line = commerce.LinePrefix + item.Line
		}
		item.Reason = commerce.Reason(word(string(item.Reason)))
	}
	r.Photos = slices.Clone(r.Photos)
	for i := range r.Photos {
		r.Photos[i] = strings.TrimSpace(r.Photos[i])
	}
	r.Photos = slices.DeleteFunc(r.Photos, func(address string) bool { return address == "" })
}

// word is a word of ours as people write it: "Too small", "store-credit".
func word(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(field.OneLine(s)))
}

// Check returns all that is wrong with a normalised request as [field.Mistakes], or nil. Of one that is still to be read from its
// ticket, only the ticket is looked at.
func (r *Request) Check() error {
	var m field.Mistakes
	if r.FromTicket && r.Ticket == "" {
		m.Add("ticket", "is missing: give the ticket's ID in the help desk")
	}
	if r.Ticket != "" && !field.IsRecord(r.Ticket) {
		m.Add("ticket", "must be the ticket's ID in the help desk, in digits, such as 9812345678")
	}
	if r.FromTicket {
		return m.Err()
	}
	m.Add("order", required(r.Order, MaxOrder, "is missing: give the order's number, such as 1042"))
	m.Add("email", field.WrongEmail(r.Email))
	m.Add("name", field.WrongLine(r.Name, MaxName))
	switch {
	case r.Wish == "":
		m.Add("wish", "is missing: give "+oneOf(Wishes))
	case !slices.Contains(Wishes, r.Wish):
		m.Add("wish", "must be "+oneOf(Wishes))
	}
	r.checkItems(&m)
	r.checkPhotos(&m)
	m.Add("comment", field.WrongText(r.Comment, MaxComment))
	return m.Err()
}

func (r *Request) checkItems(m *field.Mistakes) {
	switch {
	case len(r.Items) == 0:
		m.Add("items", "are missing: say what is to be returned, each with its sku, quantity and reason")
	case len(r.Items) > MaxItems:
		m.Add("items", fmt.Sprintf("are too many: at most %d", MaxItems))
	}
	for i, item := range r.Items[:min(len(r.Items), MaxItems)] {
		at := fmt.Sprintf("items[%d].", i)
		if item.SKU == "" && item.Line == "" {
			m.Add(at+"sku", "is missing: give the article's number (SKU), or as line the ID that the shop has for the order's line")
		}
		m.Add(at+"sku", field.WrongLine(item.SKU, MaxSKU))
		if line, ok := strings.CutPrefix(item.Line, commerce.LinePrefix); item.Line != "" && (!ok || !field.IsRecord(line)) {
			m.Add(at+"line", "must be the ID that the shop has for the order's line, such as 4711 or "+commerce.LinePrefix+"4711")
		}
		if item.Quantity < 1 || item.Quantity > MaxQuantity {
			m.Add(at+"quantity", fmt.Sprintf("must be a whole number from 1 to %d", MaxQuantity))
		}
		switch {
		case item.Reason == "":
			m.Add(at+"reason", "is missing: give "+oneOf(commerce.Reasons))
		case !slices.Contains(commerce.Reasons, item.Reason):
			m.Add(at+"reason", "must be "+oneOf(commerce.Reasons))
		}
		m.Add(at+"note", field.WrongLine(item.Note, MaxNote))
		m.Add(at+"instead", r.wrongInstead(item.Instead))
	}
}

func (r *Request) wrongInstead(sku string) string {
	switch {
	case r.Wish == refund.Exchange && sku == "":
		return "is missing: give the number (SKU) of the article that is wanted for it, or another wish than exchange"
	case r.Wish != refund.Exchange && sku != "":
		return "is only for an exchange: leave it out, or make the wish exchange"
	}
	return field.WrongLine(sku, MaxSKU)
}

func (r *Request) checkPhotos(m *field.Mistakes) {
	if len(r.Photos) > MaxPhotos {
		m.Add("photos", fmt.Sprintf("are too many: at most %d", MaxPhotos))
	}
	for i, address := range r.Photos[:min(len(r.Photos), MaxPhotos)] {
		m.Add(fmt.Sprintf("photos[%d]", i), wrongPhoto(address))
	}
}

// wrongPhoto refuses what people wouldn't want to open from a card: an address that leads somewhere else than it seems to, by a
// user's name before the host, or that isn't protected on its way.
func wrongPhoto(address string) string {
	const must = "must be a picture's address that begins with https://"
	if problem := field.WrongLine(address, MaxPhoto); problem != "" {
		return problem
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(address, " <>|\"") {
		return must
	}
	return ""
}

func required(value string, limit int, missing string) string {
	if value == "" {
		return missing
	}
	return field.WrongLine(value, limit)
}

// oneOf lists words for a person to choose from: "a, b or c".
func oneOf[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}
