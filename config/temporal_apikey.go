package config

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"unicode"
)

// fileOfAPIKey is the file that the API key is in; "" where the variable doesn't name one.
func (w where) fileOfAPIKey() string {
	path, _ := w.env.LookupEnv(envAPIKeyFile)
	return path
}

// apiKey answers with the API key of each call; it is nil where there is none. A key in a file is read each time, so that it can be
// renewed; the last one that could be read is good for as long as the file can't be.
func (w where) apiKey() (func(context.Context) (string, error), error) {
	path := w.fileOfAPIKey()
	if path == "" {
		key := w.APIKey
		if key == "" {
			return nil, nil
		}
		if err := wholeKey(w.says(envAPIKey, "api_key"), key); err != nil {
			return nil, err
		}
		return func(context.Context) (string, error) { return key, nil }, nil
	}
	if _, both := w.env.LookupEnv(envAPIKey); both {
		return nil, fmt.Errorf("%s is set, and so is %s: keep one", envAPIKey, envAPIKeyFile)
	}
	last, err := readAPIKey(path)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	return func(context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if key, err := readAPIKey(path); err == nil {
			last = key
		}
		return last, nil
	}, nil
}

func readAPIKey(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: can't read %q: %w", envAPIKeyFile, path, cause(err))
	}
	key := strings.TrimSpace(string(b))
	return key, wholeKey(fmt.Sprintf("%s: %q", envAPIKeyFile, path), key)
}

// wholeKey refuses what can't be an API key, without quoting it.
func wholeKey(by, key string) error {
	if key == "" {
		return fmt.Errorf("%s is empty: the API key goes there, on one line", by)
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
		return fmt.Errorf("%s has a space, a line break or another character in it that no API key has: was it copied whole?", by)
	}
	return nil
}
