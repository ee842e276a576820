package main

import (
	"context"
	"fmt"

	"github.com/throughline-dev/throughline/local/stack"
)

func main() {
	t, err := stack.StartTemporal(context.Background(), stack.TemporalOptions{Web: true})
	fmt.Println(t, err)
	t.Stop()
}
