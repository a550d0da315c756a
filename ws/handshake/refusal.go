package handshake

import "strconv"

// AppendRefusal appends a whole HTTP/1.1 response that refuses a handshake:
// the status and fields of e, its Text as a plain text body, and Connection:
// close, since what follows on the connection can't be trusted to be HTTP. A
// Status that is no error or redirection becomes 500. Fields of e that can't
// be written are left out. A redirection is a refusal with a Location.
//
//req:impl RFC6455-4.2.2-03
func AppendRefusal(dst []byte, e *Error) []byte {
	status := e.Status
	if status < 300 || status > 599 {
		status = 500
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, reason(status)...)
	dst = append(dst, "\r\nConnection: close"...)
	for _, f := range e.Fields {
		// Upgrade on this hop has to be named in Connection (RFC 9110,
		// section 7.8).
		if equalFold(f.Name, "Upgrade") {
			dst = append(dst, ", Upgrade"...)
			break
		}
	}
	dst = append(dst, "\r\n"...)
	for _, f := range e.Fields {
		if isToken(f.Name) && only(f.Value, classValue) && !equalFold(f.Name, "Connection") &&
			!equalFold(f.Name, "Content-Length") && !equalFold(f.Name, "Transfer-Encoding") {
			dst = appendField(dst, f.Name, f.Value)
		}
	}
	dst = append(dst, "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(e.Text)+1), 10)
	dst = append(dst, "\r\n\r\n"...)
	dst = append(dst, e.Text...)
	return append(dst, '\n')
}

// reasons are the statuses that a handshake is answered with.
var reasons = map[int]string{
	301: "Moved Permanently",
	302: "Found",
	303: "See Other",
	307: "Temporary Redirect",
	308: "Permanent Redirect",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	410: "Gone",
	414: "URI Too Long",
	426: "Upgrade Required",
	429: "Too Many Requests",
	431: "Request Header Fields Too Large",
	500: "Internal Server Error",
	501: "Not Implemented",
	502: "Bad Gateway",
	503: "Service Unavailable",
	504: "Gateway Timeout",
	505: "HTTP Version Not Supported",
}

// reason gives the reason phrase, a general one for rare statuses.
func reason(status int) string {
	if r, ok := reasons[status]; ok {
		return r
	}
	switch status / 100 {
	case 3:
		return "Redirection"
	case 4:
		return "Client Error"
	default:
		return "Server Error"
	}
}
