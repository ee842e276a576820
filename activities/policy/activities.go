package policy

// Activities answer workflows' questions from the handbook in force.
type Activities struct {
	// Current is the handbook in force; each question asks for it anew.
	Current func() *Book
}
