package intake

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/workflows/field"
)

// itemField is the name of an item's field in a form: "items[0].sku". More rows than two digits count nobody has.
var itemField = regexp.MustCompile(`^items\[([0-9]{1,2})\]\.(sku|line|quantity|reason|note|instead)$`)

// ReadReturnForm reads a return from an HTML form's fields, which are called as in JSON, and those of its items "items[0].sku" and
// so on. A row in which nothing but a quantity was filled in is no item. The addresses of photos may be in one field, with spaces or
// lines between, or in several. The error is [ErrNotUTF8] or nil.
func ReadReturnForm(form url.Values, trap string) (Return, error) {
	members := map[string]any{}
	items := map[int]map[string]any{}
	var photos []string
	var wrong field.Mistakes
	for name, values := range form {
		if !utf8.ValidString(name) || !utf8.ValidString(strings.Join(values, "")) {
			return Return{}, ErrNotUTF8
		}
		of := itemField.FindStringSubmatch(name)
		switch {
		case name == "photos":
			photos = append(photos, strings.Fields(strings.Join(values, " "))...)
		case name == "items":
			wrong.Add(name, "must be given as items[0].sku, items[0].quantity and so on")
		case len(values) > 1 && name != trap:
			wrong.Add(name, "must be given once")
		case of != nil:
			row, _ := strconv.Atoi(of[1]) // two digits always are a number
			if items[row] == nil {
				items[row] = map[string]any{}
			}
			items[row][of[2]] = values[0]
		case name == trap:
			members[name] = strings.Join(values, "")
		default:
			members[name] = values[0]
		}
	}
	var rows []int
	var list []any
	for _, row := range slices.Sorted(maps.Keys(items)) {
		if filledIn(items[row]) {
			rows, list = append(rows, row), append(list, items[row])
		}
	}
	members["items"], members["photos"] = list, anyOf(photos)
	r := readReturn(members, rows, trap)
	r.Mistakes = append(r.Mistakes, wrong...)
	slices.SortFunc(r.Mistakes, func(a, b field.Mistake) int { return strings.Compare(a.Field, b.Field) })
	return r, nil
}

// filledIn is whether there is more in a row than the quantity, which a form may fill in by itself.
func filledIn(row map[string]any) bool {
	for name, value := range row {
		if name != "quantity" && strings.TrimSpace(fmt.Sprint(value)) != "" {
			return true
		}
	}
	return false
}

func anyOf(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
