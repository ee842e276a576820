package config

import (
	"cmp"
	"regexp"

	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// reviewTask is what the rungs of the strategist's ladder can say. The policy never approves, and never changes anything.
func reviewTask(calendars names) ladderTask {
	return ladderTask{
		moves:   []string{string(policy.Remind), string(policy.Reassign), string(policy.Escalate), string(policy.Act)},
		actions: []string{"drop"},
		clocks:  calendars.sorted(),
	}
}

// approvalTask has no reassign, since whoever approves is named by their role, and no "approve": silence is no yes.
func approvalTask(calendars names) ladderTask {
	return ladderTask{
		moves:   []string{string(policy.Remind), string(policy.Escalate), string(policy.Act)},
		actions: []string{"reject"},
		clocks:  calendars.sorted(),
	}
}

const noRole = "no role in roles"

// proposal checks how proposals are handled, in a house that makes some.
func (f *findings) proposal(c *Config, people, pools, roles, calendars names) {
	p := &c.Proposal
	if p.Strategists == "" {
		if _, off := f.where["proposal.strategists"]; !off && len(p.Tiers)+len(p.Kickoff.Sections) > 0 {
			f.add("proposal.strategists", "is missing: name the pool that reviews proposals, or \"\" for a house that makes none")
		}
		return
	}
	f.refer(pools, "proposal.strategists", noPool, p.Strategists)
	f.calendar(calendars, "proposal.calendar", p.Calendar)
	f.ladder("proposal.review", p.Review, reviewTask(calendars))
	f.ladder("proposal.approval", p.Approval, approvalTask(calendars))
	f.ladder("proposal.operations", p.Operations, operationsTask(calendars))
	f.atLeastNothing("proposal.max_pause", p.MaxPause)
	f.atLeastNothing("proposal.max_extension", p.MaxExtension)
	f.notNegative("proposal.max_rounds", p.MaxRounds, "how often a proposal may come back rejected")
	f.tiers(c, roles)
	if p.AskAgain = cmp.Or(p.AskAgain, policy.AskAll); p.AskAgain != policy.AskAll {
		f.choice("proposal.ask_again", "no choice", string(p.AskAgain), []string{string(policy.AskAll), string(policy.AskTouched)})
	}
	f.positive("proposal.signature.expires", p.Signature.Expires)
	f.reminders("proposal.signature.remind", p.Signature.Remind, p.Signature.Expires, "the client was asked", "the request")
	f.kickoff(p.Kickoff, people)
	f.notNegative("proposal.invoice_due", p.InvoiceDue, "how many days the client has to pay")
	if p.WonStage = cmp.Or(p.WonStage, "closedwon"); !stageID.MatchString(p.WonStage) {
		f.add("proposal.won_stage", "%q is no stage's internal ID: it is like closedwon or 1204817, and stands in HubSpot beside the stage, behind </>", p.WonStage)
	}
	if p.Channel != "" && !slackRoom.MatchString(p.Channel) {
		f.add("proposal.channel", "%q is no Slack channel ID: it is like C024BE91L (in Slack: the channel's details, at the bottom)", p.Channel)
	}
}

func (f *findings) notNegative(key string, n int, what string) {
	if n < 0 {
		f.add(key, "%d is less than nothing: it is %s, 0 or more", n, what)
	}
}

// tierName is what a tier can be called: its name is a part of its tasks' IDs.
var tierName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (f *findings) tiers(c *Config, roles names) {
	size := map[string]int{}
	for _, r := range c.Roles {
		size[r.Name] = len(r.People)
	}
	seen := names{}
	for i, t := range c.Proposal.Tiers {
		key := item("proposal.tiers", i)
		switch {
		case t.Name == "":
			f.add(key+".name", "is missing: give it a name")
		case !tierName.MatchString(t.Name):
			f.add(key+".name", "%q can't be a tier's name: use at most 40 lower-case letters, digits and hyphens, such as %q", t.Name, idLike(t.Name))
		}
		f.unique(seen, key+".name", t.Name)
		f.limits(key+".over", t.Over)
		if t.DiscountOver < 0 || t.DiscountOver >= money.Whole {
			f.add(key+".discount_over", "%s is no share of a price: it is from 0 to less than 100", t.DiscountOver)
		}
		f.refer(roles, key+".role", noRole, t.Role)
		f.notNegative(key+".need", t.Need, "how many have to approve (all who may, where it is 0)")
		if n := size[t.Role]; t.Need > n && n > 0 {
			f.add(key+".need", "%d is more than the role %q has people (%d)", t.Need, t.Role, n)
		}
	}
}

// reminders checks when somebody is reminded, counted from an event, of something that expires.
func (f *findings) reminders(key string, remind []policy.Duration, expires policy.Duration, event, what string) {
	var before policy.Duration
	for i, after := range remind {
		key := item(key, i)
		switch {
		case after.Duration <= before.Duration:
			f.add(key, "%s is not later than what is before it: all are counted from when %s", short(after), event)
		case after.Duration >= expires.Duration && expires.Duration > 0:
			f.add(key, "%s is not before %s expires, after %s", short(after), what, short(expires))
		}
		before = after
	}
}

func (f *findings) kickoff(k Kickoff, people names) {
	somebody := func(key, id string) {
		if id != "" && id != policy.TheStrategist {
			f.refer(people, key, nobody, id)
		}
	}
	somebody("proposal.kickoff.owner", k.Owner)
	seen := names{}
	for i, s := range k.Sections {
		key := item("proposal.kickoff.sections", i)
		f.name(key+".name", s.Name)
		f.unique(seen, key+".name", s.Name)
		for j, t := range s.Tasks {
			key := item(key+".tasks", j)
			f.name(key+".name", t.Name)
			somebody(key+".assignee", t.Assignee)
			f.notNegative(key+".due", t.Due, "working days after the signature")
		}
	}
}

// proposalPolicy is how proposals are handled, as their workflow has it.
func proposalPolicy(c *Config) policy.Proposal {
	p := c.Proposal
	if p.Strategists == "" {
		return policy.Proposal{}
	}
	made := policy.Proposal{
		Handbook: c.Digest, Shape: policy.ProposalShape, Company: c.Company.Name, Terms: p.Terms, Strategists: p.Strategists, Calendar: p.Calendar,
		Review: p.Review, Approval: p.Approval, Operations: p.Operations, MaxPause: p.MaxPause, MaxExtension: p.MaxExtension,
		MaxRounds: p.MaxRounds, InTurn: p.InTurn, AskAgain: p.AskAgain, Signature: policy.Signature(p.Signature),
		Kickoff: policy.Kickoff{Owner: p.Kickoff.Owner}, InvoiceDue: p.InvoiceDue, WonStage: p.WonStage, Channel: p.Channel,
		Calendars: named(c.Calendars, p.Review, p.Approval, p.Operations, policy.Ladder{{Clock: p.Calendar}}),
	}
	for _, t := range p.Tiers {
		made.Tiers = append(made.Tiers, policy.Tier{
			Name: t.Name, Over: byCurrency(t.Over), DiscountOver: t.DiscountOver, Role: t.Role, Need: t.Need, Veto: t.Veto, InTurn: t.InTurn,
		})
	}
	for _, s := range p.Kickoff.Sections {
		section := policy.KickoffSection{Name: s.Name}
		for _, t := range s.Tasks {
			section.Tasks = append(section.Tasks, policy.KickoffTask(t))
		}
		made.Kickoff.Sections = append(made.Kickoff.Sections, section)
	}
	return made
}
