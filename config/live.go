package config

import (
	"sync/atomic"

	"github.com/throughline-dev/throughline/activities/policy"
)

// Live holds the configuration that is in force. It is safe for concurrent use; whoever asks gets one whole configuration,
// never a mixture of an old and a new one.
//
//	live := config.NewLive(cfg)
//	worker.RegisterActivity(&policy.Activities{Current: live.Book})
type Live struct{ current atomic.Pointer[Config] }

// NewLive puts a first configuration in force.
func NewLive(c *Config) *Live {
	l := &Live{}
	l.Replace(c)
	return l
}

// Config is the configuration in force.
func (l *Live) Config() *Config { return l.current.Load() }

// Book is the handbook in force.
func (l *Live) Book() *policy.Book { return l.current.Load().Book }

// Replace puts another configuration in force. Cases in flight keep the policy that they started under.
func (l *Live) Replace(c *Config) { l.current.Store(c) }
