/*
 * Names of channel URI parameters and the words that stand as their values.
 */
export const NULL_VALUE = -1;

export const IPC_MEDIA = 'ipc';
export const UDP_MEDIA = 'udp';
export const IPC_CHANNEL = 'aeron:ipc';
export const UDP_CHANNEL = 'aeron:udp';
/** In front of a channel: subscribe to a publication of the same driver without going over its network. */
export const SPY_PREFIX = 'aeron-spy:';
export const TAG_PREFIX = 'tag:';

export const ENDPOINT_PARAM_NAME = 'endpoint';
export const INTERFACE_PARAM_NAME = 'interface';
export const INITIAL_TERM_ID_PARAM_NAME = 'init-term-id';
export const TERM_ID_PARAM_NAME = 'term-id';
export const TERM_OFFSET_PARAM_NAME = 'term-offset';
export const TERM_LENGTH_PARAM_NAME = 'term-length';
export const MTU_LENGTH_PARAM_NAME = 'mtu';
export const TTL_PARAM_NAME = 'ttl';
export const MDC_CONTROL_PARAM_NAME = 'control';
export const MDC_CONTROL_MODE_PARAM_NAME = 'control-mode';
export const MDC_CONTROL_MODE_MANUAL = 'manual';
export const MDC_CONTROL_MODE_DYNAMIC = 'dynamic';
export const CONTROL_MODE_RESPONSE = 'response';
export const SESSION_ID_PARAM_NAME = 'session-id';
export const LINGER_PARAM_NAME = 'linger';
export const RELIABLE_STREAM_PARAM_NAME = 'reliable';
export const TAGS_PARAM_NAME = 'tags';
export const SPARSE_PARAM_NAME = 'sparse';
export const ALIAS_PARAM_NAME = 'alias';
export const EOS_PARAM_NAME = 'eos';
export const TETHER_PARAM_NAME = 'tether';
export const GROUP_PARAM_NAME = 'group';
export const REJOIN_PARAM_NAME = 'rejoin';
export const CONGESTION_CONTROL_PARAM_NAME = 'cc';
export const FLOW_CONTROL_PARAM_NAME = 'fc';
export const GROUP_TAG_PARAM_NAME = 'gtag';
export const SPIES_SIMULATE_CONNECTION_PARAM_NAME = 'ssc';
export const SOCKET_SNDBUF_PARAM_NAME = 'so-sndbuf';
export const SOCKET_RCVBUF_PARAM_NAME = 'so-rcvbuf';
export const RECEIVER_WINDOW_LENGTH_PARAM_NAME = 'rcv-wnd';
export const MEDIA_RCV_TIMESTAMP_OFFSET_PARAM_NAME = 'media-rcv-ts-offset';
export const CHANNEL_RECEIVE_TIMESTAMP_OFFSET_PARAM_NAME = 'channel-rcv-ts-offset';
export const CHANNEL_SEND_TIMESTAMP_OFFSET_PARAM_NAME = 'channel-snd-ts-offset';
/** As a timestamp offset: into the reserved value of the header. */
export const RESERVED_OFFSET = 'reserved';
export const RESPONSE_ENDPOINT_PARAM_NAME = 'response-endpoint';
export const RESPONSE_CORRELATION_ID_PARAM_NAME = 'response-correlation-id';
export const PROTOTYPE_CORRELATION_ID = 'prototype';
export const NAK_DELAY_PARAM_NAME = 'nak-delay';
export const UNTETHERED_WINDOW_LIMIT_TIMEOUT_PARAM_NAME = 'untethered-window-limit-timeout';
export const UNTETHERED_LINGER_TIMEOUT_PARAM_NAME = 'untethered-linger-timeout';
export const UNTETHERED_RESTING_TIMEOUT_PARAM_NAME = 'untethered-resting-timeout';
export const MAX_RESEND_PARAM_NAME = 'max-resend';
export const STREAM_ID_PARAM_NAME = 'stream-id';
export const PUBLICATION_WINDOW_LENGTH_PARAM_NAME = 'pub-wnd';
