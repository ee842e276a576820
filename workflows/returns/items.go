package returns

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
)

// ItemsForm is how items are written, for whoever has to.
const ItemsForm = `"2 x LAMP-1, too_small", a line for each, and for an exchange what is wanted instead: "2 x LAMP-1, too_small, for LAMP-2"`

// ParseItems reads items as people write them into a ticket or a dialog, one a line or with a semicolon between:
//
//	2 x LAMP-1, too_small
//	1 x SHIRT-M, Too small, for SHIRT-L
//	1 x gid://shopify/LineItem/4711, damaged
//
// That is how many, of what (a SKU, or the shop's ID of the order's line), why, and for an exchange the SKU of what is wanted for
// it. Empty lines are passed over; no text is no items. The error is [field.Mistakes], which names each line that can't be read,
// counted from 1 as people count, and what to write there. It never quotes what was written.
//
// It reads what is said, and judges none of it: a reason that is none, or a quantity of 0, is [Request.Check]'s to name.
func ParseItems(text string) ([]refund.Item, error) {
	var items []refund.Item
	var m field.Mistakes
	n := 0
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' || c == ';' }) {
		if line = field.OneLine(line); line == "" {
			continue
		}
		n++
		if n > MaxItems {
			m.Add("items", fmt.Sprintf("are too many: at most %d", MaxItems))
			break
		}
		item, problem := parseItem(line)
		if problem != "" {
			m.Add("items", fmt.Sprintf("can't be read in line %d, which %s: write %s", n, problem, ItemsForm))
			continue
		}
		items = append(items, item)
	}
	if err := m.Err(); err != nil {
		return nil, err
	}
	return items, nil
}

// many is how many there are of what follows. A space has to be between, since a SKU may begin with "2X".
var many = regexp.MustCompile(`^([0-9]{1,6}) ?[xX×*] (.+)$`)

func parseItem(line string) (item refund.Item, problem string) {
	found := many.FindStringSubmatch(line)
	if found == nil {
		return item, "doesn't begin with how many"
	}
	item.Quantity, _ = strconv.Atoi(found[1]) // six digits always are a number
	parts := strings.Split(found[2], ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	switch {
	case parts[0] == "":
		return item, "doesn't say of what"
	case len(parts) == 1 || parts[1] == "":
		return item, "doesn't say why"
	case len(parts) > 3:
		return item, "has too many commas"
	}
	if strings.HasPrefix(parts[0], "gid://") {
		item.Line = parts[0]
	} else {
		item.SKU = parts[0]
	}
	item.Reason = commerce.Reason(word(parts[1]))
	if len(parts) == 3 {
		word, instead, _ := strings.Cut(parts[2], " ")
		if !strings.EqualFold(word, "for") || instead == "" {
			return item, "doesn't say by \"for\" what is wanted instead"
		}
		item.Instead = instead
	}
	return item, ""
}
