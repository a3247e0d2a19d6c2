import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Aeron, type Publication, RegistrationError, type Subscription } from '../../src/client/mod.ts';
import { ErrorCode } from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import { Place, rejection } from './place.ts';

const PORT = freePort();
const EP = `endpoint=127.0.0.1:${PORT}`;
/** Not a name in any place where names are looked up, and refused without asking the network. */
const NO_HOST = `${'x'.repeat(70)}.invalid`;

interface BadChannel {
  readonly channel: string;
  readonly message: RegExp;
  readonly code?: number;
}

/** Wrong for publications and subscriptions. */
const BAD_CHANNELS: readonly BadChannel[] = [
  { channel: '', message: /expected 'aeron:' at index 0/ },
  { channel: 'areon:udp?endpoint=127.0.0.1:1', message: /expected 'aeron:' at index 0\n {2}areon:udp.*\n {2}\^/ },
  { channel: 'aeron:', message: /unknown media ''.*at index 6/ },
  { channel: 'aeron:tcp?endpoint=127.0.0.1:1', message: /unknown media 'tcp'.*at index 6\n.*\n {8}\^/ },
  { channel: 'aeron:udp?endpoint', message: /expected '=' after 'endpoint' at index [12]8/ },
  { channel: 'aeron:udp?=127.0.0.1:1', message: /empty parameter name at index [12]0/ },
  { channel: `aeron:udp?${EP}|mtu`, message: /expected '=' after 'mtu' at index/ },
  { channel: `aeron:udp?${EP}||mtu=1408`, message: /at index/ },
  { channel: `aeron:ipc?alias=${'x'.repeat(5000)}`, message: /at most 4095/ },
  { channel: 'aeron:udp', message: /endpoint|control/ },
  { channel: 'aeron:udp?endpoint=127.0.0.1', message: /127\.0\.0\.1.*port|port.*127\.0\.0\.1/ },
  { channel: 'aeron:udp?endpoint=127.0.0.1:', message: /endpoint=127\.0\.0\.1:/ },
  { channel: 'aeron:udp?endpoint=127.0.0.1:65536', message: /65536/ },
  { channel: 'aeron:udp?endpoint=127.0.0.1:-1', message: /-1/ },
  { channel: 'aeron:udp?endpoint=127.0.0.1:12x', message: /12x/ },
  { channel: 'aeron:udp?endpoint=[::1:4000', message: /\[::1:4000/ },
  { channel: `aeron:udp?endpoint=${NO_HOST}:4000`, code: ErrorCode.UNKNOWN_HOST, message: /endpoint=x{70}\.invalid/ },
  {
    channel: `aeron:udp?endpoint=127.0.0.1:0|control=${NO_HOST}:1|control-mode=dynamic`,
    code: ErrorCode.UNKNOWN_HOST,
    message: /control=x{70}/,
  },
  { channel: `aeron:udp?${EP}|interface=203.0.113.77`, message: /203\.0\.113\.77/ },
  { channel: `aeron:udp?endpoint=224.20.30.39:${PORT}|interface=203.0.113.77/24`, message: /203\.0\.113\.77/ },
  { channel: `aeron:udp?endpoint=224.20.30.40:${PORT}`, message: /224\.20\.30\.40/ },
  { channel: `aeron:udp?${EP}|session-id=many`, message: /session-id=many/ },
  { channel: `aeron:udp?${EP}|so-rcvbuf=lots`, message: /so-rcvbuf=lots/ },
];

/** Wrong for publications. */
const BAD_PUBLICATION_CHANNELS: readonly BadChannel[] = [
  { channel: 'aeron:udp?endpoint=127.0.0.1:0', message: /port=0/ },
  { channel: `aeron:udp?${EP}|mtu=16`, message: /mtu=16/ },
  { channel: `aeron:udp?${EP}|mtu=1409`, message: /mtu=1409.*32/ },
  { channel: `aeron:udp?${EP}|mtu=65536`, message: /mtu=65536.*65504/ },
  { channel: `aeron:udp?${EP}|mtu=-32`, message: /mtu=-32/ },
  { channel: `aeron:udp?${EP}|mtu=1k5`, message: /mtu=1k5/ },
  { channel: 'aeron:ipc?mtu=100000', message: /mtu=100000/ },
  { channel: `aeron:udp?${EP}|term-length=100000`, message: /term-length=100000.*power of two/i },
  { channel: `aeron:udp?${EP}|term-length=32k`, message: /term-length=32k.*65536/ },
  { channel: `aeron:udp?${EP}|term-length=2g`, message: /term-length=2g.*1073741824/ },
  { channel: `aeron:udp?${EP}|term-length=9999999999999g`, message: /term-length=9999999999999g/ },
  { channel: 'aeron:ipc?term-length=', message: /term-length=/ },
  { channel: `aeron:udp?${EP}|term-length=64k|mtu=16k`, message: /16384.*8192/ },
  { channel: `aeron:udp?${EP}|init-term-id=1|term-id=2`, message: /complete set.*term-offset/ },
  { channel: 'aeron:ipc?init-term-id=1|term-id=0|term-offset=0', message: /init-term-id=1 when term-id=0/ },
  { channel: 'aeron:ipc?init-term-id=1|term-id=1|term-offset=17', message: /term-offset=17.*32/ },
  { channel: `aeron:udp?${EP}|linger=soon`, message: /linger=soon/ },
  { channel: `aeron:udp?${EP}|fc=maximum`, message: /fc|flow control/ },
  { channel: `aeron:udp?${EP}|pub-wnd=64k|term-length=64k`, message: /pub-wnd=65536.*half/ },
  { channel: `aeron:udp?${EP}|tags=1,one`, message: /entity tag 'one'/ },
  { channel: 'aeron:udp?session-id=tag:4711|endpoint=127.0.0.1:4000', message: /session-id=tag:4711/ },
  { channel: 'aeron:udp?control-mode=dynamic', message: /control/ },
];

/** Wrong for subscriptions. */
const BAD_SUBSCRIPTION_CHANNELS: readonly BadChannel[] = [
  { channel: `aeron:udp?${EP}|cc=faster`, message: /cc=faster|congestion/ },
  { channel: `aeron:udp?${EP}|control=127.0.0.1:0|control-mode=dynamic`, message: /port=0/ },
];

describe('a bad channel is refused with the words that help', () => {
  const place = new Place();
  let aeron: Aeron;
  let errors: unknown[];

  before(async () => {
    const driver = await place.driver();
    ({ aeron, errors } = await place.client(driver.aeronDirectoryName));
  });

  after(async () => {
    await place.clear();
    assert.deepEqual(errors, []);
  });

  const add = {
    publication: (channel: string) => aeron.addPublication(channel, 7),
    'exclusive publication': (channel: string) => aeron.addExclusivePublication(channel, 7),
    subscription: (channel: string) => aeron.addSubscription(channel, 7),
  };

  /** What is wrong with how it was refused; undefined when nothing is. */
  async function problemOf(promise: Promise<unknown>, { channel, message, code }: BadChannel) {
    const error = await promise.then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    const isRight =
      error instanceof RegistrationError &&
      error.errorCode === (code ?? ErrorCode.INVALID_CHANNEL) &&
      message.test(error.message) &&
      !/undefined|NaN|\[object/.test(error.message);
    return isRight ? undefined : `${channel} should be refused with ${message}: ${error}`;
  }

  async function refuses(promise: Promise<unknown>, bad: BadChannel): Promise<void> {
    assert.equal(await problemOf(promise, bad), undefined);
  }

  for (const [kind, channels] of [
    ['publication', [...BAD_CHANNELS, ...BAD_PUBLICATION_CHANNELS]],
    ['exclusive publication', [...BAD_CHANNELS, ...BAD_PUBLICATION_CHANNELS]],
    ['subscription', [...BAD_CHANNELS, ...BAD_SUBSCRIPTION_CHANNELS]],
  ] as const) {
    it(`by a ${kind}`, async () => {
      const problems = await Promise.all(channels.map((bad) => problemOf(add[kind](bad.channel), bad)));
      assert.deepEqual(
        problems.filter((problem) => problem !== undefined),
        [],
      );
    });
  }

  it('as a spy', async () => {
    const channels = BAD_CHANNELS.filter(({ channel }) => channel.startsWith('aeron:udp'));
    const problems = await Promise.all(
      channels.map((bad) => problemOf(add.subscription(`aeron-spy:${bad.channel}`), bad)),
    );
    assert.deepEqual(
      problems.filter((problem) => problem !== undefined),
      [],
    );
  });

  it('as a destination', async () => {
    const publication = await aeron.addPublication('aeron:udp?control-mode=manual', 8);
    const subscription = await aeron.addSubscription('aeron:udp?control-mode=manual', 8);
    const bad: readonly BadChannel[] = [
      { channel: 'udp?endpoint=127.0.0.1:1', message: /at index 0/ },
      { channel: 'aeron:udp?endpoint=127.0.0.1:99999', message: /99999/ },
      { channel: `aeron:udp?endpoint=${NO_HOST}:1`, code: ErrorCode.UNKNOWN_HOST, message: /endpoint=x{70}/ },
      { channel: `aeron:udp?${EP}|mtu=1408`, message: /mtu/ },
    ];
    for (const destination of bad) {
      await refuses(publication.addDestination(destination.channel), destination);
      await refuses(subscription.addDestination(destination.channel), destination);
    }
    await refuses(publication.addDestination('aeron:udp?endpoint=127.0.0.1:0'), {
      channel: 'port 0',
      message: /port=0/,
    });
    publication.close();
    subscription.close();
  });

  it('that its publication or subscription takes no destinations for', async () => {
    const closing: (Publication | Subscription)[] = [];
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    const publication = await aeron.addPublication(channel, 9);
    const subscription = await aeron.addSubscription(channel, 9);
    closing.push(publication, subscription);
    await refuses(publication.addDestination(channel), { channel, message: /manual control/ });
    await refuses(subscription.addDestination(channel), {
      channel,
      message: /unknown MDS/,
      code: ErrorCode.UNKNOWN_SUBSCRIPTION,
    });
    for (const resource of closing) {
      resource.close();
    }
  });

  it('in use by somebody else', async () => {
    const port = freePort();
    const channel = `aeron:udp?endpoint=127.0.0.1:${port}`;
    const other = await place.driver();
    const { aeron: neighbour } = await place.client(other.aeronDirectoryName);
    const taken = await neighbour.addSubscription(channel, 1);
    const error = await rejection(aeron.addSubscription(channel, 1));
    assert.equal((error as RegistrationError).errorCode, ErrorCode.GENERIC_ERROR, error.message);
    assert.match(
      error.message,
      new RegExp(`127\\.0\\.0\\.1:${port}.*EADDRINUSE|EADDRINUSE.*127\\.0\\.0\\.1:${port}`, 's'),
    );

    const control = `aeron:udp?control=127.0.0.1:${port}|control-mode=dynamic`;
    const refused = await rejection(aeron.addPublication(control, 1));
    assert.equal((refused as RegistrationError).errorCode, ErrorCode.GENERIC_ERROR, refused.message);

    taken.close();
    await neighbour.addCounter(1000, 'the removal was done before this');
    const deadline = Date.now() + 60_000;
    for (;;) {
      assert.ok(Date.now() < deadline, 'the port is free again');
      const subscription = await aeron.addSubscription(channel, 1).catch((again: RegistrationError) => again);
      if (!(subscription instanceof RegistrationError)) {
        subscription.close();
        break;
      }
      assert.equal(subscription.errorCode, ErrorCode.GENERIC_ERROR, subscription.message);
    }
  });

  it('and the good ones still work', async () => {
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    const subscription = await aeron.addSubscription(channel, 7);
    const publication = await aeron.addPublication(channel, 7);
    assert.ok(!subscription.isClosed && !publication.isClosed);
  });
});
