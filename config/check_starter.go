package config

import (
	"net"
	"net/url"
	"strings"
)

// minSpool is the smallest spool, in bytes: room for one proposal.
const minSpool = 4 << 20

// spool checks where the door keeps what comes while Temporal is away. The folder isn't looked for, since the starter makes it, and no
// other program has it.
func (f *findings) spool(s *Spool) {
	const key = "starter.spool"
	if s.MaxSize < minSpool {
		f.add(key+".max_size", "%d is too little: a proposal may have a megabyte, so make it at least %d bytes (4 MiB)", s.MaxSize, minSpool)
	}
	f.positive(key+".max_age", s.MaxAge)
	if strings.TrimSpace(s.Dir) == "" {
		s.Dir = ""
		return
	}
	dir, err := absolute(s.Dir, f.where[key+".dir"])
	if err != nil {
		f.add(key+".dir", "%q can't be used: %s", s.Dir, cause(err))
		return
	}
	s.Dir = dir
}

// sso checks single sign-on. Without https anybody on the way could take over who has signed in, so only this machine may do without.
func (f *findings) sso(s SSO, publicURL string) {
	const key = "starter.sso"
	switch {
	case s.Issuer == "" && s.ClientID != "":
		f.add(key+".client_id", "%q is alone: set starter.sso.issuer too, which knows the door by it", s.ClientID)
		return
	case s.Issuer == "":
		return
	case s.ClientID == "":
		f.add(key+".issuer", "%q is alone: set starter.sso.client_id too, what the provider knows the door by", s.Issuer)
	}
	f.url(key+".issuer", s.Issuer)
	for _, one := range []struct{ key, url string }{{key + ".issuer", s.Issuer}, {"starter.public_url", publicURL}} {
		if u, err := url.Parse(one.url); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
			f.add(one.key, "%q has no https, so that nobody can sign in safely (starter.sso)", one.url)
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
