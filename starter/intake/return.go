package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// MaxReturn is the longest body of a return, in bytes: more than anybody needs, since most of it would be photos' addresses.
const MaxReturn = 256 << 10

// Return is a return as it was read from a body.
type Return struct {
	Request returns.Request
	// Key is what the sender calls it; "" where it has no name.
	Key string
	// Signed is when a sender has signed it who has the secret; the zero time where nobody has.
	Signed time.Time
	// Trapped is whether there was something in the field that people don't see. It is one of the mistakes, too.
	Trapped bool
	// Mistakes are the fields that couldn't be read at all.
	Mistakes field.Mistakes

	// rows are the numbers that the items have in the form; nil where they are numbered as they come.
	rows []int
}

// ReadReturn reads a return from a JSON object:
//
//	{
//	  "submission_id": "form-4711",
//	  "order": "#1042", "email": "ada@contoso.example", "name": "Ada Winter",
//	  "items": [{"sku": "LAMP-1", "quantity": 2, "reason": "damaged", "note": "The glass is broken."}],
//	  "wish": "refund",
//	  "photos": ["https://pictures.example/1.jpg"], "comment": "…"
//	}
//
// An item is named by its sku, or as line by the ID that the shop has for the order's line; for an exchange it has instead, the
// SKU of what is wanted for it. A member that means nothing is a mistake, since it could be one that was misspelt; trap is the name
// of one that only robots fill in, "" for none. The error is one of the package's; a field that can't be read is no error here but
// one of the mistakes.
func ReadReturn(body []byte, trap string) (Return, error) {
	members, err := readObject(body)
	if err != nil {
		return Return{}, err
	}
	return readReturn(members, nil, trap), nil
}

func readReturn(members map[string]any, rows []int, trap string) (r Return) {
	r.rows = rows
	o := &object{members: members, wrong: &r.Mistakes}
	q := &r.Request
	r.Key, _ = o.scalar(KeyField, "must be text")
	if len(r.Key) > MaxKey {
		o.mistake(KeyField, "is too long: at most "+strconv.Itoa(MaxKey)+" bytes")
	}
	q.Order, _ = o.scalar("order", "must be the order's number, such as 1042")
	q.Email, q.Name, q.Comment = o.text("email"), o.text("name"), o.text("comment")
	q.Wish = refund.Wish(o.text("wish"))
	q.Items = r.readItems(o)
	q.Photos = readPhotos(o)
	if trap != "" {
		if r.Trapped = !blank(o.members[trap]); r.Trapped {
			o.mistake(trap, trapped)
		}
		delete(o.members, trap)
	}
	o.close()
	return r
}

func (r *Return) readItems(o *object) []refund.Item {
	list := o.list("items", "must be a list of objects", returns.MaxItems)
	items := make([]refund.Item, len(list))
	for i, one := range list {
		members, ok := one.(map[string]any)
		if !ok {
			o.mistake(r.item(i), "must be an object with sku, quantity and reason")
			continue
		}
		m := &object{at: r.item(i) + ".", members: members, wrong: o.wrong}
		const line = "must be the ID that the shop has for the order's line"
		items[i].SKU, _ = m.scalar("sku", "must be the article's number (SKU)")
		items[i].Line, _ = m.scalar("line", line)
		items[i].Quantity = m.whole("quantity")
		items[i].Reason = commerce.Reason(m.text("reason"))
		items[i].Note = m.text("note")
		items[i].Instead, _ = m.scalar("instead", "must be the number (SKU) of the article that is wanted for it")
		m.close()
	}
	return items
}

func readPhotos(o *object) []string {
	list := o.list("photos", "must be a list of pictures' addresses", returns.MaxPhotos)
	photos := make([]string, 0, len(list))
	for i, one := range list {
		address, ok := one.(string)
		if !ok {
			o.mistake(fmt.Sprintf("photos[%d]", i), "must be a picture's address")
			continue
		}
		photos = append(photos, address)
	}
	return slices.Clip(photos)
}

// list is a member that is a list; nil where there is none. There is one more in it than there may be, so that too many are seen,
// and no more, so that a mistake in each fits into an answer.
func (o *object) list(name, must string, limit int) []any {
	value := o.take(name)
	list, ok := value.([]any)
	if value != nil && !ok {
		o.mistake(name, must)
	}
	return list[:min(len(list), limit+1)]
}

// whole is a whole number, in quotes or without; 0 where there is none.
func (o *object) whole(name string) int {
	const must = "must be a whole number, such as 1"
	before := len(*o.wrong)
	text, there := o.scalar(name, must)
	if !there || text == "" || len(*o.wrong) > before {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		o.mistake(name, must)
	}
	return n
}

// Check normalises the request and returns all that is wrong with it as [field.Mistakes], or nil. A field that couldn't be read is
// named for that alone, and one of a form as the form has it.
func (r *Return) Check() error {
	r.Request.Normalize()
	all := slices.Clone(r.Mistakes)
	var found field.Mistakes
	if errors.As(r.Request.Check(), &found) {
		for _, m := range found {
			if of, ok := strings.CutPrefix(m.Field, "items["); ok {
				number, rest, _ := strings.Cut(of, "]")
				i, _ := strconv.Atoi(number) // it is ours
				m.Field = r.item(i) + rest
			}
			if !slices.ContainsFunc(r.Mistakes, func(read field.Mistake) bool { return covers(read.Field, m.Field) }) {
				all = append(all, m)
			}
		}
	}
	return all.Err()
}

// item is the name of an item: in a form, whose empty rows are no items, that of its row.
func (r *Return) item(i int) string {
	if i < len(r.rows) {
		i = r.rows[i]
	}
	return fmt.Sprintf("items[%d]", i)
}

// TakeReturn checks a return and starts its workflow, once, by the rules of [Take].
func TakeReturn(ctx context.Context, c client.Client, r Return) (Receipt, error) {
	if err := r.Check(); err != nil {
		return Receipt{}, err
	}
	q := r.Request
	q.Received = time.Now().UTC()
	known := q
	if !r.Signed.IsZero() { // as in Entry.id
		known.Received = r.Signed
	}
	return beginReturn(ctx, c, known.WorkflowID(r.Key), r.Key != "", q)
}

// TakeTicket starts the return of a ticket, which its workflow then reads from the help desk; at is when the help desk told of it.
// The error is [field.Mistakes] where the ticket has no ID that can be one, else [*Unavailable].
//
// A ticket starts one return, for as long as Temporal remembers it, however often the help desk tells of it.
func TakeTicket(ctx context.Context, c client.Client, ticket string, at time.Time) (Receipt, error) {
	q := returns.Request{FromTicket: true, Ticket: ticket, Received: at.UTC()}
	if now := time.Now().UTC(); q.Received.After(now) { // the clocks differ
		q.Received = now
	}
	q.Normalize()
	if err := q.Check(); err != nil {
		return Receipt{}, err
	}
	return beginReturn(ctx, c, returns.TicketWorkflowID(q.Ticket), false, q)
}

func beginReturn(ctx context.Context, c client.Client, id string, keyed bool, q returns.Request) (Receipt, error) {
	b := beginning{
		ID: id, Keyed: keyed, Digest: q.Digest(), Workflow: returns.WorkflowName, Queue: returns.TaskQueue,
		Summary: summary("Return", "order "+q.Order, ""),
	}
	if q.FromTicket {
		b.Summary = summary("Return", "ticket "+q.Ticket, "")
	} else {
		b.Customer = q.Customer()
	}
	q.Number = returns.Number(id)
	b.Input = q
	receipt, err := begin(ctx, c, b)
	if err == nil {
		receipt.Number = q.Number
	}
	return receipt, err
}
