package lws

import "github.com/golws/golws/core/engine"

// The reasons for which a Handler is called; engine.Reason and lws-callbacks.h
// say what each means and brings.
const (
	ReasonProtocolInit                    = engine.ReasonProtocolInit
	ReasonProtocolDestroy                 = engine.ReasonProtocolDestroy
	ReasonWSICreate                       = engine.ReasonWSICreate
	ReasonWSIDestroy                      = engine.ReasonWSIDestroy
	ReasonServerNewClientInstantiated     = engine.ReasonServerNewClientInstantiated
	ReasonHTTP                            = engine.ReasonHTTP
	ReasonHTTPBody                        = engine.ReasonHTTPBody
	ReasonHTTPBodyCompletion              = engine.ReasonHTTPBodyCompletion
	ReasonHTTPFileCompletion              = engine.ReasonHTTPFileCompletion
	ReasonHTTPWriteable                   = engine.ReasonHTTPWriteable
	ReasonClosedHTTP                      = engine.ReasonClosedHTTP
	ReasonFilterHTTPConnection            = engine.ReasonFilterHTTPConnection
	ReasonAddHeaders                      = engine.ReasonAddHeaders
	ReasonVerifyBasicAuthorization        = engine.ReasonVerifyBasicAuthorization
	ReasonCheckAccessRights               = engine.ReasonCheckAccessRights
	ReasonHTTPBindProtocol                = engine.ReasonHTTPBindProtocol
	ReasonHTTPDropProtocol                = engine.ReasonHTTPDropProtocol
	ReasonHTTPConfirmUpgrade              = engine.ReasonHTTPConfirmUpgrade
	ReasonEstablishedClientHTTP           = engine.ReasonEstablishedClientHTTP
	ReasonClosedClientHTTP                = engine.ReasonClosedClientHTTP
	ReasonReceiveClientHTTPRead           = engine.ReasonReceiveClientHTTPRead
	ReasonReceiveClientHTTP               = engine.ReasonReceiveClientHTTP
	ReasonCompletedClientHTTP             = engine.ReasonCompletedClientHTTP
	ReasonClientHTTPWriteable             = engine.ReasonClientHTTPWriteable
	ReasonClientHTTPBindProtocol          = engine.ReasonClientHTTPBindProtocol
	ReasonClientHTTPDropProtocol          = engine.ReasonClientHTTPDropProtocol
	ReasonEstablished                     = engine.ReasonEstablished
	ReasonClosed                          = engine.ReasonClosed
	ReasonServerWriteable                 = engine.ReasonServerWriteable
	ReasonReceive                         = engine.ReasonReceive
	ReasonReceivePong                     = engine.ReasonReceivePong
	ReasonWSPeerInitiatedClose            = engine.ReasonWSPeerInitiatedClose
	ReasonFilterProtocolConnection        = engine.ReasonFilterProtocolConnection
	ReasonConfirmExtensionOkay            = engine.ReasonConfirmExtensionOkay
	ReasonWSServerBindProtocol            = engine.ReasonWSServerBindProtocol
	ReasonWSServerDropProtocol            = engine.ReasonWSServerDropProtocol
	ReasonClientConnectionError           = engine.ReasonClientConnectionError
	ReasonClientFilterPreEstablish        = engine.ReasonClientFilterPreEstablish
	ReasonClientEstablished               = engine.ReasonClientEstablished
	ReasonClientClosed                    = engine.ReasonClientClosed
	ReasonClientAppendHandshakeHeader     = engine.ReasonClientAppendHandshakeHeader
	ReasonClientReceive                   = engine.ReasonClientReceive
	ReasonClientReceivePong               = engine.ReasonClientReceivePong
	ReasonClientWriteable                 = engine.ReasonClientWriteable
	ReasonClientConfirmExtensionSupported = engine.ReasonClientConfirmExtensionSupported
	ReasonFilterNetworkConnection         = engine.ReasonFilterNetworkConnection
	ReasonWSClientBindProtocol            = engine.ReasonWSClientBindProtocol
	ReasonWSClientDropProtocol            = engine.ReasonWSClientDropProtocol
	ReasonGetThreadID                     = engine.ReasonGetThreadID
	ReasonRawRX                           = engine.ReasonRawRX
	ReasonRawClose                        = engine.ReasonRawClose
	ReasonRawWriteable                    = engine.ReasonRawWriteable
	ReasonRawAdopt                        = engine.ReasonRawAdopt
	ReasonRawConnected                    = engine.ReasonRawConnected
	ReasonRawSktBindProtocol              = engine.ReasonRawSktBindProtocol
	ReasonRawSktDropProtocol              = engine.ReasonRawSktDropProtocol
	ReasonRawAdoptFile                    = engine.ReasonRawAdoptFile
	ReasonRawRXFile                       = engine.ReasonRawRXFile
	ReasonRawWriteableFile                = engine.ReasonRawWriteableFile
	ReasonRawCloseFile                    = engine.ReasonRawCloseFile
	ReasonRawFileBindProtocol             = engine.ReasonRawFileBindProtocol
	ReasonRawFileDropProtocol             = engine.ReasonRawFileDropProtocol
	ReasonTimer                           = engine.ReasonTimer
	ReasonEventWaitCancelled              = engine.ReasonEventWaitCancelled
	ReasonChildClosing                    = engine.ReasonChildClosing
	ReasonConnecting                      = engine.ReasonConnecting
	ReasonUser                            = engine.ReasonUser
)

// What a Write is.
const (
	WriteText         = engine.WriteText
	WriteBinary       = engine.WriteBinary
	WriteContinuation = engine.WriteContinuation
	WriteNoFin        = engine.WriteNoFin
	WritePing         = engine.WritePing
	WritePong         = engine.WritePong
	WriteHTTP         = engine.WriteHTTP
	WriteHTTPFinal    = engine.WriteHTTPFinal
	WriteHTTPHeaders  = engine.WriteHTTPHeaders
)

// Ports of vhosts that do not listen.
const (
	NoListen       = engine.NoListen
	NoListenServer = engine.NoListenServer
)

// Kinds of mount.
const (
	MountFile     = engine.MountFile
	MountCallback = engine.MountCallback
)

// Log levels.
const (
	LogErr    = engine.LogErr
	LogWarn   = engine.LogWarn
	LogNotice = engine.LogNotice
	LogInfo   = engine.LogInfo
	LogDebug  = engine.LogDebug
)
