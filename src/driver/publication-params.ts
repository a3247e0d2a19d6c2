import { AeronError } from '../agrona/mod.ts';
import { ChannelParameters, ChannelUri, FrameDescriptor, LogBufferDescriptor } from '../protocol/mod.ts';
import { validateMtuLength } from './configuration-checks.ts';
import type { DriverContext } from './driver-context.ts';
import type { RawLog } from './raw-log.ts';
import {
  booleanParam,
  checkParam,
  durationParam,
  intParam,
  invalidChannel,
  parseInt32,
  sizeParam,
  startingPositionParams,
} from './uri-params.ts';

/** Upstream's bound of `max-resend`. */
const MAX_RESEND_MAX = 256;
/** `response-correlation-id=prototype`: a response publication that answers nobody yet. */
export const PROTOTYPE_VALUE_CORRELATION_ID = -2;
const { NULL_VALUE } = ChannelParameters;

/** What the URI of a publication asks for, with the driver's defaults where it is silent. */
export interface PublicationParams {
  readonly lingerTimeoutNs: number;
  /** The second of `tags`; -1 without one. */
  readonly entityTag: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
  readonly termLength: number;
  readonly mtuLength: number;
  /** Bytes that the publisher may be ahead of its consumers. */
  readonly publicationWindowLength: number;
  readonly initialTermId: number;
  readonly termId: number;
  readonly termOffset: number;
  /** Term and offset were given: the stream does not start at position 0. */
  readonly hasPosition: boolean;
  readonly sessionId: number;
  readonly isSessionIdTagged: boolean;
  readonly maxResend: number;
  readonly signalEos: boolean;
  readonly isSparse: boolean;
  readonly spiesSimulateConnection: boolean;
  readonly isResponse: boolean;
  /** -1 without one. */
  readonly responseCorrelationId: number;
}

/** A publication that another one refers to by tag, or that a request turns out to mean. */
export interface ExistingPublication {
  readonly channel: string;
  readonly sessionId: number;
  readonly mtuLength: number;
  readonly termBufferLength: number;
  readonly initialTermId: number;
  readonly startingTermId: number;
  readonly startingTermOffset: number;
  readonly rawLog: RawLog;
}

/** What there is to know of the driver's other publications. */
export interface PublicationDirectory {
  findNetworkPublicationByTag(tag: number): ExistingPublication | undefined;
  findIpcPublicationByTag(tag: number): ExistingPublication | undefined;
  /** A session that no publication of the stream on this channel has. */
  nextAvailableSessionId(streamId: number, channel: string): number;
}

/**
 * Upstream: `io.aeron.driver.PublicationParams`.
 *
 * @param canonicalForm names the channel among sessions: of the UDP channel, or 'ipc'.
 * @throws AeronError INVALID_CHANNEL
 */
export function getPublicationParams(
  uri: ChannelUri,
  ctx: DriverContext,
  directory: PublicationDirectory,
  streamId: number,
  canonicalForm: string,
): PublicationParams {
  checkStreamId(uri, streamId);
  const entityTag = entityTagParam(uri, directory);
  const session = sessionParams(uri, directory, streamId, canonicalForm);
  const termLength = termLengthParam(uri, ctx, session);
  const mtuLength = mtuLengthParam(uri, ctx, session, termLength);
  const position = positionParams(uri, ctx, termLength);
  const windowLimitTimeoutNs = durationParam(
    uri,
    'untethered-window-limit-timeout',
    ctx.untetheredWindowLimitTimeoutNs,
  );
  return {
    ...position,
    sessionId: session.sessionId,
    isSessionIdTagged: session.tagged !== undefined,
    entityTag,
    termLength,
    mtuLength,
    publicationWindowLength: windowLengthParam(uri, ctx, termLength, mtuLength),
    lingerTimeoutNs: durationParam(uri, 'linger', ctx.publicationLingerTimeoutNs),
    signalEos: booleanParam(uri, 'eos', true),
    isSparse: booleanParam(uri, 'sparse', ctx.termBufferSparseFile),
    spiesSimulateConnection: booleanParam(uri, 'ssc', ctx.spiesSimulateConnection),
    untetheredWindowLimitTimeoutNs: windowLimitTimeoutNs,
    untetheredLingerTimeoutNs: untetheredLingerParam(uri, ctx, windowLimitTimeoutNs),
    untetheredRestingTimeoutNs: durationParam(uri, 'untethered-resting-timeout', ctx.untetheredRestingTimeoutNs),
    maxResend: maxResendParam(uri, ctx),
    isResponse: uri.get('control-mode') === 'response',
    responseCorrelationId: responseCorrelationIdParam(uri),
  };
}

/** Shared with subscriptions: -1 in the options means 'as the window limit timeout'. */
export function untetheredLingerParam(uri: ChannelUri, ctx: DriverContext, windowLimitTimeoutNs: number): number {
  const byDefault = ctx.untetheredLingerTimeoutNs < 0 ? windowLimitTimeoutNs : ctx.untetheredLingerTimeoutNs;
  return durationParam(uri, 'untethered-linger-timeout', byDefault);
}

/**
 * A request for a publication that there is already may only say what that one is.
 * @throws AeronError PUBLICATION_MISMATCH
 */
export function confirmMatch(uri: ChannelUri, params: PublicationParams, existing: ExistingPublication): void {
  const checks: readonly (readonly [string, number, number])[] = [
    ['mtu', existing.mtuLength, params.mtuLength],
    ['term-length', existing.termBufferLength, params.termLength],
    ['session-id', existing.sessionId, params.sessionId],
    ['init-term-id', existing.initialTermId, params.initialTermId],
    ['term-id', existing.startingTermId, params.termId],
    ['term-offset', existing.startingTermOffset, params.termOffset],
  ];
  for (const [name, has, wanted] of checks) {
    if (uri.containsKey(name) && has !== wanted) {
      throw new AeronError(
        'PUBLICATION_MISMATCH',
        `existing publication has different '${name}': existing=${has} requested=${wanted}` +
          ` existingChannel=${existing.channel} channel=${uri}`,
      );
    }
  }
}

/** @throws AeronError PUBLICATION_MISMATCH */
export function validateSpiesSimulateConnection(
  params: PublicationParams,
  existing: { readonly spiesSimulateConnection: boolean; readonly channel: string },
  channel: string,
): void {
  if (params.spiesSimulateConnection !== existing.spiesSimulateConnection) {
    throw new AeronError(
      'PUBLICATION_MISMATCH',
      `existing publication has different spiesSimulateConnection: existing=${existing.spiesSimulateConnection}` +
        ` requested=${params.spiesSimulateConnection} existingChannel=${existing.channel} channel=${channel}`,
    );
  }
}

/**
 * @param socketSndbufLength of the channel; 0 leaves it to the system's default.
 * @throws AeronError INVALID_CHANNEL when a datagram would not fit the socket's send buffer.
 */
export function validateMtuForSndbuf(
  params: PublicationParams,
  socketSndbufLength: number,
  ctx: DriverContext,
  channel: string,
  existingChannel?: string,
): void {
  const limit = socketSndbufLength === 0 ? ctx.osDefaultSocketSndbufLength : socketSndbufLength;
  if (params.mtuLength > limit) {
    const source = socketSndbufLength === 0 ? ' (OS default)' : '';
    const existing = existingChannel === undefined ? '' : ` existingChannel=${existingChannel}`;
    throw new AeronError(
      'INVALID_CHANNEL',
      `MTU greater than SO_SNDBUF for channel: mtu=${params.mtuLength} so-sndbuf=${limit}${source}${existing}` +
        ` channel=${channel}; lower mtu or raise so-sndbuf`,
    );
  }
}

interface SessionParams {
  readonly sessionId: number;
  /** The publication that `session-id=tag:N` refers to. */
  readonly tagged: ExistingPublication | undefined;
}

function checkStreamId(uri: ChannelUri, streamId: number): void {
  const configured = intParam(uri, 'stream-id');
  if (configured !== undefined && configured !== streamId) {
    throw invalidChannel(`stream-id=${configured} does not match provided streamId=${streamId}`, uri);
  }
}

function entityTagParam(uri: ChannelUri, directory: PublicationDirectory): number {
  const text = uri.entityTag();
  if (text === undefined) {
    return NULL_VALUE;
  }
  const tag = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(tag)) {
    throw invalidChannel(`invalid entity tag '${text}', must be a number`, uri);
  }
  if (tag === NULL_VALUE) {
    throw invalidChannel(`${tag} tag is reserved`, uri);
  }
  const user = directory.findNetworkPublicationByTag(tag) ?? directory.findIpcPublicationByTag(tag);
  if (user !== undefined) {
    throw invalidChannel(`${tag} entityTag already in use: existingChannel=${user.channel}`, uri);
  }
  return tag;
}

function sessionParams(
  uri: ChannelUri,
  directory: PublicationDirectory,
  streamId: number,
  canonicalForm: string,
): SessionParams {
  const text = uri.get('session-id');
  if (text === undefined) {
    return { sessionId: directory.nextAvailableSessionId(streamId, canonicalForm), tagged: undefined };
  }
  if (!ChannelUri.isTagged(text)) {
    return { sessionId: parseInt32(text, 'session-id', uri), tagged: undefined };
  }
  const tag = checkParam(uri, 'session-id', () => ChannelUri.getTag(text))!;
  const tagged = uri.isIpc ? directory.findIpcPublicationByTag(tag) : directory.findNetworkPublicationByTag(tag);
  if (tagged === undefined) {
    const kind = uri.isIpc ? 'an IPC' : 'a network';
    throw invalidChannel(`session-id=${text} must reference ${kind} publication`, uri);
  }
  return { sessionId: tagged.sessionId, tagged };
}

function termLengthParam(uri: ChannelUri, ctx: DriverContext, session: SessionParams): number {
  const byDefault =
    session.tagged?.termBufferLength ?? (uri.isIpc ? ctx.ipcTermBufferLength : ctx.publicationTermBufferLength);
  const termLength = sizeParam(uri, 'term-length');
  if (termLength === undefined) {
    return byDefault;
  }
  checkParam(uri, 'term-length', () => LogBufferDescriptor.checkTermLength(termLength));
  if (session.tagged !== undefined && termLength !== byDefault) {
    throw invalidChannel(`term-length=${termLength} does not match session-id tag value`, uri);
  }
  return termLength;
}

function mtuLengthParam(uri: ChannelUri, ctx: DriverContext, session: SessionParams, termLength: number): number {
  const byDefault = session.tagged?.mtuLength ?? (uri.isIpc ? ctx.ipcMtuLength : ctx.mtuLength);
  const explicit = sizeParam(uri, 'mtu');
  if (explicit !== undefined) {
    checkParam(uri, 'mtu', () => validateMtuLength(explicit));
    if (session.tagged !== undefined && explicit !== byDefault) {
      throw invalidChannel(`mtu=${explicit} does not match session-id tag value`, uri);
    }
  }
  const mtuLength = explicit ?? byDefault;
  const maxMessageLength = FrameDescriptor.computeMaxMessageLength(termLength);
  if (mtuLength > maxMessageLength) {
    throw invalidChannel(
      `MTU greater than max message length for term length: mtu=${mtuLength}` +
        ` maxMessageLength=${maxMessageLength} termLength=${termLength}`,
      uri,
    );
  }
  return mtuLength;
}

function windowLengthParam(uri: ChannelUri, ctx: DriverContext, termLength: number, mtuLength: number): number {
  const windowLength = sizeParam(uri, 'pub-wnd');
  if (windowLength === undefined) {
    const configured = uri.isIpc ? ctx.ipcPublicationTermWindowLength : ctx.publicationTermWindowLength;
    return configured === 0 ? termLength >> 1 : Math.min(configured, termLength >> 1);
  }
  if (windowLength < mtuLength) {
    throw invalidChannel(`pub-wnd=${windowLength} cannot be less than the mtu=${mtuLength}`, uri);
  }
  if (windowLength > termLength >> 1) {
    throw invalidChannel(`pub-wnd=${windowLength} must not exceed half the term-length=${termLength}`, uri);
  }
  return windowLength;
}

function positionParams(
  uri: ChannelUri,
  ctx: DriverContext,
  termLength: number,
): Pick<PublicationParams, 'initialTermId' | 'termId' | 'termOffset' | 'hasPosition'> {
  const start = startingPositionParams(uri);
  if (start === undefined) {
    const initialTermId = ctx.platform.random.nextInt32();
    return { initialTermId, termId: initialTermId, termOffset: 0, hasPosition: false };
  }
  if (start.termOffset > termLength) {
    throw invalidChannel(`term-offset=${start.termOffset} > term-length=${termLength}`, uri);
  }
  return { ...start, hasPosition: true };
}

function maxResendParam(uri: ChannelUri, ctx: DriverContext): number {
  const maxResend = intParam(uri, 'max-resend') ?? ctx.maxResend;
  if (maxResend <= 0 || maxResend > MAX_RESEND_MAX) {
    throw invalidChannel(`invalid max-resend=${maxResend}, must be > 0 and <= ${MAX_RESEND_MAX}`, uri);
  }
  return maxResend;
}

function responseCorrelationIdParam(uri: ChannelUri): number {
  const text = uri.get('response-correlation-id');
  if (text === undefined) {
    return NULL_VALUE;
  }
  if (text === ChannelParameters.PROTOTYPE_CORRELATION_ID) {
    return PROTOTYPE_VALUE_CORRELATION_ID;
  }
  const id = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id) || id < -1) {
    throw invalidChannel(
      `response-correlation-id=${text} must be a number greater than or equal to -1, or 'prototype'`,
      uri,
    );
  }
  return id;
}
