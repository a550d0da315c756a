package deflate

// Error is one way in which what a peer sent is no compressed message. Each is
// one package variable, so errors.Is tells them apart and nothing is allocated
// when one is found. Treat them as read-only.
type Error struct {
	// Section is where the broken rule stands: "RFC 1951 section 3.2.3".
	Section string
	// Token is a short name for metrics and logs that stays the same in later
	// versions: "block-type".
	Token string
	// Text says in a few words what is wrong. It fits the reason of a Close
	// frame.
	Text string
}

// Error gives the text with the section that it breaks: "reserved block type
// (RFC 1951 section 3.2.3)".
func (e *Error) Error() string { return e.Text + " (" + e.Section + ")" }

// What is wrong with a message.
var (
	ErrBlockType       = violation("3.2.3", "block-type", "reserved block type")
	ErrStoredLength    = violation("3.2.4", "stored-length", "length of a stored block and its complement differ")
	ErrCodeCount       = violation("3.2.7", "code-count", "more literal/length or distance codes than there are")
	ErrCodeLengthCode  = violation("3.2.7", "code-length-code", "code lengths are no code: code length code")
	ErrCodeLengths     = violation("3.2.7", "code-lengths", "code length repeated before the first or past the last")
	ErrNoEndOfBlock    = violation("3.2.7", "no-end-of-block", "no code for the end of the block")
	ErrLiteralCode     = violation("3.2.2", "literal-code", "code lengths are no code: literal/length code")
	ErrDistanceCode    = violation("3.2.2", "distance-code", "code lengths are no code: distance code")
	ErrLengthSymbol    = violation("3.2.6", "length-symbol", "literal/length code without a meaning")
	ErrDistanceSymbol  = violation("3.2.6", "distance-symbol", "distance code without a meaning")
	ErrDistance        = &Error{"RFC 7692 section 7.2.1", "distance", "distance goes back beyond the window"}
	ErrUnfinishedBlock = &Error{"RFC 7692 section 7.2.1", "unfinished-block", "message ends inside a block"}
)

func violation(section, token, text string) *Error {
	return &Error{"RFC 1951 section " + section, token, text}
}
