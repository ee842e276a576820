package auto

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// How a form can be sent.
const (
	asJSON    = "application/json"
	asForm    = "application/x-www-form-urlencoded"
	asBrowser = "text/html" // as a form too, by a person who wants to read the answer
)

// form is what somebody filled in, by field.
type form map[string]any

var visitor = &http.Client{Timeout: 15 * time.Second}

// receipt is the door's answer to a lead that it took.
type receipt struct {
	ID        string `json:"id"`
	Duplicate bool   `json:"duplicate"`
}

// send sends a lead.
func (p *Player) send(ctx context.Context, f form, as string) (receipt, error) {
	body, media := []byte(f.encode()), asForm
	if as == asJSON {
		var err error
		if body, err = json.Marshal(f); err != nil {
			return receipt{}, err
		}
		media = asJSON
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Door+"/leads", bytes.NewReader(body))
	if err != nil {
		return receipt{}, err
	}
	req.Header.Set("Content-Type", media)
	if as == asBrowser {
		req.Header.Set("Accept", "text/html,application/xhtml+xml")
	}
	res, err := visitor.Do(req)
	if err != nil {
		return receipt{}, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return receipt{}, err
	}
	if res.StatusCode != http.StatusAccepted {
		return receipt{}, fmt.Errorf("expected the lead to be taken with 202, saw %s: %s", res.Status, answer)
	}
	taken := receipt{ID: strings.TrimPrefix(res.Header.Get("Location"), "/leads/")}
	if as == asBrowser {
		if media := res.Header.Get("Content-Type"); !strings.HasPrefix(media, "text/html") {
			return taken, fmt.Errorf("expected a page for a person in a browser, saw %s", media)
		}
		return taken, nil
	}
	return taken, json.Unmarshal(answer, &taken)
}

// encode is the form as a browser sends it.
func (f form) encode() string {
	values := url.Values{}
	for name, value := range f {
		values.Set(name, fmt.Sprint(value))
	}
	return values.Encode()
}

// state is what the door says of a lead: "open" or "closed".
func (p *Player) state(ctx context.Context, id string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Door+"/leads/"+url.PathEscape(id), nil)
	if err != nil {
		return "", err
	}
	res, err := visitor.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var s struct{ State, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil || res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("expected the door to know the lead, saw %s: %s", res.Status, s.Detail)
	}
	return s.State, nil
}
