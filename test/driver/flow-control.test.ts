import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer, CountersManager } from '../../src/agrona/mod.ts';
import {
  calculateRetransmissionLength,
  type FlowControl,
  type FlowControlParams,
  parseFlowControl,
} from '../../src/driver/flow-control/flow-control.ts';
import {
  defaultUnicastFlowControlSupplier,
  multicastFlowControlSupplier,
} from '../../src/driver/flow-control/flow-control-suppliers.ts';
import { RECEIVERS_MAX } from '../../src/driver/flow-control/min-multicast-flow-control.ts';
import type { UdpChannel } from '../../src/driver/media/udp-channel.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import { ChannelUri, ErrorFlyweight, LogBufferDescriptor, StatusMessageFlyweight } from '../../src/protocol/mod.ts';
import { encodeStatusMessage, FLOW_CONTROL_DEFAULTS, INITIAL_TERM_ID, SECOND, TERM_LENGTH } from './send-side.ts';

const SOURCE = SocketAddress.of('10.0.0.2', 20700);
const BITS = LogBufferDescriptor.positionBitsToShift(TERM_LENGTH);
const WINDOW = 2000;

function udpChannelWith(flowControl: string): UdpChannel {
  const suffix = flowControl === '' ? '' : `|fc=${flowControl}`;
  const uri = `aeron:udp?endpoint=224.20.30.39:24326${suffix}`;
  return { channelUri: ChannelUri.parse(uri), originalUriString: uri } as UdpChannel;
}

/** A strategy of a group, as the sender sees it. */
class Stage {
  readonly errors: Error[] = [];
  readonly counters = new CountersManager(AtomicBuffer.allocate(64 * 1024), AtomicBuffer.allocate(16 * 1024), {
    epochTimeMs: () => 0,
  });
  readonly receivers = this.counters.newCounter('fc-receivers');
  readonly flowControl: FlowControl;
  readonly #buffer = AtomicBuffer.allocate(256);
  senderLimit = 0;

  constructor(flowControl: string, defaults: Partial<typeof FLOW_CONTROL_DEFAULTS> = {}) {
    this.flowControl = multicastFlowControlSupplier('max')(this.params(flowControl, defaults));
  }

  params(flowControl: string, defaults: Partial<typeof FLOW_CONTROL_DEFAULTS>): FlowControlParams {
    return {
      udpChannel: udpChannelWith(flowControl),
      streamId: 0,
      sessionId: 0,
      registrationId: 0,
      defaults: { ...FLOW_CONTROL_DEFAULTS, ...defaults },
      newReceiversCounter: () => this.receivers,
      onError: (error) => this.errors.push(error),
    };
  }

  statusMessage(receiverId: number, position: number, timeNs: number, groupTag?: bigint, flags = 0): number {
    const values = { receiverId: BigInt(receiverId), windowLength: WINDOW, groupTag, flags };
    encodeStatusMessage(this.#buffer, position, values);
    const limit = this.flowControl.onStatusMessage(
      this.#buffer,
      0,
      SOURCE,
      this.senderLimit,
      INITIAL_TERM_ID,
      BITS,
      timeNs,
    );
    this.senderLimit = limit;
    return limit;
  }

  error(receiverId: number, groupTag?: bigint): void {
    ErrorFlyweight.encode(this.#buffer, 0, 0, 0, BigInt(receiverId), groupTag, 1, '');
    this.flowControl.onError(this.#buffer, 0, SOURCE, 0);
  }

  triggerSetup(receiverId: number, timeNs: number, groupTag?: bigint): void {
    encodeStatusMessage(this.#buffer, 0, { receiverId: BigInt(receiverId), groupTag });
    this.flowControl.onTriggerSendSetup(this.#buffer, 0, SOURCE, timeNs);
    this.flowControl.onSetup(this.senderLimit, timeNs);
  }

  idle(timeNs: number): number {
    this.senderLimit = this.flowControl.onIdle(timeNs, this.senderLimit, 0, false);
    return this.senderLimit;
  }
}

describe('max multicast flow control', () => {
  it('follows the fastest receiver and never goes back', () => {
    const stage = new Stage('max');
    assert.equal(stage.statusMessage(1, 1024, 0), 1024 + WINDOW);
    assert.equal(stage.statusMessage(2, 64, 0), 1024 + WINDOW);
    assert.equal(stage.idle(100 * SECOND), 1024 + WINDOW);
    assert.equal(stage.flowControl.hasRequiredReceivers, true);
  });
});

describe('min multicast flow control', () => {
  it('follows the slowest receiver', () => {
    const stage = new Stage('min');
    stage.statusMessage(1, 0, 0);
    assert.equal(stage.senderLimit, WINDOW);
    stage.statusMessage(2, 0, 0);
    stage.statusMessage(1, 1024, 0);
    assert.equal(stage.senderLimit, WINDOW);
    stage.statusMessage(2, 512, 0);
    assert.equal(stage.senderLimit, 512 + WINDOW);
    assert.equal(stage.receivers.get(), 2);
  });

  it('forgets receivers after a silence', () => {
    const stage = new Stage('min,t:100ms');
    stage.statusMessage(1, 0, 0);
    stage.statusMessage(2, 0, 0);
    stage.statusMessage(2, 1024, 0.05 * SECOND);
    assert.equal(stage.idle(0.1 * SECOND), WINDOW);
    assert.equal(stage.idle(0.12 * SECOND), 1024 + WINDOW);
    assert.equal(stage.receivers.get(), 1);
  });

  it('forgets receivers at their end of stream and after an error', () => {
    const stage = new Stage('min');
    stage.statusMessage(1, 0, 0);
    stage.statusMessage(2, 512, 0);
    stage.statusMessage(3, 1024, 0);
    stage.statusMessage(1, 0, 0, undefined, StatusMessageFlyweight.END_OF_STREAM_FLAG);
    assert.equal(stage.idle(1), 512 + WINDOW);
    stage.error(2);
    assert.equal(stage.idle(1), 1024 + WINDOW);
    assert.equal(stage.receivers.get(), 1);
  });

  it('does not let a receiver in that is a window or more behind', () => {
    const stage = new Stage('min');
    stage.statusMessage(1, 10_240, 0);
    stage.statusMessage(2, 10_240 - WINDOW - 32, 0);
    assert.equal(stage.receivers.get(), 1);
    stage.statusMessage(2, 10_240 - 1024, 0);
    assert.equal(stage.receivers.get(), 2);
  });

  it('has required receivers only from the minimum group size on', () => {
    const stage = new Stage('min,g:/2');
    assert.equal(stage.flowControl.hasRequiredReceivers, false);
    assert.equal(stage.statusMessage(1, 0, 0), 0);
    assert.equal(stage.flowControl.hasRequiredReceivers, false);
    assert.equal(stage.statusMessage(2, 0, 0), WINDOW);
    assert.equal(stage.flowControl.hasRequiredReceivers, true);
    stage.idle(6 * SECOND);
    assert.equal(stage.flowControl.hasRequiredReceivers, false);
  });

  it('takes the group size and the time-out of the driver where the channel is silent', () => {
    const stage = new Stage('min', { flowControlGroupMinSize: 1, flowControlReceiverTimeoutNs: SECOND });
    assert.equal(stage.flowControl.hasRequiredReceivers, false);
    stage.statusMessage(1, 0, 0);
    assert.equal(stage.flowControl.hasRequiredReceivers, true);
    stage.idle(1.1 * SECOND);
    assert.equal(stage.flowControl.hasRequiredReceivers, false);
  });

  it('stands still after a setup that was asked for, until that receiver has joined or was given up', () => {
    const stage = new Stage('min');
    stage.statusMessage(1, 0, 0);
    stage.triggerSetup(2, 1);
    stage.statusMessage(1, 1024, 2);
    assert.equal(stage.senderLimit, WINDOW);
    stage.statusMessage(2, 0, 3);
    stage.statusMessage(2, 1024, 4);
    assert.equal(stage.senderLimit, 1024 + WINDOW);

    stage.triggerSetup(3, 5);
    stage.statusMessage(1, 1536, 6);
    stage.statusMessage(2, 1536, 6);
    assert.equal(stage.senderLimit, 1024 + WINDOW);
    stage.statusMessage(1, 1536, 5 * SECOND);
    stage.statusMessage(2, 1536, 5 * SECOND + 6);
    assert.equal(stage.senderLimit, 1536 + WINDOW);
  });

  it('hears no more receivers than it can track, and says so once', () => {
    const stage = new Stage('min');
    for (let id = 0; id < RECEIVERS_MAX + 10; id++) {
      stage.statusMessage(id, 0, 0);
    }
    assert.equal(stage.receivers.get(), RECEIVERS_MAX);
    assert.equal(stage.errors.length, 1);
  });

  it('never lets the sender past what the slowest live receiver has said', () => {
    const message = fc.record({ id: fc.integer({ min: 1, max: 4 }), step: fc.integer({ min: 0, max: 60 }) });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 60 }), (messages) => {
        const stage = new Stage('min');
        const edges = new Map<number, number>();
        const positions = new Map<number, number>();
        for (const { id, step } of messages) {
          const countBefore = stage.receivers.get();
          const limitBefore = stage.senderLimit;
          const position = (positions.get(id) ?? 0) + step * 32;
          positions.set(id, position);
          const limit = stage.statusMessage(id, position, 0);
          if (edges.has(id) || stage.receivers.get() > countBefore) {
            edges.set(id, position + WINDOW);
          }
          assert.ok(limit <= Math.max(limitBefore, Math.min(...edges.values())));
          assert.ok(limit >= limitBefore);
        }
      }),
    );
  });
});

describe('tagged multicast flow control', () => {
  it('follows the slowest receiver that carries the tag, and no other', () => {
    const stage = new Stage('tagged,g:123');
    stage.statusMessage(1, 0, 0, 123n);
    stage.statusMessage(2, 1024, 0);
    stage.statusMessage(3, 1024, 0, 124n);
    assert.equal(stage.senderLimit, WINDOW);
    assert.equal(stage.receivers.get(), 1);
    stage.statusMessage(1, 512, 0, 123n);
    assert.equal(stage.senderLimit, 512 + WINDOW);
  });

  it('goes as far as the last one says while nobody carries the tag', () => {
    const stage = new Stage('tagged,g:123');
    assert.equal(stage.statusMessage(2, 1024, 0), 1024 + WINDOW);
    assert.equal(stage.receivers.get(), 0);
  });

  it('hears the errors of its group alone', () => {
    const stage = new Stage('tagged,g:123');
    stage.statusMessage(1, 0, 0, 123n);
    stage.error(1);
    stage.error(1, 5n);
    stage.idle(1);
    assert.equal(stage.receivers.get(), 1);
    stage.error(1, 123n);
    stage.idle(1);
    assert.equal(stage.receivers.get(), 0);
  });

  it('takes the tag of the driver where the channel names none', () => {
    const stage = new Stage('tagged,g:/1', { flowControlGroupTag: 77n });
    stage.statusMessage(1, 0, 0, 77n);
    assert.equal(stage.flowControl.hasRequiredReceivers, true);
  });
});

describe('flow control parameters', () => {
  const parse = (value: string) => parseFlowControl(udpChannelWith(value));
  const none = {
    strategy: undefined,
    receiverTimeoutNs: undefined,
    groupTag: undefined,
    groupMinSize: undefined,
    retransmitReceiverWindowMultiple: undefined,
  };

  it('are read from fc=', () => {
    assert.deepEqual(parse(''), none);
    assert.deepEqual(parse('max'), { ...none, strategy: 'max' });
    assert.deepEqual(parse('min,t:10s,g:/5'), {
      ...none,
      strategy: 'min',
      receiverTimeoutNs: 10 * SECOND,
      groupMinSize: 5,
    });
    assert.deepEqual(parse('tagged,g:-1/5,t:25ms,rrwm:3'), {
      strategy: 'tagged',
      receiverTimeoutNs: 25_000_000,
      groupTag: -1n,
      groupMinSize: 5,
      retransmitReceiverWindowMultiple: 3,
    });
  });

  for (const value of [
    'min,t:soon',
    'min,g:/x',
    'tagged,g:x',
    'tagged,g:9223372036854775808',
    'min,g:/-1',
    'max,rrwm:0',
  ]) {
    it(`refuse ${value}`, () => {
      assert.throws(() => parse(value), { code: 'INVALID_CHANNEL' });
    });
  }

  it('name a strategy that there is', () => {
    assert.throws(() => new Stage('fastest'), /unsupported multicast flow control strategy: fc=fastest/);
    const params = new Stage('').params('max', {});
    assert.throws(() => defaultUnicastFlowControlSupplier(params), /unsupported unicast flow control strategy: fc=max/);
  });
});

describe('retransmission length', () => {
  it('is what was asked for, within the term and a multiple of the window', () => {
    const term = 16 * 1024 * 1024;
    assert.equal(calculateRetransmissionLength(1000, term, 0, 16), 1000);
    assert.equal(calculateRetransmissionLength(1000, term, term - 512, 16), 512);
    assert.equal(calculateRetransmissionLength(term, term, 0, 16), 16 * 128 * 1024);
    assert.equal(calculateRetransmissionLength(term, TERM_LENGTH, 0, 1), TERM_LENGTH / 2);
  });
});
