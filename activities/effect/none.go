package effect

// None is the request or the answer of a step that has none.
type None struct{}
