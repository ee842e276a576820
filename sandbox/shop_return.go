package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// returnWithin is how long the return page waits for the app.
const returnWithin = 20 * time.Second

// askForReturn sends what a customer has filled in to the app, as a shop's own server does, and passes its answer on.
func (s *Sandbox) askForReturn(w http.ResponseWriter, r *http.Request) {
	var f client.ReturnForm
	if err := wire.Read(r, &f, true); err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	body, err := readReturn(f)
	if err != nil {
		wire.Error(w, http.StatusBadRequest, "%s", err)
		return
	}
	to := *s.returns.Load()
	if to == "" {
		wire.Error(w, http.StatusServiceUnavailable, "nobody has told the shop where returns are asked for")
		return
	}
	c := http.Client{Timeout: returnWithin}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		wire.Error(w, http.StatusInternalServerError, "%s", err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.Do(req)
	if err != nil {
		wire.Error(w, http.StatusBadGateway, "the return couldn't be asked for: %s", err)
		return
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxBody))
	if err != nil {
		wire.Error(w, http.StatusBadGateway, "the answer couldn't be read: %s", err)
		return
	}
	if res.StatusCode/100 != 2 {
		wire.Error(w, res.StatusCode, "%s", said(answer))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer)
}

// said is what a problem's answer says to people (RFC 9457), or all of it.
func said(answer []byte) string {
	var problem struct{ Title, Detail string }
	if json.Unmarshal(answer, &problem) == nil && problem.Title+problem.Detail != "" {
		return strings.TrimPrefix(problem.Title+": "+problem.Detail, ": ")
	}
	return strings.TrimSpace(string(answer))
}

// readReturn is a form as the app takes it. Lines of which nothing goes back are left out.
func readReturn(f client.ReturnForm) ([]byte, error) {
	type item struct {
		SKU      string `json:"sku,omitempty"`
		Line     string `json:"line,omitempty"`
		Quantity int    `json:"quantity"`
		Reason   string `json:"reason"`
		Note     string `json:"note,omitempty"`
		Instead  string `json:"instead,omitempty"`
	}
	var items []item
	for i, l := range f.Items {
		if l.Quantity == "" || l.Quantity == "0" {
			continue
		}
		n, err := strconv.Atoi(l.Quantity)
		if err != nil {
			return nil, fmt.Errorf("items[%d].quantity: %q is no number", i, l.Quantity)
		}
		items = append(items, item{l.SKU, l.Line, n, l.Reason, l.Note, l.Instead})
	}
	if items == nil {
		return nil, errors.New("say how many of what go back")
	}
	body := map[string]any{"order": f.Order, "email": f.Email, "items": items, "wish": f.Wish}
	for name, text := range map[string]string{"name": f.Name, "comment": f.Comment} {
		if text != "" {
			body[name] = text
		}
	}
	if photos := strings.Fields(f.Photos); len(photos) > 0 {
		body["photos"] = photos
	}
	return json.Marshal(body)
}
