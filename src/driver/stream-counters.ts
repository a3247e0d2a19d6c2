import { type AtomicBuffer, type AtomicCounter, CountersDescriptor, type CountersManager } from '../agrona/mod.ts';
import { AeronCounters, StreamCounter } from '../protocol/mod.ts';

const {
  DRIVER_PUBLISHER_LIMIT_TYPE_ID,
  DRIVER_PUBLISHER_POS_TYPE_ID,
  DRIVER_RECEIVER_HWM_TYPE_ID,
  DRIVER_RECEIVER_NAKS_SENT_TYPE_ID,
  DRIVER_RECEIVER_POS_TYPE_ID,
  DRIVER_SENDER_BPE_TYPE_ID,
  DRIVER_SENDER_LIMIT_TYPE_ID,
  DRIVER_SENDER_NAKS_RECEIVED_TYPE_ID,
  DRIVER_SENDER_POSITION_TYPE_ID,
  DRIVER_SUBSCRIBER_POSITION_TYPE_ID,
  FLOW_CONTROL_RECEIVERS_COUNTER_TYPE_ID,
} = AeronCounters;

/** With less room than this, a label goes without the join position. */
const MAX_JOIN_POSITION_LENGTH = 20;

/** Which stream a counter is about, and for whom. */
export interface StreamCounterScope {
  readonly clientId: number;
  readonly registrationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly channel: string;
}

export function allocatePublisherLimit(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_PUBLISHER_LIMIT_TYPE_ID, 'pub-lmt', scope);
}

export function allocatePublisherPosition(
  counters: CountersManager,
  scope: StreamCounterScope,
  isExclusive: boolean,
): AtomicCounter {
  return allocate(
    counters,
    DRIVER_PUBLISHER_POS_TYPE_ID,
    isExclusive ? 'pub-pos (exclusive)' : 'pub-pos (concurrent)',
    scope,
  );
}

export function allocateSenderPosition(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_SENDER_POSITION_TYPE_ID, 'snd-pos', scope);
}

export function allocateSenderLimit(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_SENDER_LIMIT_TYPE_ID, 'snd-lmt', scope);
}

/** Counts how often the sender was held back by flow control. */
export function allocateSenderBpe(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_SENDER_BPE_TYPE_ID, 'snd-bpe', scope);
}

export function allocateSenderNaksReceived(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_SENDER_NAKS_RECEIVED_TYPE_ID, 'snd-naks-received', scope);
}

export function allocateReceiverHwm(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_RECEIVER_HWM_TYPE_ID, 'rcv-hwm', scope);
}

export function allocateReceiverPosition(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_RECEIVER_POS_TYPE_ID, 'rcv-pos', scope);
}

export function allocateReceiverNaksSent(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, DRIVER_RECEIVER_NAKS_SENT_TYPE_ID, 'rcv-naks-sent', scope);
}

export function allocateSubscriberPosition(
  counters: CountersManager,
  scope: StreamCounterScope,
  joinPosition: number,
): AtomicCounter {
  const counter = allocate(counters, DRIVER_SUBSCRIBER_POSITION_TYPE_ID, 'sub-pos', scope, joinPosition);
  counter.setRelease(joinPosition);
  return counter;
}

/** How many receivers a min or tagged flow control knows. */
export function allocateFlowControlReceivers(counters: CountersManager, scope: StreamCounterScope): AtomicCounter {
  return allocate(counters, FLOW_CONTROL_RECEIVERS_COUNTER_TYPE_ID, 'fc-receivers', scope);
}

/** @throws AeronError COUNTERS_EXHAUSTED */
function allocate(
  counters: CountersManager,
  typeId: number,
  name: string,
  scope: StreamCounterScope,
  joinPosition?: number,
): AtomicCounter {
  const { registrationId, sessionId, streamId, channel } = scope;
  const ascii = toAscii(channel);
  let label = `${name}: ${registrationId} ${sessionId} ${streamId} ${ascii}`.slice(
    0,
    CountersDescriptor.MAX_LABEL_LENGTH,
  );
  if (joinPosition !== undefined && label.length < CountersDescriptor.MAX_LABEL_LENGTH - MAX_JOIN_POSITION_LENGTH) {
    label += ` @${joinPosition}`;
  }
  const counter = counters.newCounter(label, typeId, (key) => putKey(key, scope, ascii));
  counters.setCounterRegistrationId(counter.id, registrationId);
  counters.setCounterOwnerId(counter.id, scope.clientId);
  return counter;
}

function putKey(key: AtomicBuffer, scope: StreamCounterScope, channel: string): void {
  key.putInt64(StreamCounter.REGISTRATION_ID_OFFSET, scope.registrationId);
  key.putInt32(StreamCounter.SESSION_ID_OFFSET, scope.sessionId);
  key.putInt32(StreamCounter.STREAM_ID_OFFSET, scope.streamId);
  key.putString(StreamCounter.CHANNEL_OFFSET, channel.slice(0, StreamCounter.MAX_CHANNEL_LENGTH));
}

/** As upstream writes keys and labels: a character is a byte, and what is not ASCII is '?'. */
export function toAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, '?');
}
