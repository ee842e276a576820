package email

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
)

// The parts that templates have in common, each under its name: {{template "head" .}} begins a page and {{template "foot" .}} ends it;
// {{template "return_end" .}} ends what is said to a customer who returns something. An operator's templates can use them, too.
var (
	//go:embed templates/parts/parts.html
	htmlParts string
	//go:embed templates/parts/parts.txt
	textParts string
)

//go:embed templates
var builtIn embed.FS

// keys are the data that Throughline gives to the templates it uses; a template of one of these names can use no other. Any of
// them may be empty.
var keys = map[string][]string{
	"return_received":      returned("lines"),
	"return_refused":       returned("reasons"),
	"return_question":      returned("question"),
	"return_approved":      returned("lines", "part", "comment", "wish", "instead", "keep", "address", "until", "we_pay", "fee"),
	"return_rejected":      returned("reason"),
	"return_arrived":       returned("lines", "missing", "until", "wrong"),
	"return_reminder":      returned("missing", "address", "until"),
	"return_expired":       returned("missing", "some"),
	"return_cancelled":     returned("missing", "some"),
	"return_answer":        returned("answer", "until"),
	"return_refund":        returned("lines", "total", "ways", "later", "state"),
	"return_refund_failed": returned("total"),
	"return_credit":        returned("lines", "total", "state"),
	"return_exchange":      returned("lines", "total", "ways", "later", "instead", "exchange"),
	"lead_outreach":        {"lead_name", "lead_company", "rep_name", "rep_email", "company"},
	"proposal_signed": {
		"client_name", "client_company", "title", "number", "total", "strategist_name", "strategist_email", "company",
	},
	"task": {"person_name", "title", "text", "facts", "status", "how", keyLink, keyLinkUntil},
}

// returned are the keys of an e-mail to a customer who returns something: those that all have, and its own.
func returned(own ...string) []string {
	return append([]string{"customer_name", "company", "number", "order"}, own...)
}

// Templates are pairs of templates, by name.
type Templates struct{ pairs map[string]pair }

type pair struct {
	subject, text *texttemplate.Template
	html          *htmltemplate.Template
}

// content is a message made from a template.
type content struct{ subject, text, html string }

// LoadTemplates reads the built-in templates and those of an operator's directory ("" for none), which replace a built-in file
// of the same name or add to them. A template is a pair of files, NAME.html and NAME.txt, in the syntax of Go's html/template
// and text/template; the first line of NAME.txt is the subject. Files of other kinds are left alone. The built-in parts can be used in
// all of them.
//
// Each template is checked: it parses, both of its files are there, and it uses no data that Throughline doesn't give to it. The
// error holds every mistake, with its file.
func LoadTemplates(dir string) (*Templates, error) {
	files := map[string]file{}
	embedded, err := fs.Sub(builtIn, "templates")
	if err != nil {
		return nil, err
	}
	if err := read(embedded, "built-in", files); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := read(os.DirFS(dir), dir, files); err != nil {
			return nil, fmt.Errorf("the folder of e-mail templates can't be read: %w", err)
		}
	}
	t := &Templates{pairs: map[string]pair{}}
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		stem, kind := split(name)
		partner := stem + map[string]string{".txt": ".html", ".html": ".txt"}[kind]
		if _, ok := files[partner]; !ok {
			mistakes = append(mistakes, fmt.Errorf("%s: there is no %s beside it; an e-mail needs both", files[name].path, partner))
			continue
		}
		if kind == ".txt" {
			p, err := parse(stem, files[name], files[partner])
			mistakes = append(mistakes, err)
			t.pairs[stem] = p
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return t, nil
}

// Names are the templates that there are, in order.
func (t *Templates) Names() []string { return slices.Sorted(maps.Keys(t.pairs)) }

type file struct{ path, source string }

// read adds a directory's templates to files, over what is there.
func read(dir fs.FS, name string, files map[string]file) error {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, kind := split(e.Name()); kind == "" || e.IsDir() {
			continue
		}
		source, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			return err
		}
		files[e.Name()] = file{path.Join(name, e.Name()), strings.ReplaceAll(string(source), "\r\n", "\n")}
	}
	return nil
}

// split is a file's template and its kind, ".txt" or ".html"; the kind is "" for anything else.
func split(name string) (stem, kind string) {
	kind = path.Ext(name)
	if kind != ".txt" && kind != ".html" || strings.HasPrefix(name, ".") {
		return name, ""
	}
	return strings.TrimSuffix(name, kind), kind
}

func parse(name string, text, html file) (pair, error) {
	first, rest, _ := strings.Cut(text.source, "\n")
	var p pair
	var subjectErr, textErr, htmlErr error
	p.subject, subjectErr = texttemplate.New("subject").Parse(first)
	p.text, textErr = texttemplate.Must(texttemplate.New("text").Parse(textParts)).Parse(strings.TrimLeft(rest, "\n"))
	p.html, htmlErr = htmltemplate.Must(htmltemplate.New("html").Parse(htmlParts)).Parse(html.source)
	if err := errors.Join(
		in(text.path+": the subject, its first line", subjectErr), in(text.path, textErr), in(html.path, htmlErr),
	); err != nil {
		return p, err
	}
	if strings.TrimSpace(first) == "" {
		return p, fmt.Errorf("%s: the first line is the subject, and it is empty", text.path)
	}
	p.missingKey("error")
	return p, p.check(keys[name], text.path, html.path)
}

// check runs the templates with all data filled in and with none, so as to go through either branch of a condition. Where
// nobody knows the data of a template, a missing key is left for when it is used.
func (p pair) check(keys []string, textPath, htmlPath string) error {
	full, empty := map[string]string{}, map[string]string{}
	for _, k := range keys {
		full[k], empty[k] = "x", ""
	}
	if keys == nil {
		p.missingKey("zero")
		defer p.missingKey("error")
	}
	for _, data := range []map[string]string{full, empty} {
		_, err := p.render(data)
		if err != nil && strings.Contains(err.Error(), "map has no entry for key") {
			err = fmt.Errorf("%w; it can use %s", err, strings.Join(keys, ", "))
		}
		if err != nil {
			return fmt.Errorf("%s and %s: %w", textPath, htmlPath, err)
		}
	}
	return nil
}

// missingKey sets what happens when a template uses data that isn't there: "error" or "zero".
func (p pair) missingKey(then string) {
	p.subject.Option("missingkey=" + then)
	p.text.Option("missingkey=" + then)
	p.html.Option("missingkey=" + then)
}

func in(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, err)
}

// render makes a message from the template of that name.
func (t *Templates) render(name string, data map[string]string) (content, error) {
	p, ok := t.pairs[name]
	if !ok {
		return content{}, fmt.Errorf("there is no e-mail template %q; there are %s", name, strings.Join(t.Names(), ", "))
	}
	c, err := p.render(data)
	if err != nil {
		return content{}, fmt.Errorf("the e-mail template %q: %w", name, err)
	}
	if c.subject == "" {
		return content{}, fmt.Errorf("the e-mail template %q: the subject is empty", name)
	}
	return c, nil
}

func (p pair) render(data map[string]string) (content, error) {
	if data == nil {
		data = map[string]string{}
	}
	var subject, text, html strings.Builder
	if err := errors.Join(p.subject.Execute(&subject, data), p.text.Execute(&text, data), p.html.Execute(&html, data)); err != nil {
		return content{}, err
	}
	return content{subject: line(subject.String()), text: text.String(), html: html.String()}, nil
}

// line is a text on one line: no name that somebody typed into a form can start another header.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
