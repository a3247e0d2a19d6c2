import { AeronError, type AtomicBuffer, type AtomicCounter, parseDuration } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import type { UdpChannel } from '../media/udp-channel.ts';

/**
 * How far a sender may go: turns what receivers say they can take into the sender limit of one publication.
 * Positions are in bytes from the start of the stream. Called by the sender alone; frames are already
 * validated and lie at `offset` of `buffer`.
 *
 * Upstream: `io.aeron.driver.FlowControl`.
 */
export interface FlowControl {
  /** Whether enough receivers are there for the publication to count as connected. */
  readonly hasRequiredReceivers: boolean;
  /** A status message. Returns the new sender limit. */
  onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    receiverAddress: SocketAddress,
    senderLimit: number,
    initialTermId: number,
    positionBitsToShift: number,
    timeNs: number,
  ): number;
  /** A status message that asks for a setup frame. */
  onTriggerSendSetup(buffer: AtomicBuffer, offset: number, receiverAddress: SocketAddress, timeNs: number): void;
  /** A setup frame that was asked for is about to be sent. */
  onSetup(senderLimit: number, timeNs: number): void;
  /** An error frame of a receiver that wants no more. */
  onError(buffer: AtomicBuffer, offset: number, receiverAddress: SocketAddress, timeNs: number): void;
  /** A duty cycle without data to send. Returns the new sender limit. */
  onIdle(timeNs: number, senderLimit: number, senderPosition: number, isEndOfStream: boolean): number;
  /** How much to resend for a NAK of `resendLength` bytes at `termOffset`. */
  maxRetransmissionLength(
    termOffset: number,
    resendLength: number,
    termBufferLength: number,
    mtuLength: number,
  ): number;
  /** By the conductor, when the sender has let go of the publication. */
  close(): void;
}

/** What a strategy is made from, once for each publication, by the conductor. */
export interface FlowControlParams {
  readonly udpChannel: UdpChannel;
  readonly streamId: number;
  readonly sessionId: number;
  readonly registrationId: number;
  readonly defaults: FlowControlDefaults;
  /** The counter of receivers that a strategy of a group shows ('fc-receivers'); owned by the strategy. */
  newReceiversCounter(): AtomicCounter;
  /** Told of what is refused; counted and logged. */
  onError(error: Error): void;
}

/** The driver's options, named as in upstream's context. */
export interface FlowControlDefaults {
  readonly flowControlReceiverTimeoutNs: number;
  readonly flowControlGroupTag: bigint;
  readonly flowControlGroupMinSize: number;
  readonly unicastFlowControlRetransmitReceiverWindowMultiple: number;
  readonly multicastFlowControlRetransmitReceiverWindowMultiple: number;
}

/** @throws AeronError INVALID_CHANNEL when `fc=` names a strategy or a value that there is not. */
export type FlowControlSupplier = (params: FlowControlParams) => FlowControl;

/** `fc=min,t:5s,g:7/3,rrwm:4` */
export interface FlowControlParameters {
  /** 'max', 'min', 'tagged'; undefined when the channel has no `fc=`. */
  readonly strategy: string | undefined;
  /** `t:` in nanoseconds: after which silence a receiver is gone. */
  readonly receiverTimeoutNs: number | undefined;
  /** `g:` in front of the slash. */
  readonly groupTag: bigint | undefined;
  /** `g:` behind the slash. */
  readonly groupMinSize: number | undefined;
  /** `rrwm:` */
  readonly retransmitReceiverWindowMultiple: number | undefined;
}

const INITIAL_WINDOW_LENGTH_DEFAULT = 128 * 1024;
const INT32_MAX = 0x7fffffff;

/** @throws AeronError INVALID_CHANNEL naming the part that is wrong. */
export function parseFlowControl(udpChannel: UdpChannel): FlowControlParameters {
  const value = udpChannel.channelUri.get('fc');
  const parameters = {
    strategy: undefined as string | undefined,
    receiverTimeoutNs: undefined as number | undefined,
    groupTag: undefined as bigint | undefined,
    groupMinSize: undefined as number | undefined,
    retransmitReceiverWindowMultiple: undefined as number | undefined,
  };
  if (value === undefined) {
    return parameters;
  }
  const [strategy, ...args] = value.split(',');
  parameters.strategy = strategy;
  for (const arg of args) {
    if (arg.startsWith('t:')) {
      parameters.receiverTimeoutNs = parseTimeout(arg.slice(2), value);
    } else if (arg.startsWith('g:')) {
      const [tag, minSize] = arg.slice(2).split('/', 2);
      parameters.groupTag = tag === '' ? undefined : parseGroupTag(tag!, value);
      parameters.groupMinSize = minSize === undefined ? undefined : parseCount(minSize, 0, 'group min size', value);
    } else if (arg.startsWith('rrwm:')) {
      const multiple = parseCount(arg.slice(5), 1, 'retransmit receiver window multiple', value);
      parameters.retransmitReceiverWindowMultiple = multiple;
    }
  }
  return parameters;
}

/** No further than the term's end, nor than a multiple of what a receiver can have open. */
export function calculateRetransmissionLength(
  resendLength: number,
  termBufferLength: number,
  termOffset: number,
  retransmitReceiverWindowMultiple: number,
): number {
  const receiverWindowLength = Math.min(INITIAL_WINDOW_LENGTH_DEFAULT, termBufferLength >> 1);
  return Math.min(resendLength, termBufferLength - termOffset, receiverWindowLength * retransmitReceiverWindowMultiple);
}

function parseTimeout(text: string, value: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new AeronError('INVALID_CHANNEL', `fc=${value}: ${(cause as Error).message}`, { cause });
  }
}

function parseGroupTag(text: string, value: string): bigint {
  const tag = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (tag === undefined || BigInt.asIntN(64, tag) !== tag) {
    throw new AeronError('INVALID_CHANNEL', `the group tag of g: must be a 64-bit integer, not '${text}': fc=${value}`);
  }
  return tag;
}

function parseCount(text: string, min: number, what: string, value: string): number {
  const count = Number(text);
  if (!/^\d{1,10}$/.test(text) || count < min || count > INT32_MAX) {
    throw new AeronError('INVALID_CHANNEL', `Invalid ${what}, at least ${min} is needed, not '${text}': fc=${value}`);
  }
  return count;
}
