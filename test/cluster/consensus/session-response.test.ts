import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer, CountersDescriptor } from '../../../src/agrona/mod.ts';
import { type Aeron, RegistrationError } from '../../../src/client/mod.ts';
import { PublishedSessionResponse } from '../../../src/cluster/consensus/session-response.ts';
import { ErrorCode } from '../../../src/protocol/mod.ts';

const COUNTER_ID = 3;
const PUBLICATION_ID = 42;
const SESSION_ID = 9;

/** A driver that answers as a test says, and the response to a session by it. */
class ResponseUnderTest {
  /** In the order in which it was asked for. */
  readonly asked: string[] = [];
  /** What the driver says to the publication; the last one from then on. */
  answers: (ErrorCode | 'ready')[] = ['ready'];
  value = -1;
  readonly valuesBuffer = AtomicBuffer.allocate(1024);
  readonly response = new PublishedSessionResponse({
    aeron: {
      countersReader: { valuesBuffer: this.valuesBuffer },
      asyncAddCounter: () => this.asked.push('counter'),
      asyncAddPublication: () => this.asked.push('publication'),
      getPublication: () => this.#publication(),
      getCounter: () => ({
        id: COUNTER_ID,
        setRelease: (value: number) => {
          this.value = value;
        },
      }),
    } as unknown as Aeron,
    clusterId: 0,
    sessionId: SESSION_ID,
    sessionInfo: '',
    channel: 'aeron:udp?endpoint=10.0.0.2:9000',
    streamId: 102,
  });

  get referenceId(): number {
    return this.valuesBuffer.getInt64(
      CountersDescriptor.counterOffset(COUNTER_ID) + CountersDescriptor.REFERENCE_ID_OFFSET,
    );
  }

  #publication(): { readonly registrationId: number } {
    const answer = this.answers.shift() ?? 'ready';
    if (answer !== 'ready') {
      throw new RegistrationError(1, answer, 'no');
    }
    return { registrationId: PUBLICATION_ID };
  }
}

describe('the response to a session', () => {
  it('has a counter, asked for first, that shows session and publication', () => {
    const under = new ResponseUnderTest();
    under.response.connect();
    assert.deepEqual(under.asked, ['counter', 'publication']);
    assert.equal(under.response.poll(), 'ready');
    assert.equal(under.value, SESSION_ID);
    assert.equal(under.referenceId, PUBLICATION_ID);
  });

  it('is asked for again while its address is still being closed, and fails by other errors', () => {
    const under = new ResponseUnderTest();
    under.answers = [ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE, 'ready'];
    under.response.connect();
    assert.equal(under.response.poll(), 'pending');
    assert.equal(under.response.poll(), 'ready');
    assert.deepEqual(under.asked, ['counter', 'publication', 'publication']);

    const refused = new ResponseUnderTest();
    refused.answers = [ErrorCode.INVALID_CHANNEL];
    refused.response.connect();
    assert.equal(refused.response.poll(), 'failed');
    assert.equal((refused.response.failure as RegistrationError).code, 'INVALID_CHANNEL');
  });
});
