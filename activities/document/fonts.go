package document

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansbolditalic"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// style is how text is set.
type style struct{ bold, italic bool }

func (s style) suffix() string {
	suffix := ""
	if s.bold {
		suffix += "-Bold"
	}
	if s.italic {
		suffix += "-Italic"
	}
	return suffix
}

// face is a font file.
type face struct {
	name string // by which the PDF knows it
	data []byte
	font *sfnt.Font
}

// family is a font in the styles that there are of it; the regular one stands in for those that are missing.
type family map[style]*face

func (f family) face(s style) *face {
	for _, s := range []style{s, {bold: s.bold}, {}} {
		if face, ok := f[s]; ok {
			return face
		}
	}
	return nil
}

// fonts are families in the order in which they are asked for a character.
type fonts struct{ families []family }

// builtIn are the fonts that Throughline brings. Both may be embedded in any document: Liberation by the SIL Open Font
// Licence, DejaVu by Bitstream Vera's, and changes to it are in the public domain.
var builtIn = sync.OnceValues(func() ([]family, error) {
	liberation, err1 := newFamily("LiberationSans", map[style][]byte{
		{}: liberationsansregular.TTF, {bold: true}: liberationsansbold.TTF,
		{italic: true}: liberationsansitalic.TTF, {bold: true, italic: true}: liberationsansbolditalic.TTF,
	})
	dejavu, err2 := newFamily("DejaVuSans", map[style][]byte{{}: dejavusans.TTF, {bold: true}: dejavusansbold.TTF})
	return []family{liberation, dejavu}, errors.Join(err1, err2)
})

// maxFont is how large a font file can be.
const maxFont = 32 << 20

// loadFonts are the built-in fonts, and then the operator's.
func loadFonts(dir string) (*fonts, error) {
	families, err := builtIn()
	if err != nil {
		return nil, err
	}
	f := &fonts{slices.Clone(families)}
	if dir == "" {
		return f, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "fonts", "*.ttf"))
	if err != nil {
		return nil, err
	}
	var mistakes []error
	for i, file := range files {
		var own family
		data, err := read(file)
		if err == nil {
			own, err = newFamily(fmt.Sprintf("Own%d", i), map[style][]byte{{}: data})
		}
		if err == nil {
			f.families = append(f.families, own)
			err = own.face(style{}).try()
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", file, err))
		}
	}
	return f, errors.Join(mistakes...)
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, err
	case info.Size() > maxFont:
		return nil, fmt.Errorf("the font has %d bytes, and can have at most %d", info.Size(), maxFont)
	}
	return os.ReadFile(file)
}

func newFamily(name string, files map[style][]byte) (family, error) {
	f := family{}
	for s, data := range files {
		parsed, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("it is no font that can be read: %w", err)
		}
		f[s] = &face{name: name + s.suffix(), data: data, font: parsed}
	}
	return f, nil
}

// try sets a little text, so that a font that the PDF's writer can't use is found when it is loaded: one with PostScript
// outlines (OpenType CFF), a collection, one without a table for Unicode. The writer panics on most of them.
func (f *face) try() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the PDF can't use this font, which has to be TrueType with a table for Unicode: %v", r)
		}
	}()
	if !bytes.HasPrefix(f.data, []byte{0, 1, 0, 0}) && !bytes.HasPrefix(f.data, []byte("true")) {
		return fmt.Errorf("the PDF can't use this font, which has to be TrueType and isn't: %w", fs.ErrInvalid)
	}
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes(f.name, "", bytes.Clone(f.data))
	pdf.AddPage()
	pdf.SetFont(f.name, "", 10)
	pdf.Text(10, 10, "a")
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return fmt.Errorf("the PDF can't use this font: %w", err)
	}
	return nil
}

// width is how wide the font sets a character, in thousandths of its size; ok is false where the font doesn't have it, or the
// PDF's writer couldn't find it: it knows the characters of Unicode's first plane.
func (f *face) width(buffer *sfnt.Buffer, r rune) (thousandths float64, ok bool) {
	if r > 0xFFFF {
		return 0, false
	}
	index, err := f.font.GlyphIndex(buffer, r)
	if err != nil || index == 0 {
		return 0, false
	}
	advance, err := f.font.GlyphAdvance(buffer, index, fixed.I(1000), font.HintingNone)
	if err != nil {
		return 0, false
	}
	return float64(advance) / 64, true
}
