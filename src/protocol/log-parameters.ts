import type { AtomicBuffer } from '../agrona/mod.ts';
import * as Log from './log-buffer-descriptor.ts';

/** What a log's meta data says about the stream it was made for; written once, by the driver. */
export interface LogParameters {
  /** `LOG_BUFFER_TYPE_*` of the descriptor. */
  readonly type: number;
  /** Registration id of a publication, correlation id of an image. */
  readonly correlationId: number;
  readonly initialTermId: number;
  /** Bytes of a datagram, headers of Aeron included, those of UDP not. */
  readonly mtuLength: number;
  readonly termLength: number;
  readonly pageSize: number;
  readonly publicationWindowLength: number;
  readonly receiverWindowLength: number;
  readonly socketSndbufLength: number;
  readonly osDefaultSocketSndbufLength: number;
  readonly osMaxSocketSndbufLength: number;
  readonly socketRcvbufLength: number;
  readonly osDefaultSocketRcvbufLength: number;
  readonly osMaxSocketRcvbufLength: number;
  readonly maxResend: number;
  readonly entityTag: number;
  readonly responseCorrelationId: number;
  readonly lingerTimeoutNs: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
  readonly group: boolean;
  readonly isResponse: boolean;
  readonly rejoin: boolean;
  readonly reliable: boolean;
  readonly sparse: boolean;
  readonly signalEos: boolean;
  readonly spiesSimulateConnection: boolean;
  readonly tether: boolean;
}

/** Before the log is shared: everything but tails, positions and the default frame header. */
export function writeLogParameters(metaData: AtomicBuffer, parameters: LogParameters): void {
  metaData.putInt64(Log.LOG_CORRELATION_ID_OFFSET, parameters.correlationId);
  metaData.putInt32(Log.LOG_INITIAL_TERM_ID_OFFSET, parameters.initialTermId);
  metaData.putInt32(Log.LOG_MTU_LENGTH_OFFSET, parameters.mtuLength);
  metaData.putInt32(Log.LOG_TERM_LENGTH_OFFSET, parameters.termLength);
  metaData.putInt32(Log.LOG_PAGE_SIZE_OFFSET, parameters.pageSize);
  metaData.putInt32(Log.LOG_PUBLICATION_WINDOW_LENGTH_OFFSET, parameters.publicationWindowLength);
  metaData.putInt32(Log.LOG_RECEIVER_WINDOW_LENGTH_OFFSET, parameters.receiverWindowLength);
  metaData.putInt32(Log.LOG_SOCKET_SNDBUF_LENGTH_OFFSET, parameters.socketSndbufLength);
  metaData.putInt32(Log.LOG_OS_DEFAULT_SOCKET_SNDBUF_LENGTH_OFFSET, parameters.osDefaultSocketSndbufLength);
  metaData.putInt32(Log.LOG_OS_MAX_SOCKET_SNDBUF_LENGTH_OFFSET, parameters.osMaxSocketSndbufLength);
  metaData.putInt32(Log.LOG_SOCKET_RCVBUF_LENGTH_OFFSET, parameters.socketRcvbufLength);
  metaData.putInt32(Log.LOG_OS_DEFAULT_SOCKET_RCVBUF_LENGTH_OFFSET, parameters.osDefaultSocketRcvbufLength);
  metaData.putInt32(Log.LOG_OS_MAX_SOCKET_RCVBUF_LENGTH_OFFSET, parameters.osMaxSocketRcvbufLength);
  metaData.putInt32(Log.LOG_MAX_RESEND_OFFSET, parameters.maxResend);
  metaData.putInt64(Log.LOG_ENTITY_TAG_OFFSET, parameters.entityTag);
  metaData.putInt64(Log.LOG_RESPONSE_CORRELATION_ID_OFFSET, parameters.responseCorrelationId);
  metaData.putInt64(Log.LOG_LINGER_TIMEOUT_NS_OFFSET, parameters.lingerTimeoutNs);
  metaData.putInt64(Log.LOG_UNTETHERED_WINDOW_LIMIT_TIMEOUT_NS_OFFSET, parameters.untetheredWindowLimitTimeoutNs);
  metaData.putInt64(Log.LOG_UNTETHERED_LINGER_TIMEOUT_NS_OFFSET, parameters.untetheredLingerTimeoutNs);
  metaData.putInt64(Log.LOG_UNTETHERED_RESTING_TIMEOUT_NS_OFFSET, parameters.untetheredRestingTimeoutNs);
  putBoolean(metaData, Log.LOG_GROUP_OFFSET, parameters.group);
  putBoolean(metaData, Log.LOG_IS_RESPONSE_OFFSET, parameters.isResponse);
  putBoolean(metaData, Log.LOG_REJOIN_OFFSET, parameters.rejoin);
  putBoolean(metaData, Log.LOG_RELIABLE_OFFSET, parameters.reliable);
  putBoolean(metaData, Log.LOG_SPARSE_OFFSET, parameters.sparse);
  putBoolean(metaData, Log.LOG_SIGNAL_EOS_OFFSET, parameters.signalEos);
  putBoolean(metaData, Log.LOG_SPIES_SIMULATE_CONNECTION_OFFSET, parameters.spiesSimulateConnection);
  putBoolean(metaData, Log.LOG_TETHER_OFFSET, parameters.tether);
  metaData.putInt8(Log.LOG_TYPE_OFFSET, parameters.type);
}

export function readLogParameters(metaData: AtomicBuffer): LogParameters {
  return {
    type: metaData.getUint8(Log.LOG_TYPE_OFFSET),
    correlationId: metaData.getInt64(Log.LOG_CORRELATION_ID_OFFSET),
    initialTermId: metaData.getInt32(Log.LOG_INITIAL_TERM_ID_OFFSET),
    mtuLength: metaData.getInt32(Log.LOG_MTU_LENGTH_OFFSET),
    termLength: metaData.getInt32(Log.LOG_TERM_LENGTH_OFFSET),
    pageSize: metaData.getInt32(Log.LOG_PAGE_SIZE_OFFSET),
    publicationWindowLength: metaData.getInt32(Log.LOG_PUBLICATION_WINDOW_LENGTH_OFFSET),
    receiverWindowLength: metaData.getInt32(Log.LOG_RECEIVER_WINDOW_LENGTH_OFFSET),
    socketSndbufLength: metaData.getInt32(Log.LOG_SOCKET_SNDBUF_LENGTH_OFFSET),
    osDefaultSocketSndbufLength: metaData.getInt32(Log.LOG_OS_DEFAULT_SOCKET_SNDBUF_LENGTH_OFFSET),
    osMaxSocketSndbufLength: metaData.getInt32(Log.LOG_OS_MAX_SOCKET_SNDBUF_LENGTH_OFFSET),
    socketRcvbufLength: metaData.getInt32(Log.LOG_SOCKET_RCVBUF_LENGTH_OFFSET),
    osDefaultSocketRcvbufLength: metaData.getInt32(Log.LOG_OS_DEFAULT_SOCKET_RCVBUF_LENGTH_OFFSET),
    osMaxSocketRcvbufLength: metaData.getInt32(Log.LOG_OS_MAX_SOCKET_RCVBUF_LENGTH_OFFSET),
    maxResend: metaData.getInt32(Log.LOG_MAX_RESEND_OFFSET),
    entityTag: metaData.getInt64(Log.LOG_ENTITY_TAG_OFFSET),
    responseCorrelationId: metaData.getInt64(Log.LOG_RESPONSE_CORRELATION_ID_OFFSET),
    lingerTimeoutNs: metaData.getInt64(Log.LOG_LINGER_TIMEOUT_NS_OFFSET),
    untetheredWindowLimitTimeoutNs: metaData.getInt64(Log.LOG_UNTETHERED_WINDOW_LIMIT_TIMEOUT_NS_OFFSET),
    untetheredLingerTimeoutNs: metaData.getInt64(Log.LOG_UNTETHERED_LINGER_TIMEOUT_NS_OFFSET),
    untetheredRestingTimeoutNs: metaData.getInt64(Log.LOG_UNTETHERED_RESTING_TIMEOUT_NS_OFFSET),
    group: getBoolean(metaData, Log.LOG_GROUP_OFFSET),
    isResponse: getBoolean(metaData, Log.LOG_IS_RESPONSE_OFFSET),
    rejoin: getBoolean(metaData, Log.LOG_REJOIN_OFFSET),
    reliable: getBoolean(metaData, Log.LOG_RELIABLE_OFFSET),
    sparse: getBoolean(metaData, Log.LOG_SPARSE_OFFSET),
    signalEos: getBoolean(metaData, Log.LOG_SIGNAL_EOS_OFFSET),
    spiesSimulateConnection: getBoolean(metaData, Log.LOG_SPIES_SIMULATE_CONNECTION_OFFSET),
    tether: getBoolean(metaData, Log.LOG_TETHER_OFFSET),
  };
}

function putBoolean(metaData: AtomicBuffer, offset: number, value: boolean): void {
  metaData.putInt8(offset, value ? 1 : 0);
}

function getBoolean(metaData: AtomicBuffer, offset: number): boolean {
  return metaData.getUint8(offset) === 1;
}
