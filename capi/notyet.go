package main

// #include "table.h"
import "C"

// asksForTLS says that a vhost is to encrypt. It must not be made then: it would
// serve in the clear.
func asksForTLS(info *C.struct_lws_context_creation_info) bool {
	return info.ssl_cert_filepath != nil || info.ssl_private_key_filepath != nil ||
		info.server_ssl_cert_mem != nil || info.server_ssl_private_key_mem != nil ||
		info.client_ssl_cert_filepath != nil || info.client_ssl_private_key_filepath != nil ||
		info.client_ssl_cert_mem != nil || info.client_ssl_key_mem != nil
}

// notYet lists what the info asks for and does not get. Options that mean
// something with TLS only are not among it.
func notYet(info *C.struct_lws_context_creation_info) (what []string) {
	for _, m := range []struct {
		set  bool
		name string
	}{
		{info.http_proxy_address != nil, "http_proxy_address"},
		{info.socks_proxy_address != nil, "socks_proxy_address"},
		{info.log_filepath != nil, "log_filepath"},
		{info.plugin_dirs != nil, "plugin_dirs"},
		{info.fops != nil, "fops"},
		{info.system_ops != nil, "system_ops"},
		{info.register_notifier_list != nil, "register_notifier_list"},
		{info.pss_policies_json != nil, "pss_policies_json"},
		{info.ip_limit_ah != 0, "ip_limit_ah"},
		{info.ip_limit_wsi != 0, "ip_limit_wsi"},
		{info.early_smd_cb != nil, "early_smd_cb"},
		{info.metrics_policies != nil, "metrics_policies"},
		{info.http_nsc_filepath != nil, "http_nsc_filepath"},
		{info.wol_if != nil, "wol_if"},
		{info.options&C.LWS_SERVER_OPTION_SS_PROXY != 0, "LWS_SERVER_OPTION_SS_PROXY"},
		{info.options&C.LWS_SERVER_OPTION_H2_PRIOR_KNOWLEDGE != 0, "LWS_SERVER_OPTION_H2_PRIOR_KNOWLEDGE"},
	} {
		if m.set {
			what = append(what, m.name)
		}
	}
	return what
}
