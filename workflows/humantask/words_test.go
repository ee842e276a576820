package humantask

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestACardTellsTheLatestWhereItCannotTellAll(t *testing.T) {
	var task task
	for day := range 10 {
		task.story = append(task.story, Happening{
			What: Noted, At: time.Date(2026, 8, 1+day, 9, 0, 0, 0, time.UTC), Note: strings.Repeat("é", 400),
		})
	}
	told := task.tale()
	require.True(t, strings.HasPrefix(told, "…\nSat 8 Aug"), told[:40])
	require.Contains(t, told, "Mon 10 Aug")

	task.story = task.story[:1]
	task.story[0].Note = strings.Repeat("x", 5000)
	require.Contains(t, task.tale(), "xxx", "something is told in any case")
}
