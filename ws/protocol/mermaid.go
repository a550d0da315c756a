package protocol

import "strings"

// Mermaid draws a state table as a Mermaid state diagram. Sections stand
// behind the inputs.
func Mermaid(table []Transition) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	b.WriteString("    [*] --> " + Connecting.String() + "\n")
	for _, t := range table {
		b.WriteString("    " + t.From.String() + " --> " + t.To.String() +
			": " + t.On.String() + " (" + t.Section + ")\n")
	}
	b.WriteString("    " + Closed.String() + " --> [*]\n")
	return b.String()
}
