package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// texts parses an SVG and gives what stands in its elements, by their names.
func texts(t *testing.T, svg string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	open := []string{""}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			open = append(open, x.Name.Local)
			found["<"+x.Name.Local+">"] = append(found["<"+x.Name.Local+">"], "")
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			in := open[len(open)-1]
			found[in] = append(found[in], string(x))
		}
	}
}

// whatAllHave are the properties of every chart.
func whatAllHave(t *testing.T, svg string, names ...string) {
	t.Helper()
	found := texts(t, svg)
	assert.Equal(t, []string{"A <title> & more"}, found["title"])
	assert.Equal(t, []string{"in words"}, found["desc"])
	for _, name := range names {
		assert.Contains(t, found["text"], name)
	}
	assert.Contains(t, svg, `role="img" aria-labelledby="title desc"`)
	assert.Contains(t, svg, "prefers-color-scheme: dark")
	assert.NotContains(t, svg, "NaN")
	assert.NotContains(t, svg, "Inf")
}

func TestBars(t *testing.T) {
	svg := Bars("A <title> & more", "in words", "µs", []Bar{
		{Name: "best", Group: Ours, Value: 1, Low: 0.5, High: 1.5, Note: "x 0.50"},
		{Name: `<"&>`, Group: Peer, Value: 2, Low: 1, High: 4, Note: "x 1.00"},
	})
	whatAllHave(t, svg, "best", `<"&>`, "x 0.50", "1.00", "2.00", "4", "Longwire", "other Go libraries")
	assert.NotContains(t, svg, ">other languages<", "the legend has what is there")
	// The whole width is 4, so 1 and 2 are a quarter and a half of 470.
	assert.Contains(t, svg, `<rect class="ours" x="150" y="86" width="117.5" height="16"/>`)
	assert.Contains(t, svg, `<rect class="peer" x="150" y="112" width="235.0" height="16"/>`)
	whatAllHave(t, Bars("A <title> & more", "in words", "µs", []Bar{{Name: "zero"}}), "zero")
	whatAllHave(t, Bars("A <title> & more", "in words", "µs", nil))
}

func TestRanges(t *testing.T) {
	svg := Ranges("A <title> & more", "in words", "µs", [3]string{"p50", "p99", "p99.9"}, []Range{
		{Name: "steady", Group: Ours, Values: [3]float64{10, 100, 1000}},
		{Name: "<late>", Group: Limit, Values: [3]float64{20, 3000, 50000}},
	})
	whatAllHave(t, svg, "steady", "<late>", "p99.9", "3000", "50 k", "100 k")
	// Powers of ten from 10 to 100,000 are a quarter of 470 apart.
	assert.Contains(t, svg, `<rect class="ours" x="150.0" y="91" width="235.0" height="6"/>`)
	whatAllHave(t, Ranges("A <title> & more", "in words", "µs", [3]string{"a", "b", "c"}, []Range{{Name: "zero"}}), "zero")
	whatAllHave(t, Ranges("A <title> & more", "in words", "µs", [3]string{"a", "b", "c"}, nil))
}

func TestTicks(t *testing.T) {
	for most, want := range map[float64]float64{1: 0.2, 3.9: 0.5, 4: 1, 7: 1, 9.9: 1, 13: 2, 5.5e6: 1e6, 132: 20} {
		step := tick(most)
		assert.InEpsilon(t, want, step, 1e-9, "%v", most)
	}
	assert.Equal(t, "2 M", label(2e6))
	assert.Equal(t, "20 k", label(2e4))
	assert.Equal(t, "0.2", label(0.2))
}
