package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckConditionTakesWhatRulesNeed(t *testing.T) {
	for _, when := range []string{
		`company.employees >= 500`,
		`lead.country in ["DE", "AT", "CH"]`,
		`lead.country == "US" and upper(trim(lead.region)) in ["CA", "CALIFORNIA"]`,
		`lead.utm.source == "partner" or "gclid" in lead.utm`,
		`lead["country"] == "GB"`,
		`not company.known`,
		`!company.known && lead.employees > 10`,
		`(lead.country != "" ? lead.country : company.country) == "FR"`,
		`company.domain endsWith ".edu" or company.industry matches "^(higher )?education"`,
		`len(lead.company) > 0`,
		`lead.country == ""`,
		`true`,
		"lead.country == \"DE\" and\n  company.employees < 50",
	} {
		assert.NoError(t, CheckCondition(when), when)
	}
}

func TestCheckConditionNamesThePositionAndTheFix(t *testing.T) {
	for when, want := range map[string]string{
		`company.employes >= 500`:                       `column 9: company has no "employes"; did you mean "employees"?`,
		`lead.turnover > 5`:                             `column 6: lead has no "turnover"; it has country, region, employees, company, domain, utm`,
		`leed.country == "DE"`:                          `column 1: "leed" is nothing that a condition knows; did you mean "lead"?`,
		`lead.country == DE`:                            `column 17: "DE" is nothing that a condition knows; it knows lead and company, and a text stands in quotes`,
		`$env.lead.country == "DE"`:                     `column 1: "$env" is nothing that a condition knows; it knows lead and company, and a text stands in quotes`,
		`lead == company`:                               `column 1: lead is no value by itself: name one of its fields, such as lead.country`,
		`lead.country.code == "DE"`:                     `column 14: lead.country has no fields`,
		`lead.utm.source.x == "DE"`:                     `column 17: lead.utm.source has no fields`,
		`lead.country == "Germany"`:                     `column 17: lead.country is two capital letters such as "DE" (ISO 3166-1), never "Germany"`,
		`"de" == company.country`:                       `column 1: company.country is two capital letters such as "DE" (ISO 3166-1), never "de"`,
		`lead.country in ["DE", "uk"]`:                  `column 24: lead.country is two capital letters such as "DE" (ISO 3166-1), never "uk"`,
		`company.employees >= "500"`:                    `column 19: invalid operation: >= (mismatched types int and string)`,
		`company.employees`:                             `must be true or false: expected bool, but got int`,
		``:                                              `column 1: unexpected token EOF`,
		`company.employees >=`:                          `column 20: unexpected token EOF`,
		"lead.country == \"DE\" and\n  leed.x":          `line 2, column 3: "leed" is nothing that a condition knows; did you mean "lead"?`,
		`now().Hour() > 8`:                              `column 7: there is no function now().Hour(); conditions have upper, lower, trim, len`,
		`isEdu(lead.domain)`:                            `column 1: there is no function isEdu(); conditions have upper, lower, trim, len`,
		`any(1..1000000, true)`:                         `column 1: any() is not for conditions; they have upper, lower, trim, len`,
		`repeat(lead.company, 1000000) == ""`:           `column 1: repeat() is not for conditions; they have upper, lower, trim, len`,
		`5 in 1..1000000`:                               `column 7: a range is not for conditions: compare with >= and <=`,
		`lead.company matches lead.region`:              `column 27: matches needs a pattern in quotes`,
		`lead.company matches "("`:                      "column 14: error parsing regexp: missing closing ): `(`",
		`let a = lead.company; let b = a + a; b == "x"`: `column 5: what stands here is not for conditions: compare values, and join comparisons by and, or, not`,
		`lead?.country == "DE"`:                         `column 7: what stands here is not for conditions: compare values, and join comparisons by and, or, not`,
		strings.Repeat("(", 5000):                       `is 5000 bytes long: a condition has at most 4096`,
	} {
		assert.EqualError(t, CheckCondition(when), want, when)
	}
}

func TestCheckConditionAnswersWhateverIsWritten(t *testing.T) {
	// Each as deep as a condition may be.
	for _, part := range []string{"(", "[", "!", "-", "a.", "1+", "true?", "{a:", "len(", `"`, "lead.utm.", "not "} {
		when := strings.Repeat(part, maxCondition/len(part))
		assert.Error(t, CheckCondition(when), part)
	}
}

func FuzzCheckCondition(f *testing.F) {
	f.Add(`lead.country in ["DE"] and company.employees > 5`)
	f.Add(`lead.utm["source"] matches "^a+$" ? company.known : !true`)
	f.Fuzz(func(t *testing.T, when string) {
		c, err := territoryLanguage.compile(when)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(when, "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		c.decide(facts{}) // must end, whatever it is
	})
}

func TestDecideSaysWhichValuesDecided(t *testing.T) {
	f := facts{
		Lead:    LeadFacts{Country: "DE", Region: "Bayern", UTM: map[string]string{"source": "fair"}},
		Company: CompanyFacts{Known: true, Employees: 40},
	}
	for when, want := range map[string]string{
		`company.employees >= 500`: `company.employees >= 500 is false: company.employees is 40`,
		`company.known`:            `company.known is true: company.known is true`,
		`lead.country == "DE" and lead.region != lead.country`: `lead.country == "DE" and lead.region != lead.country is true: lead.country is "DE", lead.region is "Bayern"`,
		`lead.employees > 5`:            `lead.employees > 5 is false: lead.employees is not known`,
		`lead.utm.source == "fair"`:     `lead.utm.source == "fair" is true: lead.utm.source is "fair"`,
		`lead.utm.medium == "web"`:      `lead.utm.medium == "web" is false: lead.utm.medium is not known`,
		`"gclid" in lead.utm`:           `"gclid" in lead.utm is false: lead.utm is map["source":"fair"]`,
		"true\n  and\n company.known":   `true and company.known is true: company.known is true`,
		`10 % lead.employees == 0`:      `could not be decided, which counts as not matched: integer divide by zero`,
		`lead.country == "AT" or false`: `lead.country == "AT" or false is false: lead.country is "DE"`,
	} {
		c, err := territoryLanguage.compile(when)
		require.NoError(t, err, when)
		_, because := c.decide(f)
		assert.Equal(t, want, because)
	}
}

func TestDecideWithNothingKnown(t *testing.T) {
	c, err := territoryLanguage.compile(`lead.utm.source == "" and "x" not in lead.utm`)
	require.NoError(t, err)
	matched, because := c.decide(facts{})
	assert.True(t, matched, because)
	assert.Contains(t, because, "lead.utm.source is not known, lead.utm is not known")
}

func TestConditionsKeptAreBounded(t *testing.T) {
	var c conditions
	for n := range 3 * maxKeptConditions {
		one, err := c.get(fmt.Sprintf("lead.employees > %d", n))
		require.NoError(t, err)
		again, _ := c.get(fmt.Sprintf("lead.employees > %d", n))
		require.Same(t, one, again)
		require.LessOrEqual(t, len(c.kept), maxKeptConditions)
	}
}
