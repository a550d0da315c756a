package sse

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"
)

const (
	epochOctets = 6
	maxRingID   = 2*epochOctets + len("-") + len("18446744073709551615")
)

// newEpoch gives what the IDs of a new Ring begin with.
func newEpoch() string {
	var b [epochOctets]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func ringID(epoch string, n uint64) string {
	b := make([]byte, 0, maxRingID)
	b = append(append(b, epoch...), '-')
	return string(strconv.AppendUint(b, n, 10))
}

// parseRingID takes an ID apart. Each ID has one spelling, the one of ringID;
// whatever else a client may send is not ok.
func parseRingID(id string) (epoch string, n uint64, ok bool) {
	if len(id) > maxRingID {
		return "", 0, false
	}
	epoch, digits, ok := strings.Cut(id, "-")
	if !ok || len(epoch) != 2*epochOctets || digits == "" || digits[0] == '0' && digits != "0" {
		return "", 0, false
	}
	for i := range len(epoch) {
		if c := epoch[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", 0, false
		}
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return "", 0, false
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return epoch, n, err == nil
}
