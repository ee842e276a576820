package ledger

import "github.com/throughline-dev/throughline/sandbox/client"

// Tally counts effects. The zero value is empty and ready.
type Tally struct {
	effects []client.Effect
	at      map[[2]string]int // by operation and key
}

// Count adds n of an effect, and the record that they are about. What an effect is besides its count is taken from the first
// one with the same operation and key.
func (t *Tally) Count(e client.Effect, record string, n int) {
	index := [2]string{e.Operation, e.Key}
	i, known := t.at[index]
	if !known {
		if t.at == nil {
			t.at = map[[2]string]int{}
		}
		i = len(t.effects)
		t.at[index] = i
		t.effects = append(t.effects, e)
	}
	t.effects[i].Count += n
	t.effects[i].Records = append(t.effects[i].Records, record)
}

// Effects are those that were counted, in the order in which they first appeared.
func (t *Tally) Effects() []client.Effect { return t.effects }
