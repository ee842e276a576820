package config

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc/codes"
)

// ErrUnreachable is in the error of [Dial] where nothing answers at Temporal's address: it may be starting.
var ErrUnreachable = errors.New("can't be reached")

// tried says which Temporal is meant, by whom, and how it is reached.
func (w where) tried(used *tls.Config) string {
	how := "without TLS"
	if used != nil {
		how = "by TLS"
		if used.ServerName != "" {
			how += " as " + used.ServerName
		}
		if len(used.Certificates) > 0 {
			how += " with a client certificate"
		}
	}
	if w.APIKey != "" || w.fileOfAPIKey() != "" {
		how += " with an API key"
	}
	return fmt.Sprintf("Temporal at %s (%s), %s,", w.Address, w.addressBy, how)
}

// explain makes of what Temporal's client says when it can't connect one line that says what to do.
func (w where) explain(err error, secured *renewed) error {
	used, failed := secured.state()
	tried := w.tried(used)
	if _, none := errors.AsType[*serviceerror.NamespaceNotFound](err); none {
		return fmt.Errorf("%s has no namespace %q (%s): name another one by %s or temporal.namespace, or make this one with `starter setup`", tried, w.Namespace, w.nameSetBy, envNamespace)
	}
	if status, ok := webServer(err); ok {
		return fmt.Errorf("%s is no frontend of Temporal's, and answers like a web server%s: check the port, and what stands before it", tried, status)
	}
	switch serviceerror.ToStatus(err).Code() {
	case codes.PermissionDenied, codes.Unauthenticated:
		return fmt.Errorf("%s refuses us (%s): check %s (or %s), or %s, and whether they are good for the namespace %q (%s)",
			tried, lastPart(err), envAPIKey, envAPIKeyFile, envCert, w.Namespace, w.nameSetBy)
	}
	if what, fix := handshake(err, used, failed); what != "" {
		return fmt.Errorf("%s %s: %s", tried, what, fix)
	}
	return fmt.Errorf("%s %w (%s): start it, or say where it is in %s or temporal.address", tried, ErrUnreachable, lastPart(err), envAddress)
}

// httpStatus is in what gRPC says of an answer that isn't gRPC's.
var httpStatus = regexp.MustCompile(`HTTP status code received from server: (\d+) \(([^)]*)\)`)

// webServer reports whether an answer came by HTTP/2 and not by gRPC, and with which status.
func webServer(err error) (status string, ok bool) {
	text := err.Error()
	if m := httpStatus.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf(" (%s %s)", m[1], m[2]), true
	}
	return "", strings.Contains(text, "missing HTTP content-type") || strings.Contains(text, "unexpected content-type")
}

// handshake says what went wrong between the two sides' TLS, and the fix; "" where something else did.
func handshake(err error, used *tls.Config, failed error) (what, fix string) {
	text := err.Error()
	if used == nil {
		// What a server that expects TLS does to whoever begins without it.
		if strings.Contains(text, "server preface") {
			return "closes connections that begin without TLS", "set " + envTLS + "=true, or check the port, since it may be that of Temporal's web pages"
		}
		return "", ""
	}
	if why := refusal(text, failed); why != "" {
		if len(used.Certificates) == 0 {
			return fmt.Sprintf("wants a client certificate, it seems (%s)", why), "set " + envCert + " and " + envKey
		}
		return fmt.Sprintf("doesn't take our client certificate, it seems (%s)", why),
			fmt.Sprintf("have its CA added there, or name another one by %s and %s", envCert, envKey)
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](failed); ok {
		by := ""
		if unknown.Cert != nil {
			by = fmt.Sprintf(", issued by %q", unknown.Cert.Issuer)
		}
		return "has a certificate that nobody whom we trust has signed" + by, fmt.Sprintf("set %s to the certificate of its CA", envCA)
	}
	if wrong, ok := errors.AsType[x509.HostnameError](failed); ok {
		names := slices.Clone(wrong.Certificate.DNSNames)
		for _, ip := range wrong.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		return fmt.Sprintf("has a certificate that isn't for %q", wrong.Host), fmt.Sprintf("set %s to a name that it is for (%s)", envServerName, cmp.Or(strings.Join(names, ", "), "it says none"))
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](failed); ok && invalid.Reason == x509.Expired {
		return "has a certificate that has expired, or isn't valid yet", "have it renewed there, or check this machine's clock"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](failed); ok {
		return "doesn't speak TLS", fmt.Sprintf("set %s=false, or check the port", envTLS)
	}
	if failed != nil {
		return fmt.Sprintf("can't agree with us on TLS (%s)", failed), "check the port, and the TEMPORAL_TLS_… variables"
	}
	return "", ""
}

// refusal is what is heard of a server that refuses a client's certificate; "" where it did nothing of the kind. By TLS 1.3 it does
// so when the handshake is over for the client, by an alert, which is lost where the client is just about to say something.
func refusal(text string, failed error) string {
	if _, alert, ok := strings.Cut(text, "remote error: tls: "); ok {
		return strings.TrimRight(alert, `"`)
	}
	for _, cut := range []string{"broken pipe", "connection reset by peer", "EOF"} {
		if failed == nil && strings.Contains(text, cut) {
			return cut
		}
	}
	return ""
}

// lastPart is the end of what gRPC says, which is where it tells what happened: `… connect: connection refused`.
func lastPart(err error) string {
	text := strings.ReplaceAll(strings.TrimRight(err.Error(), `"`), "\n", " ")
	if strings.Contains(text, context.DeadlineExceeded.Error()) {
		return "no answer in time"
	}
	if strings.HasSuffix(text, "no children to pick from") { // gRPC's way to say that the name has no address
		return "no such host"
	}
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return text
}
