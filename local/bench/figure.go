package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
)

// Figure is one thing that was measured, beside its reference from the same run.
type Figure struct {
	// Name is the benchmark's, a dot, and what was measured: "server.alone".
	Name string `json:"name"`
	// Unit is of the value and the reference: "ms", "leads/s".
	Unit      string  `json:"unit"`
	Value     float64 `json:"value"`
	Reference float64 `json:"reference,omitempty"` // 0 where there is none
	// Ratio is how many times as good as the reference the value is: above 1 is better, whether more or less of the unit is.
	Ratio float64 `json:"ratio,omitempty"` // 0 where there is no reference

	says    string // what the value is, for people
	against string // what the reference is
	aim     aim
}

// aim is what is hoped for: a bound on the ratio or on the value. The zero value is none.
type aim struct {
	ratioAtLeast float64
	valueAtMost  float64
}

// more is a figure of which more is better.
func more(name, unit, says string, value float64, against string, reference float64) Figure {
	return Figure{
		Name: name, Unit: unit, Value: value, Reference: reference, Ratio: over(value, reference), says: says, against: against,
	}
}

// less is a figure of which less is better.
func less(name, unit, says string, value float64, against string, reference float64) Figure {
	return Figure{
		Name: name, Unit: unit, Value: value, Reference: reference, Ratio: over(reference, value), says: says, against: against,
	}
}

func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// aiming is the figure with an aim for its ratio.
func (f Figure) aiming(ratioAtLeast float64) Figure {
	f.aim.ratioAtLeast = ratioAtLeast
	return f
}

// bounded is the figure with an aim for its value.
func (f Figure) bounded(valueAtMost float64) Figure {
	f.aim.valueAtMost = valueAtMost
	return f
}

// verdict says the aim and whether it is met; "" where there is none.
func (f Figure) verdict() string {
	text, met := "", false
	switch {
	case f.aim.ratioAtLeast > 0:
		text, met = "≥ "+number(f.aim.ratioAtLeast)+"×", f.Ratio >= f.aim.ratioAtLeast
	case f.aim.valueAtMost > 0:
		text, met = "≤ "+number(f.aim.valueAtMost)+" "+f.Unit, f.Value <= f.aim.valueAtMost
	default:
		return ""
	}
	if met {
		return text + " met"
	}
	return text + " MISSED"
}

// number writes three digits that matter.
func number(v float64) string {
	switch {
	case v == float64(int64(v)), v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

// printTable prints the figures for people.
func printTable(out io.Writer, figures []Figure) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "FIGURE\tVALUE\tREFERENCE\tRATIO\tAIM\tWHAT")
	for _, f := range figures {
		reference, ratio, what := "", "", f.says
		if f.Reference != 0 {
			reference, ratio = number(f.Reference)+" "+f.Unit, number(f.Ratio)+"×"
		}
		if f.against != "" {
			what += "; against " + f.against
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\t%s\t%s\n", f.Name, number(f.Value), f.Unit, reference, ratio, f.verdict(), what)
	}
}

// printJSON prints the figures for programs, one object a line, to three decimals.
func printJSON(out io.Writer, figures []Figure) error {
	lines := json.NewEncoder(out)
	for _, f := range figures {
		for _, v := range []*float64{&f.Value, &f.Reference, &f.Ratio} {
			*v = math.Round(*v*1000) / 1000
		}
		if err := lines.Encode(f); err != nil {
			return err
		}
	}
	return nil
}
