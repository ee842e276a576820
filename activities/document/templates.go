package document

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // for the operator's logo
	_ "image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed templates/proposal.html
var builtInHTML string

//go:embed templates/proposal.yaml
var builtInSettings []byte

// Templates are how a document looks. They are read once, not changed afterwards, and safe for concurrent use.
type Templates struct {
	html     *template.Template
	settings settings
	logo     logo
	fonts    *fonts
}

type settings struct {
	Accent string `yaml:"accent"`
	Words  Words  `yaml:"words"`
}

// Words are the document's own, of both the HTML and the PDF; see templates/proposal.yaml.
type Words struct {
	Date        string `yaml:"date"` // a layout of Go's package time: "2 January 2006"
	Proposal    string `yaml:"proposal"`
	Version     string `yaml:"version"`
	Issued      string `yaml:"issued"`
	ValidUntil  string `yaml:"valid_until"`
	PreparedFor string `yaml:"prepared_for"`
	PreparedBy  string `yaml:"prepared_by"`
	Prices      string `yaml:"prices"`
	Description string `yaml:"description"`
	Quantity    string `yaml:"quantity"`
	Price       string `yaml:"price"`
	Amount      string `yaml:"amount"`
	Subtotal    string `yaml:"subtotal"`
	Discount    string `yaml:"discount"`
	Total       string `yaml:"total"`
	Terms       string `yaml:"terms"`
	Acceptance  string `yaml:"acceptance"`
	AcceptedFor string `yaml:"accepted_for"` // before the company's name
	Name        string `yaml:"name"`
	PlaceDate   string `yaml:"place_date"`
	Signature   string `yaml:"signature"`
	Page        string `yaml:"page"` // with {page} and {pages}
	// What only drafts say.
	Draft    string `yaml:"draft"`
	Missing  string `yaml:"missing"`
	Own      string `yaml:"own"`
	NoPrices string `yaml:"no_prices"`
}

// maxLogo is how large the operator's logo can be: it is in every document.
const maxLogo = 1 << 20

// LoadTemplates reads the built-in template and whatever an operator's directory ("" for none) has of:
//
//   - proposal.html: takes the place of the built-in HTML. It is one of Go's html/template, and can use [View].
//   - proposal.yaml: the accent's colour and the document's own words, for the HTML and the PDF; what it leaves out stays.
//   - logo.png or logo.jpg: stands at the head of both.
//   - fonts/*.ttf: TrueType fonts for characters that the built-in ones (Liberation Sans and DejaVu Sans: Latin, Greek,
//     Cyrillic, Hebrew, Arabic, Armenian, Georgian) don't have, in the order of their names. The PDF has in it what it uses.
//
// All of it is checked, by making a document with everything in it and one with nothing. The error holds every mistake, with
// its file.
func LoadTemplates(dir string) (*Templates, error) {
	t := &Templates{}
	var mistakes []error
	source, path, err := either(dir, "proposal.html", builtInHTML)
	if err == nil {
		t.html, err = template.New("proposal.html").Option("missingkey=error").Parse(source)
	}
	if err != nil {
		mistakes = append(mistakes, fmt.Errorf("%s: %w", path, err))
	}
	mistakes = append(mistakes, t.settings.load(dir))
	if t.logo, err = loadLogo(dir); err != nil {
		mistakes = append(mistakes, err)
	}
	if t.fonts, err = loadFonts(dir); err != nil {
		mistakes = append(mistakes, err)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	for _, p := range samples {
		if _, err := t.Render(p); err != nil {
			return nil, fmt.Errorf("%s: %w", cmp.Or(dir, "built-in"), err)
		}
	}
	return t, nil
}

// either is a file of the operator's directory, or the built-in one.
func either(dir, name, builtIn string) (source, path string, err error) {
	if dir == "" {
		return builtIn, "built-in " + name, nil
	}
	path = filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err != nil {
			return "", dir, fmt.Errorf("the folder of the proposal's template can't be read: %w", err)
		}
		return builtIn, "built-in " + name, nil
	}
	return string(b), path, err
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// load reads the built-in settings, and then the operator's over them.
func (s *settings) load(dir string) error {
	if err := yaml.Unmarshal(builtInSettings, s); err != nil {
		return err
	}
	source, path, err := either(dir, "proposal.yaml", "")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(s); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !colour.MatchString(s.Accent) {
		return fmt.Errorf("%s: accent: %q is no colour: write it like #2f5d8a", path, s.Accent)
	}
	return nil
}

// logo is a picture, or none.
type logo struct {
	data          []byte
	kind          string // "png" or "jpeg"
	width, height int
}

func loadLogo(dir string) (logo, error) {
	for _, name := range []string{"logo.png", "logo.jpg"} {
		source, path, err := either(dir, name, "")
		if err != nil {
			return logo{}, fmt.Errorf("%s: %w", path, err)
		}
		if source == "" {
			continue
		}
		config, kind, err := image.DecodeConfig(bytes.NewReader([]byte(source)))
		switch {
		case err != nil:
			return logo{}, fmt.Errorf("%s: it is no PNG or JPEG: %w", path, err)
		case len(source) > maxLogo:
			return logo{}, fmt.Errorf("%s: it has %d bytes, and can have at most %d", path, len(source), maxLogo)
		}
		return logo{[]byte(source), kind, config.Width, config.Height}, nil
	}
	return logo{}, nil
}

func (l logo) url() template.URL {
	if l.data == nil {
		return ""
	}
	return template.URL("data:image/" + l.kind + ";base64," + base64.StdEncoding.EncodeToString(l.data)) // the operator's own file
}
