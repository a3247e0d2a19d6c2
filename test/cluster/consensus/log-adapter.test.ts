import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { type ControlledFragmentHandler, Header, type Image } from '../../../src/client/mod.ts';
import { MessageHeaderEncoder, SessionMessageHeaderEncoder } from '../../../src/cluster/codecs/mod.ts';
import { LogAdapter, type LogListener } from '../../../src/cluster/consensus/log-adapter.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../../src/protocol/mod.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const { BEGIN_FRAG_FLAG, END_FRAG_FLAG } = FrameDescriptor;

/** An image that has one fragment. */
function imageOf(termOffset: number, flags: number, payload: Uint8Array): Image {
  const buffer = AtomicBuffer.allocate(HEADER_LENGTH + payload.length);
  buffer.putInt32(0, buffer.capacity);
  HeaderFlyweight.putFlags(buffer, 0, flags);
  buffer.putInt32(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, termOffset);
  buffer.putBytes(HEADER_LENGTH, AtomicBuffer.copyOf(payload), 0, payload.length);
  const image = {
    position: termOffset,
    boundedControlledPoll(handler: ControlledFragmentHandler) {
      handler(buffer, HEADER_LENGTH, payload.length, new Header(buffer, 0, 16));
      return 1;
    },
  };
  return image as unknown as Image;
}

describe('what a member reads of its log', () => {
  it('is a message whole, also when it begins in a replay and ends in the log of the leader', () => {
    const heard: bigint[] = [];
    const listener = { onReplayServiceMessage: (id: bigint) => void heard.push(id) } as unknown as LogListener;
    const message = AtomicBuffer.allocate(96);
    const id = -(2n ** 63n) + 5n;
    new SessionMessageHeaderEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder()).clusterSessionId(id);
    const bytes = message.copyBytes(0, message.capacity);
    const adapter = new LogAdapter(listener, 10);
    adapter.image = imageOf(64, BEGIN_FRAG_FLAG, bytes.subarray(0, 64));
    adapter.poll(1000);
    adapter.image = imageOf(64 + HEADER_LENGTH + 64, END_FRAG_FLAG, bytes.subarray(64));
    adapter.poll(1000);
    assert.deepEqual(heard, [id]);
  });
});
