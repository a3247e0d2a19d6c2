import type { AtomicBuffer } from '../agrona/mod.ts';
import { DataHeaderFlyweight, LogBufferDescriptor, writeLogParameters } from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import type { PublicationParams } from './publication-params.ts';
import type { RawLog } from './raw-log.ts';
import type { SubscriptionParams } from './subscription-params.ts';

const {
  LOG_BUFFER_TYPE_CONCURRENT_PUBLICATION,
  LOG_BUFFER_TYPE_EXCLUSIVE_PUBLICATION,
  LOG_BUFFER_TYPE_PUBLICATION_IMAGE,
} = LogBufferDescriptor;

/** Of the socket that a stream goes over; 0 is the system's default. Bytes. */
interface SocketBufferLengths {
  readonly socketRcvbufLength: number;
  readonly socketSndbufLength: number;
}

export interface PublicationLogSpec extends SocketBufferLengths {
  readonly registrationId: number;
  readonly streamId: number;
  readonly isExclusive: boolean;
  readonly hasGroupSemantics: boolean;
  readonly params: PublicationParams;
}

/** Writes everything that clients read of the log of a new publication, before they are told of it. */
export function initialisePublicationLog(ctx: DriverContext, rawLog: RawLog, spec: PublicationLogSpec): void {
  const { params } = spec;
  const { metaData } = rawLog;
  storeDefaultHeader(metaData, params.sessionId, spec.streamId, params.initialTermId, params.termOffset);
  writeLogParameters(metaData, {
    ...commonParameters(ctx, rawLog, spec),
    type: spec.isExclusive ? LOG_BUFFER_TYPE_EXCLUSIVE_PUBLICATION : LOG_BUFFER_TYPE_CONCURRENT_PUBLICATION,
    correlationId: spec.registrationId,
    initialTermId: params.initialTermId,
    mtuLength: params.mtuLength,
    publicationWindowLength: params.publicationWindowLength,
    receiverWindowLength: 0,
    maxResend: params.maxResend,
    entityTag: params.entityTag,
    responseCorrelationId: params.responseCorrelationId,
    lingerTimeoutNs: params.lingerTimeoutNs,
    untetheredWindowLimitTimeoutNs: params.untetheredWindowLimitTimeoutNs,
    untetheredLingerTimeoutNs: params.untetheredLingerTimeoutNs,
    untetheredRestingTimeoutNs: params.untetheredRestingTimeoutNs,
    group: spec.hasGroupSemantics,
    isResponse: params.isResponse,
    rejoin: false,
    reliable: false,
    sparse: params.isSparse,
    signalEos: params.signalEos,
    spiesSimulateConnection: params.spiesSimulateConnection,
    tether: false,
  });
  LogBufferDescriptor.initialiseTails(metaData, params.initialTermId, params.termId, params.termOffset);
  LogBufferDescriptor.putEndOfStreamPosition(metaData, LogBufferDescriptor.NO_END_OF_STREAM);
}

export interface ImageLogSpec extends SocketBufferLengths {
  readonly correlationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly initialTermId: number;
  readonly termOffset: number;
  readonly mtuLength: number;
  readonly isReliable: boolean;
  readonly isSparse: boolean;
  readonly hasGroupSemantics: boolean;
  readonly params: SubscriptionParams;
}

/** Writes everything that clients read of the log of a new image, before they are told of it. */
export function initialiseImageLog(ctx: DriverContext, rawLog: RawLog, spec: ImageLogSpec): void {
  const { params } = spec;
  const { metaData } = rawLog;
  storeDefaultHeader(metaData, spec.sessionId, spec.streamId, spec.initialTermId, spec.termOffset);
  writeLogParameters(metaData, {
    ...commonParameters(ctx, rawLog, spec),
    type: LOG_BUFFER_TYPE_PUBLICATION_IMAGE,
    correlationId: spec.correlationId,
    initialTermId: spec.initialTermId,
    mtuLength: spec.mtuLength,
    publicationWindowLength: 0,
    receiverWindowLength: params.receiverWindowLength,
    maxResend: 0,
    entityTag: 0,
    responseCorrelationId: 0,
    lingerTimeoutNs: 0,
    untetheredWindowLimitTimeoutNs: params.untetheredWindowLimitTimeoutNs,
    untetheredLingerTimeoutNs: params.untetheredLingerTimeoutNs,
    untetheredRestingTimeoutNs: params.untetheredRestingTimeoutNs,
    group: spec.hasGroupSemantics,
    isResponse: params.isResponse,
    rejoin: params.isRejoin,
    reliable: spec.isReliable,
    sparse: spec.isSparse,
    signalEos: false,
    spiesSimulateConnection: false,
    tether: params.isTether,
  });
  LogBufferDescriptor.putEndOfStreamPosition(metaData, LogBufferDescriptor.NO_END_OF_STREAM);
}

function commonParameters(ctx: DriverContext, rawLog: RawLog, buffers: SocketBufferLengths) {
  return {
    termLength: rawLog.termLength,
    pageSize: ctx.filePageSize,
    socketRcvbufLength: buffers.socketRcvbufLength,
    socketSndbufLength: buffers.socketSndbufLength,
    osDefaultSocketSndbufLength: ctx.osDefaultSocketSndbufLength,
    osMaxSocketSndbufLength: ctx.osMaxSocketSndbufLength,
    osDefaultSocketRcvbufLength: ctx.osDefaultSocketRcvbufLength,
    osMaxSocketRcvbufLength: ctx.osMaxSocketRcvbufLength,
  };
}

function storeDefaultHeader(
  metaData: AtomicBuffer,
  sessionId: number,
  streamId: number,
  termId: number,
  termOffset: number,
): void {
  const defaultHeader = DataHeaderFlyweight.createDefaultHeader(sessionId, streamId, termId);
  defaultHeader.putInt32(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, termOffset);
  LogBufferDescriptor.storeDefaultFrameHeader(metaData, defaultHeader);
}
