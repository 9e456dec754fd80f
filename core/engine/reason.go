package engine

import "strconv"

// Reason says why a protocol is called. The values are lws's
// (lws-callbacks.h, enum lws_callback_reasons).
type Reason int

// The reasons that golws uses now.
const (
	ReasonProtocolInit                    Reason = 27
	ReasonProtocolDestroy                 Reason = 28
	ReasonWSICreate                       Reason = 29
	ReasonWSIDestroy                      Reason = 30
	ReasonServerNewClientInstantiated     Reason = 19
	ReasonHTTP                            Reason = 12
	ReasonHTTPBody                        Reason = 13
	ReasonHTTPBodyCompletion              Reason = 14
	ReasonHTTPFileCompletion              Reason = 15
	ReasonHTTPWriteable                   Reason = 16
	ReasonClosedHTTP                      Reason = 5
	ReasonFilterHTTPConnection            Reason = 18
	ReasonAddHeaders                      Reason = 53
	ReasonVerifyBasicAuthorization        Reason = 102
	ReasonCheckAccessRights               Reason = 51
	ReasonHTTPBindProtocol                Reason = 49
	ReasonHTTPDropProtocol                Reason = 50
	ReasonHTTPConfirmUpgrade              Reason = 86
	ReasonEstablishedClientHTTP           Reason = 44
	ReasonClosedClientHTTP                Reason = 45
	ReasonReceiveClientHTTPRead           Reason = 48
	ReasonReceiveClientHTTP               Reason = 46
	ReasonCompletedClientHTTP             Reason = 47
	ReasonClientHTTPWriteable             Reason = 57
	ReasonClientHTTPBindProtocol          Reason = 85
	ReasonClientHTTPDropProtocol          Reason = 76
	ReasonEstablished                     Reason = 0
	ReasonClosed                          Reason = 4
	ReasonServerWriteable                 Reason = 11
	ReasonReceive                         Reason = 6
	ReasonReceivePong                     Reason = 7
	ReasonWSPeerInitiatedClose            Reason = 38
	ReasonFilterProtocolConnection        Reason = 20
	ReasonConfirmExtensionOkay            Reason = 25
	ReasonWSServerBindProtocol            Reason = 77
	ReasonWSServerDropProtocol            Reason = 78
	ReasonClientConnectionError           Reason = 1
	ReasonClientFilterPreEstablish        Reason = 2
	ReasonClientEstablished               Reason = 3
	ReasonClientClosed                    Reason = 75
	ReasonClientAppendHandshakeHeader     Reason = 24
	ReasonClientReceive                   Reason = 8
	ReasonClientReceivePong               Reason = 9
	ReasonClientWriteable                 Reason = 10
	ReasonClientConfirmExtensionSupported Reason = 26
	ReasonFilterNetworkConnection         Reason = 17
	ReasonWSClientBindProtocol            Reason = 79
	ReasonWSClientDropProtocol            Reason = 80
	ReasonGetThreadID                     Reason = 31
	ReasonAddPollFD                       Reason = 32
	ReasonDelPollFD                       Reason = 33
	ReasonLockPoll                        Reason = 35
	ReasonUnlockPoll                      Reason = 36
	ReasonRawRX                           Reason = 59
	ReasonRawClose                        Reason = 60
	ReasonRawWriteable                    Reason = 61
	ReasonRawAdopt                        Reason = 62
	ReasonRawConnected                    Reason = 101
	ReasonRawSktBindProtocol              Reason = 81
	ReasonRawSktDropProtocol              Reason = 82
	ReasonRawAdoptFile                    Reason = 63
	ReasonRawRXFile                       Reason = 64
	ReasonRawWriteableFile                Reason = 65
	ReasonRawCloseFile                    Reason = 66
	ReasonRawFileBindProtocol             Reason = 83
	ReasonRawFileDropProtocol             Reason = 84
	ReasonTimer                           Reason = 73
	ReasonEventWaitCancelled              Reason = 71
	ReasonChildClosing                    Reason = 69
	ReasonConnecting                      Reason = 105
	ReasonUser                            Reason = 1000
)

// String is lws's name without LWS_CALLBACK_, for logs.
func (r Reason) String() string {
	if s, ok := reasonNames[r]; ok {
		return s
	}
	return "reason " + strconv.Itoa(int(r))
}

var reasonNames = map[Reason]string{
	ReasonProtocolInit:                    "PROTOCOL_INIT",
	ReasonProtocolDestroy:                 "PROTOCOL_DESTROY",
	ReasonWSICreate:                       "WSI_CREATE",
	ReasonWSIDestroy:                      "WSI_DESTROY",
	ReasonServerNewClientInstantiated:     "SERVER_NEW_CLIENT_INSTANTIATED",
	ReasonHTTP:                            "HTTP",
	ReasonHTTPBody:                        "HTTP_BODY",
	ReasonHTTPBodyCompletion:              "HTTP_BODY_COMPLETION",
	ReasonHTTPFileCompletion:              "HTTP_FILE_COMPLETION",
	ReasonHTTPWriteable:                   "HTTP_WRITEABLE",
	ReasonClosedHTTP:                      "CLOSED_HTTP",
	ReasonFilterHTTPConnection:            "FILTER_HTTP_CONNECTION",
	ReasonAddHeaders:                      "ADD_HEADERS",
	ReasonVerifyBasicAuthorization:        "VERIFY_BASIC_AUTHORIZATION",
	ReasonCheckAccessRights:               "CHECK_ACCESS_RIGHTS",
	ReasonHTTPBindProtocol:                "HTTP_BIND_PROTOCOL",
	ReasonHTTPDropProtocol:                "HTTP_DROP_PROTOCOL",
	ReasonHTTPConfirmUpgrade:              "HTTP_CONFIRM_UPGRADE",
	ReasonEstablishedClientHTTP:           "ESTABLISHED_CLIENT_HTTP",
	ReasonClosedClientHTTP:                "CLOSED_CLIENT_HTTP",
	ReasonReceiveClientHTTPRead:           "RECEIVE_CLIENT_HTTP_READ",
	ReasonReceiveClientHTTP:               "RECEIVE_CLIENT_HTTP",
	ReasonCompletedClientHTTP:             "COMPLETED_CLIENT_HTTP",
	ReasonClientHTTPWriteable:             "CLIENT_HTTP_WRITEABLE",
	ReasonClientHTTPBindProtocol:          "CLIENT_HTTP_BIND_PROTOCOL",
	ReasonClientHTTPDropProtocol:          "CLIENT_HTTP_DROP_PROTOCOL",
	ReasonEstablished:                     "ESTABLISHED",
	ReasonClosed:                          "CLOSED",
	ReasonServerWriteable:                 "SERVER_WRITEABLE",
	ReasonReceive:                         "RECEIVE",
	ReasonReceivePong:                     "RECEIVE_PONG",
	ReasonWSPeerInitiatedClose:            "WS_PEER_INITIATED_CLOSE",
	ReasonFilterProtocolConnection:        "FILTER_PROTOCOL_CONNECTION",
	ReasonConfirmExtensionOkay:            "CONFIRM_EXTENSION_OKAY",
	ReasonWSServerBindProtocol:            "WS_SERVER_BIND_PROTOCOL",
	ReasonWSServerDropProtocol:            "WS_SERVER_DROP_PROTOCOL",
	ReasonClientConnectionError:           "CLIENT_CONNECTION_ERROR",
	ReasonClientFilterPreEstablish:        "CLIENT_FILTER_PRE_ESTABLISH",
	ReasonClientEstablished:               "CLIENT_ESTABLISHED",
	ReasonClientClosed:                    "CLIENT_CLOSED",
	ReasonClientAppendHandshakeHeader:     "CLIENT_APPEND_HANDSHAKE_HEADER",
	ReasonClientReceive:                   "CLIENT_RECEIVE",
	ReasonClientReceivePong:               "CLIENT_RECEIVE_PONG",
	ReasonClientWriteable:                 "CLIENT_WRITEABLE",
	ReasonClientConfirmExtensionSupported: "CLIENT_CONFIRM_EXTENSION_SUPPORTED",
	ReasonFilterNetworkConnection:         "FILTER_NETWORK_CONNECTION",
	ReasonWSClientBindProtocol:            "WS_CLIENT_BIND_PROTOCOL",
	ReasonWSClientDropProtocol:            "WS_CLIENT_DROP_PROTOCOL",
	ReasonGetThreadID:                     "GET_THREAD_ID",
	ReasonAddPollFD:                       "ADD_POLL_FD",
	ReasonDelPollFD:                       "DEL_POLL_FD",
	ReasonLockPoll:                        "LOCK_POLL",
	ReasonUnlockPoll:                      "UNLOCK_POLL",
	ReasonRawRX:                           "RAW_RX",
	ReasonRawClose:                        "RAW_CLOSE",
	ReasonRawWriteable:                    "RAW_WRITEABLE",
	ReasonRawAdopt:                        "RAW_ADOPT",
	ReasonRawConnected:                    "RAW_CONNECTED",
	ReasonRawSktBindProtocol:              "RAW_SKT_BIND_PROTOCOL",
	ReasonRawSktDropProtocol:              "RAW_SKT_DROP_PROTOCOL",
	ReasonRawAdoptFile:                    "RAW_ADOPT_FILE",
	ReasonRawRXFile:                       "RAW_RX_FILE",
	ReasonRawWriteableFile:                "RAW_WRITEABLE_FILE",
	ReasonRawCloseFile:                    "RAW_CLOSE_FILE",
	ReasonRawFileBindProtocol:             "RAW_FILE_BIND_PROTOCOL",
	ReasonRawFileDropProtocol:             "RAW_FILE_DROP_PROTOCOL",
	ReasonTimer:                           "TIMER",
	ReasonEventWaitCancelled:              "EVENT_WAIT_CANCELLED",
	ReasonChildClosing:                    "CHILD_CLOSING",
	ReasonConnecting:                      "CONNECTING",
	ReasonUser:                            "USER",
}
