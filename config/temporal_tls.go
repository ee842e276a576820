package config

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// renewed is TLS whose certificates are read from their files for each new connection, so that they can be renewed while the program
// runs. What was read last is good for as long as what is there now can't be used.
type renewed struct {
	read func() (*tls.Config, error)
	log  log.Logger // nil for none

	mu     sync.Mutex
	last   *tls.Config
	failed error // why the last handshake failed; nil where it didn't
}

// secured is the TLS that the profile and the variables ask for; nil for none.
func (w where) secured() (*renewed, error) {
	hasKey := w.APIKey != "" || w.fileOfAPIKey() != ""
	switch t := w.TLS; {
	case t == nil && !hasKey:
		return nil, nil
	case t != nil && t.Disabled && hasKey:
		return nil, fmt.Errorf("%s switches TLS off, and an API key would then be sent in clear: switch it on, or leave out the API key", w.says(envTLS, "tls.disabled"))
	case t != nil && t.Disabled && (t.ClientCertPath != "" || len(t.ClientCertData) > 0):
		return nil, fmt.Errorf("%s switches TLS off, and a client certificate is for nothing then: switch it on, or leave out the certificate", w.says(envTLS, "tls.disabled"))
	case t != nil && t.Disabled:
		return nil, nil
	}
	r := &renewed{read: w.tlsConfig}
	var err error
	r.last, err = r.read()
	return r, err
}

// dialOption makes connections by it.
func (r *renewed) dialOption() grpc.DialOption {
	return grpc.WithTransportCredentials(handshakes{credentials.NewTLS(r.last), r})
}

// current is the configuration as the files have it now.
func (r *renewed) current() *tls.Config {
	r.mu.Lock()
	defer r.mu.Unlock()
	conf, err := r.read()
	if err == nil {
		r.last = conf
	} else if r.log != nil {
		r.log.Warn("What TLS to Temporal needs can't be read any more; what was read before is used.", "err", err)
	}
	return r.last
}

// state is what was used last, and why the last handshake failed. Without TLS it is nothing.
func (r *renewed) state() (used *tls.Config, failed error) {
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.failed
}

// handshakes are credentials that are made anew for each connection.
type handshakes struct {
	credentials.TransportCredentials
	of *renewed
}

func (h handshakes) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := credentials.NewTLS(h.of.current()).ClientHandshake(ctx, authority, conn)
	h.of.mu.Lock()
	defer h.of.mu.Unlock()
	h.of.failed = err
	return conn, info, err
}

func (h handshakes) Clone() credentials.TransportCredentials {
	return handshakes{h.TransportCredentials.Clone(), h.of}
}

// tlsConfig reads what TLS needs.
func (w where) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	t := w.TLS
	if t == nil { // an API key alone
		return conf, nil
	}
	conf.ServerName, conf.InsecureSkipVerify = t.ServerName, t.DisableHostVerification
	cert, err := w.pem(t.ClientCertPath, envCert, t.ClientCertData, envCertData)
	if err != nil {
		return nil, err
	}
	key, err := w.pem(t.ClientKeyPath, envKey, t.ClientKeyData, envKeyData)
	if err != nil {
		return nil, err
	}
	if cert.text != nil || key.text != nil {
		pair, err := w.pair(cert, key)
		if err != nil {
			return nil, err
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	ca, err := w.pem(t.ServerCACertPath, envCA, t.ServerCACertData, envCAData)
	if err != nil {
		return nil, err
	}
	if ca.text != nil {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(ca.text) {
			return nil, fmt.Errorf("%s has no certificate in it: it has to be PEM, and begin with -----BEGIN CERTIFICATE-----", ca)
		}
	}
	return conf, nil
}

// pemText is what one setting has.
type pemText struct {
	by   string // the setting
	path string // the file that it names; "" where the setting is the text itself
	text []byte // nil where nothing is set
}

// String says where it is, for the beginning of a message.
func (p pemText) String() string {
	if p.path == "" {
		return p.by
	}
	return fmt.Sprintf("%s: %q", p.by, p.path)
}

// pem reads what is set as a path or as the text itself.
func (w where) pem(path, pathVariable string, text []byte, textVariable string) (pemText, error) {
	p := pemText{by: w.saysTLS(pathVariable), path: path, text: text}
	switch {
	case path != "" && len(text) > 0:
		return p, fmt.Errorf("%s is set, and so is %s: keep one", p.by, w.saysTLS(textVariable))
	case path == "":
		p.by = w.saysTLS(textVariable)
		return p, nil
	}
	var err error
	if p.text, err = os.ReadFile(path); err != nil {
		return p, fmt.Errorf("%s: can't read %q: %w", p.by, path, cause(err))
	}
	return p, nil
}

// saysTLS is [where.says] for a setting of TLS, whose key in a profile is like its variable.
func (w where) saysTLS(variable string) string {
	return w.says(variable, "tls."+strings.ToLower(strings.TrimPrefix(variable, envTLS+"_")))
}

// pair is a client certificate with its key, which can be used today.
func (w where) pair(cert, key pemText) (tls.Certificate, error) {
	switch {
	case cert.text == nil:
		return tls.Certificate{}, fmt.Errorf("%s has a key, and its certificate is missing: set %s", key, envCert)
	case key.text == nil:
		return tls.Certificate{}, fmt.Errorf("%s has a certificate, and its key is missing: set %s", cert, envKey)
	}
	if block, _ := pem.Decode(cert.text); block == nil || block.Type != "CERTIFICATE" {
		return tls.Certificate{}, fmt.Errorf("%s has no certificate in it: it has to be PEM, and begin with -----BEGIN CERTIFICATE-----", cert)
	}
	pair, err := tls.X509KeyPair(cert.text, key.text)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return tls.Certificate{}, fmt.Errorf("%s isn't the key of the certificate in %s: name the two that were made together", key, cert)
	case err != nil:
		return tls.Certificate{}, fmt.Errorf("%s has no key in it that can be used: it has to be PEM, a PRIVATE KEY without a password (%w)", key, err)
	}
	switch now := time.Now(); {
	case now.After(pair.Leaf.NotAfter):
		return tls.Certificate{}, fmt.Errorf("%s expired at %s: renew it", cert, pair.Leaf.NotAfter.Format(time.RFC3339))
	case now.Before(pair.Leaf.NotBefore):
		return tls.Certificate{}, fmt.Errorf("%s isn't valid before %s: wait, or check this machine's clock", cert, pair.Leaf.NotBefore.Format(time.RFC3339))
	}
	return pair, nil
}
