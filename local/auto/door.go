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

	"golang.org/x/sync/errgroup"
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
	// again is whether it took more than one try, so that the lead may have been taken by one before.
	again bool
}

// entrance is where the door takes one kind of business.
type entrance struct{ path, what string }

var (
	leads     = entrance{"/leads", "lead"}
	proposals = entrance{"/proposals", "proposal"}
	returned  = entrance{"/returns", "return"}
)

// hand hands business to the door as often at once as there are ways to send it, and looks whether that is one case.
func (p *Player) hand(ctx context.Context, at entrance, f form, as ...string) (id string, err error) {
	receipts := make([]receipt, len(as))
	var all errgroup.Group
	for i := range as {
		all.Go(func() (err error) { receipts[i], err = p.bring(ctx, at, f, as[i]); return err })
	}
	if err := all.Wait(); err != nil {
		return "", err
	}
	id = receipts[0].ID
	first, again := 0, false
	for _, r := range receipts {
		if r.ID != id {
			return "", fmt.Errorf("expected one %s however often it is sent, saw %s and %s", at.what, id, r.ID)
		}
		if !r.Duplicate {
			first++
		}
		again = again || r.again
	}
	if first > 1 || first == 0 && !again {
		return "", fmt.Errorf("expected all but one of the sendings to be answered as duplicates, saw %+v", receipts)
	}
	return id, nil
}

// bring sends business to the door, again where it says that it can't take it just now, as it asks its senders to.
func (p *Player) bring(ctx context.Context, at entrance, f form, as string) (r receipt, err error) {
	err = p.Until(ctx, "the door to take the "+at.what, func(ctx context.Context) (bool, string, error) {
		again := r.again
		var status int
		r, status, err = p.bringOnce(ctx, at, f, as)
		r.again = again || status == http.StatusServiceUnavailable
		if status == http.StatusServiceUnavailable {
			return false, "that it can't just now", nil
		}
		return true, "", err
	})
	return r, err
}

func (p *Player) bringOnce(ctx context.Context, at entrance, f form, as string) (r receipt, status int, err error) {
	body, media, err := f.encode(as)
	if err != nil {
		return r, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Door+at.path, bytes.NewReader(body))
	if err != nil {
		return r, 0, err
	}
	req.Header.Set("Content-Type", media)
	if as == asBrowser {
		req.Header.Set("Accept", "text/html,application/xhtml+xml")
	}
	res, err := visitor.Do(req)
	if err != nil {
		return r, 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return r, 0, err
	}
	if res.StatusCode != http.StatusAccepted {
		return r, res.StatusCode, fmt.Errorf("expected the %s to be taken with 202, saw %s: %s", at.what, res.Status, answer)
	}
	if as == asBrowser {
		r.ID = strings.TrimPrefix(res.Header.Get("Location"), at.path+"/")
		if media := res.Header.Get("Content-Type"); !strings.HasPrefix(media, "text/html") {
			err = fmt.Errorf("expected a page for a person in a browser, saw %s", media)
		}
		return r, res.StatusCode, err
	}
	return r, res.StatusCode, json.Unmarshal(answer, &r)
}

// encode is the form as it is sent.
func (f form) encode(as string) (body []byte, media string, err error) {
	if as == asJSON {
		body, err = json.Marshal(f)
		return body, asJSON, err
	}
	values := url.Values{}
	for name, value := range f {
		values.Set(name, fmt.Sprint(value))
	}
	return []byte(values.Encode()), asForm, nil
}

// closed waits until nobody and nothing is at work on a case any more.
func (p *Player) closed(ctx context.Context, at entrance, id string) error {
	return p.Until(ctx, "the "+at.what+" to be closed", func(ctx context.Context) (bool, string, error) {
		state, err := p.state(ctx, at, id)
		return state == "closed", "it " + state, err
	})
}

// state is what the door says of a case: "open" or "closed", or "unknown" where it can't say just now.
func (p *Player) state(ctx context.Context, at entrance, id string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Door+at.path+"/"+url.PathEscape(id), nil)
	if err != nil {
		return "", err
	}
	res, err := visitor.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusServiceUnavailable {
		return "unknown", nil
	}
	var s struct{ State, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil || res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("expected the door to know the %s, saw %s: %s", at.what, res.Status, s.Detail)
	}
	return s.State, nil
}
