package main

import (
	"fmt"

	"github.com/spf13/viper"

	"github.com/throughline-dev/throughline/sandbox"
)

// read takes from the handbook who there is: its people, the channels of its roles, and the company. It is the file that the
// workers read, so that the vendors know the same people; what is wrong with it is theirs to say.
func read(file string, o *sandbox.Options) error {
	v := viper.New()
	v.SetConfigFile(file)
	if err := v.ReadInConfig(); err != nil {
		return fmt.Errorf("the handbook %s can't be read: %w", file, err)
	}
	var handbook struct {
		Company struct{ Name string }
		People  []struct {
			ID, Name, Email, Slack string
			CRMOwner               string `mapstructure:"crm_owner"`
		}
		Roles    []struct{ Name, Channel string }
		Proposal struct{ Channel string }
	}
	if err := v.Unmarshal(&handbook); err != nil {
		return fmt.Errorf("the handbook %s can't be read: %w", file, err)
	}
	o.Company = handbook.Company.Name
	for _, p := range handbook.People {
		o.People = append(o.People, sandbox.Person(p))
	}
	known := map[string]bool{"": true}
	for _, r := range handbook.Roles {
		if !known[r.Channel] {
			known[r.Channel] = true
			o.Channels = append(o.Channels, sandbox.Channel{ID: r.Channel, Name: r.Name})
		}
	}
	if id := handbook.Proposal.Channel; !known[id] {
		o.Channels = append(o.Channels, sandbox.Channel{ID: id, Name: "deals"})
	}
	return nil
}
