package handshake

// fieldID tells the fields apart that a handshake looks for. They are noted
// while a head is read, so that finding one is no search.
type fieldID uint8

const (
	fieldOther fieldID = iota
	fieldHost
	fieldOrigin
	fieldUpgrade
	fieldConnection
	fieldContentLength
	fieldTransferEncoding
	fieldKey
	fieldAccept
	fieldVersion
	fieldProtocol
	fieldExtensions

	fieldIDs = iota
)

// fieldNames has their names, in the spelling in which http.Header finds them
// without making a string.
var fieldNames = [fieldIDs]string{
	fieldHost:             "Host",
	fieldOrigin:           "Origin",
	fieldUpgrade:          "Upgrade",
	fieldConnection:       "Connection",
	fieldContentLength:    "Content-Length",
	fieldTransferEncoding: "Transfer-Encoding",
	fieldKey:              "Sec-Websocket-Key",
	fieldAccept:           "Sec-Websocket-Accept",
	fieldVersion:          "Sec-Websocket-Version",
	fieldProtocol:         "Sec-Websocket-Protocol",
	fieldExtensions:       "Sec-Websocket-Extensions",
}

// knownLengths has a bit for each length of a name.
var knownLengths = func() (bits uint64) {
	for _, name := range fieldNames[1:] {
		bits |= 1 << len(name)
	}
	return bits
}()

// identify gives the id of the field with this name, in whatever case. The
// spelling of RFC 6455, which almost everybody sends, is found at once.
func identify(name []byte) fieldID {
	switch string(name) {
	case "Host":
		return fieldHost
	case "Origin":
		return fieldOrigin
	case "Upgrade":
		return fieldUpgrade
	case "Connection":
		return fieldConnection
	case "Sec-WebSocket-Key":
		return fieldKey
	case "Sec-WebSocket-Accept":
		return fieldAccept
	case "Sec-WebSocket-Version":
		return fieldVersion
	case "Sec-WebSocket-Protocol":
		return fieldProtocol
	case "Sec-WebSocket-Extensions":
		return fieldExtensions
	}
	if len(name) >= 64 || knownLengths>>len(name)&1 == 0 {
		return fieldOther
	}
	for id := fieldOther + 1; id < fieldIDs; id++ {
		if known := fieldNames[id]; len(known) == len(name) && equalFold(known, string(name)) {
			return id
		}
	}
	return fieldOther
}

// valuesOf gives the values of a field, whatever in holds.
func valuesOf(in Fields, id fieldID) []string {
	if h, ok := in.(*Head); ok {
		return h.known(id)
	}
	return in.Values(fieldNames[id])
}
