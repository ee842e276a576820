package door

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// What a lead may be sent as. The last is what a browser's FormData sends, and what a form with enctype does.
const (
	mediaJSON      = "application/json"
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
)

// readLead reads a lead from a body. The form is nil unless it was one.
func readLead(h http.Header, body []byte) (intake.Entry, url.Values, *problem) {
	media, params, p := mediaType(h, mediaJSON, mediaForm, mediaMultipart)
	if p != nil {
		return intake.Entry{}, nil, p
	}
	if media == mediaJSON {
		entry, err := intake.ReadJSON(body)
		if err != nil {
			p := problemOf(err)
			return intake.Entry{}, nil, &p
		}
		return entry, nil, nil
	}
	form, files, err := readForm(media, params["boundary"], body)
	if err != nil {
		p := problemOf(err)
		return intake.Entry{}, nil, &p
	}
	entry, err := intake.ReadForm(form)
	if err != nil {
		p := problemOf(err)
		return intake.Entry{}, nil, &p
	}
	for _, name := range files {
		entry.Mistakes = append(entry.Mistakes, lead.Mistake{Field: name, Problem: "is a file: files can't be taken here"})
	}
	return entry, form, nil
}

// mediaType is what the body claims to be: one of those that are accepted, in an encoding that can be read.
func mediaType(h http.Header, accepted ...string) (string, map[string]string, *problem) {
	refuse := func(detail string) (string, map[string]string, *problem) {
		return "", nil, &problem{Status: http.StatusUnsupportedMediaType, Detail: detail}
	}
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !slices.Contains(accepted, media) {
		return refuse("Send it as " + strings.Join(accepted, " or ") + ", and say so in Content-Type.")
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refuse("Send it in UTF-8.")
	}
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refuse("Send it without a Content-Encoding.")
	}
	return media, params, nil
}

func readBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, *problem) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &problem{Status: http.StatusRequestEntityTooLarge, why: "size", Detail: fmt.Sprintf("Send at most %d bytes.", limit)}
	case err != nil:
		return nil, &problem{Status: http.StatusBadRequest, why: "broken off", Detail: "The body broke off. Send it again."}
	}
	return body, nil
}

// readForm reads a form's fields, and the names of those that hold a file.
func readForm(media, boundary string, body []byte) (form url.Values, files []string, err error) {
	if media == mediaForm {
		form, err = url.ParseQuery(string(body))
		if err != nil {
			return nil, nil, errors.New("the body is not a form in " + mediaForm)
		}
		return form, nil, nil
	}
	form = url.Values{}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return form, files, nil
		}
		var value []byte
		if err == nil {
			value, err = io.ReadAll(part)
		}
		if err != nil || part.FormName() == "" {
			return nil, nil, errors.New("the body is not a form in " + mediaMultipart)
		}
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		switch _, isFile := params["filename"]; {
		case !isFile:
			form.Add(part.FormName(), string(value))
		case len(value) > 0: // a browser sends an empty file where none was chosen
			files = append(files, part.FormName())
		}
	}
}
