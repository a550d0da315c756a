package comet_test

import (
	"mime"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who asks for multipart/mixed gets it, with the parts that the other type has.
func TestMultipartType(t *testing.T) {
	s := overTCP(t, allow())
	for accept, want := range map[string]string{
		"":                    "multipart/x-mixed-replace",
		"*/*":                 "multipart/x-mixed-replace",
		"multipart/*":         "multipart/x-mixed-replace",
		"multipart/mixed-not": "multipart/x-mixed-replace",
		"multipart/mixed":     "multipart/mixed",
		"application/json, Multipart/Mixed;q=0.5": "multipart/mixed",
		"multipart/mixed;q=0, */*":                "multipart/x-mixed-replace",
	} {
		r := s.request(http.MethodGet, "multipart", nil)
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		resp, err := s.client.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		require.NoError(t, err)
		assert.Equal(t, want, kind, accept)
		assert.NotEmpty(t, params["boundary"])
	}
}
