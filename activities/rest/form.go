package rest

import (
	"bytes"
	"mime/multipart"
	"slices"
)

// Form is a request's Body that is sent as multipart/form-data rather than as JSON, for APIs that take files.
type Form struct {
	// Fields are the values, in the order in which they are sent.
	Fields []Field
	Files  []File
}

// Field is a value of a form.
type Field struct{ Name, Value string }

// File is a file of a form.
type File struct {
	Field string // the name of the form's field
	Name  string // the name of the file
	Bytes []byte
}

// Add adds a field, unless it is empty: most APIs take an empty field as one that is there.
func (f *Form) Add(name, value string) {
	if value != "" {
		f.Fields = append(f.Fields, Field{name, value})
	}
}

// encode is the form as it is sent.
func (f *Form) encode() (contentType string, body []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range f.Fields {
		if err := w.WriteField(field.Name, field.Value); err != nil {
			return "", nil, err
		}
	}
	for _, file := range f.Files {
		part, err := w.CreateFormFile(file.Field, file.Name)
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(file.Bytes); err != nil {
			return "", nil, err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), slices.Clip(b.Bytes()), err
}
