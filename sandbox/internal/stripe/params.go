package stripe

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// params are a request's parameters, in names like "lines[0][amount]". What a handler doesn't read is refused afterwards, as
// Stripe refuses what it doesn't know: so nobody believes that the sandbox has done something that it hasn't.
type params struct {
	values url.Values
	read   map[string]bool
}

func readParams(r *http.Request) (*params, *failure) {
	r.Body = http.MaxBytesReader(nil, r.Body, wire.MaxBody)
	if err := r.ParseForm(); err != nil {
		return nil, invalid("", "", "The request can't be read: %s", err)
	}
	return &params{r.Form, map[string]bool{}}, nil
}

func (p *params) text(name string) string {
	p.read[name] = true
	return p.values.Get(name)
}

func (p *params) has(name string) bool {
	p.read[name] = true
	return p.values.Has(name)
}

func (p *params) integer(name string) (int64, error) {
	n, err := strconv.ParseInt(p.text(name), 10, 64)
	if err != nil {
		return 0, invalid("parameter_invalid_integer", name, "Invalid integer: %s", p.text(name))
	}
	return n, nil
}

func (p *params) truth(name string) (bool, error) {
	if !p.has(name) {
		return false, nil
	}
	b, err := strconv.ParseBool(p.text(name))
	if err != nil {
		return false, invalid("", name, "Invalid boolean: %s", p.text(name))
	}
	return b, nil
}

// hash are the values below a name: "metadata[a]", "metadata[b]".
func (p *params) hash(name string) map[string]string {
	found := map[string]string{}
	for full := range p.values {
		if key, ok := strings.CutPrefix(full, name+"["); ok && strings.HasSuffix(key, "]") {
			found[strings.TrimSuffix(key, "]")] = p.text(full)
		}
	}
	return found
}

// length is how many elements a list has.
func (p *params) length(name string) (n int) {
	for full := range p.values {
		rest, ok := strings.CutPrefix(full, name+"[")
		index, _, _ := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(index); ok && err == nil {
			n = max(n, i+1)
		}
	}
	return n
}

// unknown refuses what nobody has read.
func (p *params) unknown() error {
	var names []string
	for name := range p.values {
		if !p.read[name] {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return invalid("parameter_unknown", names[0], "Received unknown parameter: %s", names[0])
}

// list answers with a page of a list, whose youngest comes first.
func (p *params) list(path string, all []object) (object, error) {
	slices.Reverse(all)
	limit := int64(10)
	if p.has("limit") {
		var err error
		if limit, err = p.integer("limit"); err != nil || limit < 1 || limit > 100 {
			return nil, invalid("", "limit", "This value must be between 1 and 100")
		}
	}
	if after := p.text("starting_after"); after != "" {
		at := slices.IndexFunc(all, func(o object) bool { return o["id"] == after })
		if at < 0 {
			return nil, invalid("resource_missing", "starting_after", "No such object: '%s'", after)
		}
		all = all[at+1:]
	}
	more := int64(len(all)) > limit
	if more {
		all = all[:limit]
	}
	if all == nil {
		all = []object{}
	}
	return object{"object": "list", "url": path, "has_more": more, "data": all}, nil
}

// orNull is null where there is nothing.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
