package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	report, err := readReport(reportDir, "example")
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, printTable(&b, serverSide, []string{"1.1.1", "1.1.2", "2.10", "6.4.1", "6.4.2", "7.1.6", "12.1.1"}, report))
	assert.Equal(t, `
  server  OK  NON-STRICT  INFORMATIONAL  UNIMPLEMENTED  FAILED  close wrong  no result
       1   1           0              0              0       0            0          1
       2   1           0              0              0       0            1          0
       6   0           1              0              0       1            1          0
       7   0           0              1              0       0            0          0
      12   0           0              0              1       0            0          0
     all   2           1              1              1       1            2          1
`, b.String())
}
