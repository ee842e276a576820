package policy

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// The bounds of a condition. It has no loop, so its work grows with its length only; the memory budget counts the items of
// the lists that it makes.
const (
	maxCondition      = 4096 // bytes
	conditionMemory   = 10_000
	maxKeptConditions = 512
)

// facts is what a territory's condition knows.
type facts struct {
	Lead    LeadFacts    `expr:"lead"`
	Company CompanyFacts `expr:"company"`
}

// condition is a condition, ready to be decided. It is safe for concurrent use.
type condition struct {
	text    string // on one line
	program *vm.Program
	uses    []fact // what it looks at, in the order that it is written
}

// CheckCondition reports what is wrong with a territory's condition, by its position in the text: a name that doesn't exist
// (with the one that was probably meant), types that don't go together, a country that is no country code, a function or a
// construction that conditions don't have. It is nil where the condition can be used.
func CheckCondition(when string) error {
	_, err := territoryLanguage.compile(when)
	return err
}

// compile makes a condition of its text.
func (l *language) compile(when string) (*condition, error) {
	if len(when) > maxCondition {
		return nil, fmt.Errorf("is %d bytes long: a condition has at most %d", len(when), maxCondition)
	}
	uses, err := l.inspect(when)
	if err == nil {
		var program *vm.Program
		program, err = expr.Compile(when, expr.Env(l.facts), expr.AsBool(), expr.WarnOnAny())
		if err == nil {
			return &condition{text: strings.Join(strings.Fields(when), " "), program: program, uses: uses}, nil
		}
	}
	if fe, ok := errors.AsType[*file.Error](err); ok {
		return nil, at(fe)
	}
	return nil, fmt.Errorf("must be true or false: %w", err)
}

// at is an error of the compiler on one line, with its position as people count: from 1.
func at(fe *file.Error) error {
	if fe.Line > 1 {
		return fmt.Errorf("line %d, column %d: %s", fe.Line, fe.Column+1, fe.Message)
	}
	return fmt.Errorf("column %d: %s", fe.Column+1, fe.Message)
}

// decide says whether the condition is true of facts, which are of its language's type, and because of what. A condition that
// fails is not true, and says so.
func (c *condition) decide(f any) (matched bool, because string) {
	machine := vm.VM{MemoryBudget: conditionMemory}
	out, err := machine.Run(c.program, f)
	if err != nil {
		return false, undecided(err)
	}
	matched = out.(bool) // the compiler has made sure
	because = fmt.Sprintf("%s is %t", c.text, matched)
	v := reflect.ValueOf(f)
	for i, use := range c.uses {
		separator := ", "
		if i == 0 {
			separator = ": "
		}
		because += separator + use.name + " is " + use.value(v)
	}
	return matched, because
}

func undecided(err error) string {
	message := err.Error()
	if fe, ok := errors.AsType[*file.Error](err); ok {
		message = strings.TrimPrefix(fe.Message, "runtime error: ")
	}
	return "could not be decided, which counts as not matched: " + message
}

// conditions keeps what was compiled of territories, since every lead brings the same few. The zero value is ready.
type conditions struct {
	mu   sync.Mutex
	kept map[string]compiled
}

type compiled struct {
	condition *condition
	err       error
}

func (c *conditions) get(when string) (*condition, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.kept[when]
	if !ok {
		if c.kept == nil || len(c.kept) == maxKeptConditions { // years of changed rules: begin again
			c.kept = map[string]compiled{}
		}
		one.condition, one.err = territoryLanguage.compile(when)
		c.kept[when] = one
	}
	return one.condition, one.err
}
