import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron, BufferClaim, FragmentAssembler, type Header, messages, send } from '../../src/client/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { SMALL_DRIVER, until } from './place.ts';

/*
 * Uses everything that a client has given out after it was taken away. Arguments: the Aeron directory, and how
 * the client ends: 'close', 'driver-killed <pid>', 'driver-closed' (with a driver in this thread that the
 * client outlives). Prints one line a use, then DONE.
 */
const [aeronDirectoryName = '', ending = '', pid] = process.argv.slice(2);
const MESSAGE = AtomicBuffer.ofString('a message');
/** Of whatever has a method of that name. */
const USUAL_CALLS: readonly (readonly [method: string, args: readonly unknown[]])[] = [
  ['commit', []],
  ['abort', []],
  ['offer', [MESSAGE]],
  ['offerTwo', [MESSAGE, 0, 4, MESSAGE, 4, 4]],
  ['offerVector', [[{ buffer: MESSAGE }]]],
  ['offerBlock', [AtomicBuffer.allocate(64), 0, 64]],
  ['tryClaim', [8, new BufferClaim()]],
  ['appendPadding', [8]],
  ['asyncAddDestination', ['aeron:udp?endpoint=127.0.0.1:9']],
  ['localSocketAddresses', []],
  ['poll', [() => {}, 10]],
  ['boundedPoll', [() => {}, 64, 10]],
  ['controlledPoll', [() => {}, 10]],
  ['controlledPeek', [0, () => {}, 64]],
  ['blockPoll', [() => {}, 64]],
  ['rawPoll', [() => {}, 64]],
  ['imageBySessionId', [1]],
  ['resolvedEndpoint', []],
  ['get', []],
  ['increment', []],
  ['getCounterValue', [0]],
  ['forEach', [() => {}]],
  ['nextCorrelationId', []],
  ['asyncAddPublication', ['aeron:ipc', 1]],
  ['asyncAddSubscription', ['aeron:ipc', 1]],
  ['getPublication', [1]],
  ['isCommandActive', [1]],
  ['asyncRemovePublication', [1]],
  ['getInt32Volatile', [0]],
  ['getInt32', [0]],
  ['close', []],
];
const CHANNELS = ['aeron:ipc', 'aeron:udp?endpoint=127.0.0.1:0'] as const;

const driver =
  ending === 'driver-closed'
    ? await MediaDriver.launch({ ...SMALL_DRIVER, aeronDirectoryName, threadingMode: 'INVOKER' })
    : undefined;
const errors: unknown[] = [];
const aeron = await Aeron.connect({
  aeronDirectoryName,
  // How long it takes to miss one that was killed; long enough for answers of one that lives.
  driverTimeoutMs: 5_000,
  keepAliveIntervalNs: 100_000_000,
  idleSleepDurationNs: 1_000_000,
  resourceLingerDurationNs: 0,
  errorHandler: (error) => errors.push(error),
  ...(driver === undefined ? {} : { useConductorAgentInvoker: true, driverAgentInvoker: driver.sharedAgentInvoker! }),
});
const turn = () => {
  driver?.sharedAgentInvoker?.invoke();
  aeron.conductorAgentInvoker?.invoke();
};
const soon = (what: string, condition: () => unknown) =>
  until(what, () => {
    turn();
    return condition();
  });

/** Everything that can be held on to, by name. */
const held: Record<string, object> = { aeron, countersReader: aeron.countersReader };
for (const channel of CHANNELS) {
  const kind = channel.slice(6, 9);
  const subscription = await aeron.addSubscription(channel, 1001);
  await soon('the port is known', () => subscription.tryResolveChannelEndpointPort());
  const resolved = subscription.tryResolveChannelEndpointPort()!;
  const publication = await aeron.addPublication(resolved, 1001);
  const exclusive = await aeron.addExclusivePublication(resolved, 1001);
  await soon('a message goes to each', () => publication.offer(MESSAGE) > 0);
  await soon('a message goes to each', () => exclusive.offer(MESSAGE) > 0);
  await soon('both images come', () => subscription.imageCount === 2);
  let header: Header | undefined;
  let term: AtomicBuffer | undefined;
  await soon('a fragment comes', () => {
    subscription.poll((buffer, _offset, _length, given) => {
      header = given;
      term = buffer;
    }, 1);
    return header;
  });
  const claim = new BufferClaim();
  await soon('a claim is given', () => publication.tryClaim(16, claim) > 0);
  const exclusiveClaim = new BufferClaim();
  await soon('a claim is given', () => exclusive.tryClaim(16, exclusiveClaim) > 0);
  Object.assign(held, {
    [`${kind} subscription`]: subscription,
    [`${kind} publication`]: publication,
    [`${kind} exclusive`]: exclusive,
    [`${kind} image`]: subscription.imageAtIndex(0)!,
    [`${kind} other image`]: subscription.imageAtIndex(1)!,
    [`${kind} header`]: header!,
    [`${kind} term`]: term!,
    [`${kind} claim`]: claim,
    [`${kind} exclusive claim`]: exclusiveClaim,
  });
}
const manual = await aeron.addPublication('aeron:udp?control-mode=manual', 1002);
await manual.addDestination('aeron:udp?endpoint=127.0.0.1:9');
const counter = await aeron.addCounter(1000, 'a counter');
held['manual'] = manual;
held['counter'] = counter;
held['static counter'] = await aeron.addStaticCounter(1000, 'a static counter', 7n);
held['key'] = aeron.countersReader.keyBuffer(counter.id);
const quiet = await aeron.addPublication('aeron:ipc', 1003);
const waiting = [
  send(quiet, 'nobody listens').then(String, codeOf),
  nextMessage(),
  driver === undefined ? 'CLIENT_CLOSED' : aeron.addPublication('aeron:ipc', 1004).then(String, codeOf),
];

switch (ending) {
  case 'driver-killed':
    process.kill(Number(pid), 'SIGKILL');
    await until('the client closes', () => aeron.isClosed);
    break;
  case 'driver-closed':
    await driver!.close();
    use('driver', 'invoke', () => driver!.sharedAgentInvoker!.invoke());
    await until('the client closes', () => {
      aeron.conductorAgentInvoker!.invoke();
      return aeron.isClosed;
    });
    break;
  default:
    aeron.close();
}

for (const [i, outcome] of (await Promise.all(waiting)).entries()) {
  console.log(`waiting ${i}: ${outcome}`);
}
for (const [name, object] of Object.entries(held)) {
  for (const [property, { get }] of propertiesOf(object)) {
    if (get !== undefined) {
      use(name, property, () => get.call(object));
    }
  }
  for (const [property, args] of USUAL_CALLS) {
    const method = (object as Record<string, unknown>)[property];
    if (typeof method === 'function') {
      use(name, property, () => method.apply(object, args));
    }
  }
}
for (const object of Object.values(held)) {
  callEverything(object);
}
console.log(`errors: ${errors.map(codeOf).join(' ')}`);
console.log('DONE');

/** Whatever there is to set and to call, private or not, with arguments of every kind: it may throw what it likes. */
function callEverything(object: object): void {
  for (const [property, { set, value }] of propertiesOf(object)) {
    if (set !== undefined) {
      outcomeOf(() => set.call(object, 64));
    }
    if (typeof value === 'function' && property !== 'constructor') {
      for (const args of argumentsToTry()) {
        outcomeOf(() => value.apply(object, args));
      }
    }
  }
}

function propertiesOf(object: object): [string, PropertyDescriptor][] {
  const properties: [string, PropertyDescriptor][] = [];
  for (let type = Object.getPrototypeOf(object); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    properties.push(...Object.entries(Object.getOwnPropertyDescriptors(type)));
  }
  return properties;
}

function argumentsToTry(): unknown[][] {
  const handler = () => undefined;
  const assembler = new FragmentAssembler(handler);
  return [
    [],
    [handler, 10],
    [assembler.onFragment, 10],
    [handler, 64, 10],
    [0, handler, 64],
    [MESSAGE],
    [MESSAGE, 0, 4],
    [0],
    [0, 8],
    [8, MESSAGE, 0, 4],
    [8, new BufferClaim()],
    ['aeron:ipc'],
    ['aeron:ipc', 1001],
    [1000, 'label', new Uint8Array(4)],
    [1000, 'label', 7n],
  ];
}

function use(name: string, what: string, action: () => unknown): void {
  console.log(`${name} ${what}: ${outcomeOf(action)}`);
}

function outcomeOf(action: () => unknown): string {
  try {
    const result = action();
    if (result instanceof Promise) {
      result.catch(() => {});
      return 'a promise';
    }
    return Array.isArray(result) ? `${result.length} items` : typeof result === 'object' ? 'an object' : String(result);
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return AeronError.is(error) ? error.code : String(error).split('\n')[0]!;
}

async function nextMessage(): Promise<string> {
  try {
    const subscription = await aeron.addSubscription('aeron:ipc', 1005);
    quiet.close();
    for await (const message of messages(subscription)) {
      return String(message);
    }
    return 'no more';
  } catch (error) {
    return codeOf(error);
  }
}
