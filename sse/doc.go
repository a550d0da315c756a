// Package sse is Server-Sent Events: servers, clients and a hub.
package sse
