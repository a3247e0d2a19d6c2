import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, messages, type Publication, type Subscription, send } from '../../src/client/mod.ts';
import { ClientWorld, SECOND_NS } from './client-world.ts';
import { TERM_LENGTH } from './fake-driver.ts';

const IPC = 'aeron:ipc';

async function open() {
  const world = new ClientWorld();
  world.startDriver();
  const aeron = await world.connect();
  const subscription = await world.settle(aeron.addSubscription(IPC, 10));
  const publication = await world.settle(aeron.addPublication(IPC, 10));
  return { world, aeron, subscription, publication };
}

const text = ({ data }: Message) => new TextDecoder().decode(data);

describe('send', () => {
  it('resolves with the position once the message is in the log', async () => {
    const { world, publication } = await open();
    assert.equal(await world.settle(send(publication, 'hello')), 64);
    assert.equal(await world.settle(send(publication, new Uint8Array(5000))), publication.position);
  });

  it('waits for receivers to come, and to keep up, and keeps the order', async () => {
    const { world, subscription, publication } = await open();
    const size = 1000;
    const count = (3 * TERM_LENGTH) / size;
    const sends = Array.from({ length: count }, (_, i) => {
      const bytes = new Uint8Array(size);
      bytes[0] = i;
      return send(publication, bytes);
    });
    const received: number[] = [];
    await world.until(() => {
      subscription.poll((buffer, offset) => received.push(buffer.getUint8(offset)), 3);
      return received.length === Math.floor(count);
    });
    assert.deepEqual(
      received,
      received.map((_, i) => i & 0xff),
    );
    const positions = await world.settle(Promise.all(sends));
    assert.equal(positions.at(-1), publication.position);
  });

  it('gives up when told to, and lets the next one pass', async () => {
    const { world, subscription, publication } = await open();
    subscription.close();
    await world.until(() => !publication.isConnected);
    const controller = new AbortController();
    const given = send(publication, 'one', { signal: controller.signal });
    const next = send(publication, 'two');
    await world.pass(SECOND_NS);
    controller.abort();
    await assert.rejects(world.settle(given), { name: 'AbortError' });
    await assert.rejects(send(publication, 'three', { signal: controller.signal }), { name: 'AbortError' });
    const again = await addSubscription(world);
    await world.settle(next);
    const received: string[] = [];
    await world.until(() => {
      again.poll((buffer, offset, length) => received.push(buffer.getStringWithoutLength(offset, length)), 10);
      return received.length === 1;
    });
    assert.deepEqual(received, ['two']);
  });

  it('fails when the publication is closed, also while it waits', async () => {
    const { world, subscription, publication } = await open();
    subscription.close();
    await world.until(() => !publication.isConnected);
    const sending = send(publication, 'one');
    publication.close();
    assert.equal(await world.codeOf(sending), 'CLOSED');
    assert.equal(await world.codeOf(send(publication, 'two')), 'CLOSED');
  });

  it('gives up at once while others wait before it, and lets nobody pass them', async () => {
    const { world, subscription, publication } = await open();
    subscription.close();
    await world.until(() => !publication.isConnected);
    const controller = new AbortController();
    const first = send(publication, 'one');
    const given = send(publication, 'two', { signal: controller.signal });
    await world.pass(SECOND_NS);
    controller.abort();
    await assert.rejects(world.settle(given), { name: 'AbortError' });
    const last = send(publication, 'three');
    const again = await addSubscription(world);
    const received: string[] = [];
    await world.until(() => {
      again.poll((buffer, offset, length) => received.push(buffer.getStringWithoutLength(offset, length)), 10);
      return received.length === 2;
    });
    assert.deepEqual(received, ['one', 'three']);
    await world.settle(Promise.all([first, last]));
  });

  it('refuses what no log takes', async () => {
    const { world, publication } = await open();
    await world.until(() => publication.isConnected);
    assert.equal(await world.codeOf(send(publication, new Uint8Array(TERM_LENGTH))), 'MESSAGE_TOO_LONG');
  });
});

describe('messages', () => {
  const take = async (subscription: Subscription, count: number, options?: Parameters<typeof messages>[1]) => {
    const taken: Message[] = [];
    for await (const message of messages(subscription, options)) {
      taken.push(message);
      if (taken.length === count) {
        break;
      }
    }
    return taken;
  };
  const sendAll = async (publication: Publication, texts: string[]) => {
    for (const each of texts) {
      await send(publication, each);
    }
  };

  it('are the messages, whole and in order, to keep', async () => {
    const { world, subscription, publication } = await open();
    const texts = Array.from({ length: 500 }, (_, i) => `message ${i} ${'x'.repeat((i % 10) * 500)}`);
    const sending = sendAll(publication, texts);
    const taken = await world.settle(take(subscription, texts.length));
    await world.settle(sending);
    assert.deepEqual(taken.map(text), texts);
    assert.equal(taken.at(-1)!.position, publication.position);
    assert.equal(taken[0]!.sessionId, publication.sessionId);
    assert.equal(taken[0]!.streamId, 10);
    assert.equal(taken[0]!.reservedValue, 0n);
  });

  it('are not lost when the loop is left', async () => {
    const { world, subscription, publication } = await open();
    await world.settle(sendAll(publication, ['a', 'b', 'c', 'd']));
    const first = await world.settle(take(subscription, 2));
    const second = await world.settle(take(subscription, 2));
    assert.deepEqual([...first, ...second].map(text), ['a', 'b', 'c', 'd']);
  });

  it('end with the subscription', async () => {
    const { world, subscription } = await open();
    const taking = take(subscription, 1);
    await world.pass(SECOND_NS);
    subscription.close();
    assert.deepEqual(await world.settle(taking), []);
  });

  it('end with the signal', async () => {
    const { world, subscription } = await open();
    const controller = new AbortController();
    const taking = take(subscription, 1, { signal: controller.signal });
    await world.pass(SECOND_NS);
    controller.abort(new Error('enough'));
    await assert.rejects(world.settle(taking), /enough/);
    await assert.rejects(take(subscription, 1, { signal: controller.signal }), /enough/);
  });

  it('leave the client its turns', async () => {
    const { world, aeron, subscription, publication } = await open();
    let isDone = false;
    const flood = async () => {
      while (!isDone) {
        await send(publication, 'x');
      }
    };
    const flooding = flood();
    const taking = take(subscription, 20_000).finally(() => {
      isDone = true;
    });
    await world.settle(taking);
    await world.settle(flooding);
    assert.equal(aeron.isClosed, false);
  });
});

async function addSubscription(world: ClientWorld): Promise<Subscription> {
  const aeron = await world.connect();
  return world.settle(aeron.addSubscription(IPC, 10));
}
