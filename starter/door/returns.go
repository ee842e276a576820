package door

import (
	"net/http"
	"net/url"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// returnsMethods are the methods of /returns.
const returnsMethods = "GET, OPTIONS, POST"

// takeReturn takes a return by the rules for leads, but up to [intake.MaxReturn] bytes of it.
func (d *Door) takeReturn(w http.ResponseWriter, r *http.Request) {
	if d.noReturns(w, r) {
		return
	}
	in, p := d.admit(w, r, intake.MaxReturn)
	if p != nil {
		d.turnAway(w, r, "return", p, in.body, returnForm)
		return
	}
	brought, form, p := d.readReturn(r.Header, in.body)
	if p != nil {
		if p.Status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Post", mediaJSON+", "+mediaForm+", "+mediaMultipart)
		}
		d.countTrigger("return", refused, p.reason())
		d.refuse(w, r, *p, returnForm.with(form))
		return
	}
	if brought.Trapped {
		d.log.InfoContext(r.Context(), "A return was turned away.", "why", "honeypot")
	}
	brought.Signed = in.signed
	brought.Key = in.named(r, brought.Key, &brought.Mistakes)
	ctx, cancel := d.bounded(r)
	defer cancel()
	receipt, err := intake.TakeReturn(ctx, d.o.Client, brought)
	if err != nil {
		d.notTaken(w, r, "return", err, returnForm.with(form))
		return
	}
	status := d.taken(w, r, "return", "/returns/", receipt)
	if form != nil && wantsPage(r) {
		d.page(w, http.StatusAccepted, page{Receipt: &receipt, Form: returnForm.with(form)})
		return
	}
	writeJSON(w, http.StatusAccepted, mediaJSON, accepted{receipt, status})
}

// readReturn reads a return from a body. The form is nil unless it was one.
func (d *Door) readReturn(h http.Header, body []byte) (intake.Return, url.Values, *problem) {
	var brought intake.Return
	media, params, p := mediaType(h, mediaJSON, mediaForm, mediaMultipart)
	if p != nil {
		return brought, nil, p
	}
	var form url.Values
	var files []string
	var err error
	trap := d.o.Leads().Honeypot
	if media == mediaJSON {
		brought, err = intake.ReadReturn(body, trap)
	} else if form, files, err = readForm(media, params["boundary"], body); err == nil {
		brought, err = intake.ReadReturnForm(form, trap)
	}
	if err != nil {
		p := problemOf(err)
		return brought, nil, &p
	}
	for _, name := range files {
		brought.Mistakes.Add(name, "is a file: files can't be taken here, so give pictures' addresses in photos")
	}
	return brought, form, nil
}

// noReturns answers where the house takes no returns.
func (d *Door) noReturns(w http.ResponseWriter, r *http.Request) bool {
	if d.o.Returns().Support != "" {
		return false
	}
	d.refuse(w, r, problem{Status: http.StatusNotFound, Detail: "No returns are taken here. Whoever runs the door changes that by " +
		"naming who decides about them, as returns.support in the handbook."}, nil)
	return true
}

func (d *Door) showReturnForm(w http.ResponseWriter, r *http.Request) {
	if !d.noReturns(w, r) {
		d.page(w, http.StatusOK, page{Form: returnForm.with(url.Values{})})
	}
}

func (d *Door) returnStatus(w http.ResponseWriter, r *http.Request) {
	d.caseStatus(w, r, "return", returns.IsWorkflowID)
}
