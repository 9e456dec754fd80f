// Package h1 has the HTTP/1 roles: Server ("http"), which takes accepted
// connections, and Client ("h1"), which engine.Connect dials HTTP methods
// with. The wire is core/wire/h1; this package joins it to lws's callbacks.
//
// What an exchange needs (parser, head, how far the answer has got) is an
// Exchange from a pool. It hangs on Wsi.HTTP from the first byte of a request
// to the end of its answer, so an idle connection holds none.
//
// # Upgrades
//
// A request with an Upgrade header is offered to the role of that name
// ("websocket" is role "ws") where that is an Upgrader. It finds the parsed
// head in the Exchange, and calls Exchange.Release when it needs it no more.
package h1
