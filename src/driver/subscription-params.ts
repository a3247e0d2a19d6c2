import { AeronError } from '../agrona/mod.ts';
import type { ChannelUri } from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import { untetheredLingerParam } from './publication-params.ts';
import { checkCongestionControl } from './static-window-congestion-control.ts';
import { booleanParam, durationParam, intParam, sizeParam, startingPositionParams } from './uri-params.ts';

/** 'infer' leaves it to what is seen: a multicast address, or the group flag of a setup frame. */
export type InferableBoolean = 'true' | 'false' | 'infer';

/** What the URI of a subscription asks for, with the driver's defaults where it is silent. */
export interface SubscriptionParams {
  readonly hasSessionId: boolean;
  /** 0 without one. */
  readonly sessionId: number;
  readonly isReliable: boolean;
  readonly isRejoin: boolean;
  readonly isSparse: boolean;
  readonly isTether: boolean;
  readonly isResponse: boolean;
  readonly group: InferableBoolean;
  /** Bytes. */
  readonly receiverWindowLength: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
}

/**
 * Upstream: `io.aeron.driver.SubscriptionParams`.
 *
 * @param publisherTermLength of the stream once it is known, else 0: it bounds the window.
 * @throws AeronError INVALID_CHANNEL
 */
export function getSubscriptionParams(
  uri: ChannelUri,
  ctx: DriverContext,
  publisherTermLength: number,
): SubscriptionParams {
  startingPositionParams(uri);
  checkCongestionControl(uri.get('cc'));
  const sessionId = intParam(uri, 'session-id');
  const configuredTermLength = uri.isIpc ? ctx.ipcTermBufferLength : ctx.publicationTermBufferLength;
  const termLength = publisherTermLength === 0 ? configuredTermLength : publisherTermLength;
  const windowLength = sizeParam(uri, 'rcv-wnd') ?? 0;
  const windowLimitTimeoutNs = durationParam(
    uri,
    'untethered-window-limit-timeout',
    ctx.untetheredWindowLimitTimeoutNs,
  );
  return {
    hasSessionId: sessionId !== undefined,
    sessionId: sessionId ?? 0,
    isReliable: booleanParam(uri, 'reliable', ctx.reliableStream),
    isRejoin: booleanParam(uri, 'rejoin', ctx.rejoinStream),
    isSparse: booleanParam(uri, 'sparse', ctx.termBufferSparseFile),
    isTether: booleanParam(uri, 'tether', ctx.tetherSubscriptions),
    isResponse: uri.get('control-mode') === 'response',
    group: groupParam(uri, ctx),
    receiverWindowLength: Math.min(windowLength === 0 ? ctx.initialWindowLength : windowLength, termLength >> 1),
    untetheredWindowLimitTimeoutNs: windowLimitTimeoutNs,
    untetheredLingerTimeoutNs: untetheredLingerParam(uri, ctx, windowLimitTimeoutNs),
    untetheredRestingTimeoutNs: durationParam(uri, 'untethered-resting-timeout', ctx.untetheredRestingTimeoutNs),
  };
}

/**
 * @param socketRcvbufLength of the channel; 0 leaves it to the system's default.
 * @throws AeronError INVALID_CHANNEL when a window would not fit the socket's receive buffer.
 */
export function validateInitialWindowForRcvBuf(
  params: SubscriptionParams,
  channel: string,
  socketRcvbufLength: number,
  ctx: DriverContext,
  existingChannel?: string,
): void {
  const limit = socketRcvbufLength === 0 ? ctx.osDefaultSocketRcvbufLength : socketRcvbufLength;
  if (params.receiverWindowLength > limit) {
    const source = socketRcvbufLength === 0 ? ' (OS default)' : '';
    const existing = existingChannel === undefined ? '' : ` existingChannel=${existingChannel}`;
    throw new AeronError(
      'INVALID_CHANNEL',
      `Initial window greater than SO_RCVBUF for channel: rcv-wnd=${params.receiverWindowLength}` +
        ` so-rcvbuf=${limit}${source}${existing} channel=${channel}; lower rcv-wnd or raise so-rcvbuf`,
    );
  }
}

function groupParam(uri: ChannelUri, ctx: DriverContext): InferableBoolean {
  const text = uri.get('group');
  if (text === undefined) {
    return ctx.receiverGroupConsideration;
  }
  return text === 'true' || text === 'infer' ? text : 'false';
}
