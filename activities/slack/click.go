package slack

// ActionPrefix marks the buttons that are ours: an action_id is "throughline:<action>".
const ActionPrefix = "throughline:"

// Click is somebody's click on a card's button.
type Click struct {
	// ID tells this click from any other; the same click delivered twice has the same ID.
	ID      string
	User    string  // Slack user ID
	Channel string  // the channel of the card
	Message Posted  // the card
	Action  string  // Button.Action
	Task    TaskRef // Card.Task
	// ResponseURL takes answers to the click for half an hour, without a token.
	ResponseURL string
}

// ParseClick reads an interaction's payload, the JSON in the form field "payload" that Slack posts.
func ParseClick(payload []byte) (Click, error) { panic("being written") }
