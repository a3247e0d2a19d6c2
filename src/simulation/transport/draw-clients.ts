import type { Draw } from '../draw.ts';
import { drawChannels } from './draw-channels.ts';
import type {
  ClientScenario,
  HostScenario,
  MessageLengths,
  PublisherScenario,
  StreamScenario,
  SubscriberScenario,
} from './scenario.ts';

const US = 1_000;
const MS = 1_000_000;
const MAX_MESSAGES = 3_000;
const HEADER_LENGTH = 32;

interface Placed<T> {
  readonly host: string;
  readonly program: T;
}

/** Programs for every stream, spread over clients of their hosts. */
export function drawClients(
  draw: Draw,
  hosts: readonly HostScenario[],
  streams: readonly StreamScenario[],
  trafficNs: number,
): ClientScenario[] {
  const publishers: Placed<PublisherScenario>[] = [];
  const subscribers: Placed<SubscriberScenario>[] = [];
  streams.forEach((stream, i) => {
    const streamDraw = draw.fork(`stream ${i}`);
    const channels = drawChannels(streamDraw.fork('channels'), stream, i, hosts, trafficNs);
    for (const place of channels.publishers) {
      const program = drawPublisher(streamDraw.fork(`publisher ${publishers.length}`), stream, trafficNs);
      publishers.push({ host: place.host, program: { ...program, ...place.program, id: publishers.length } });
    }
    for (const place of channels.subscribers) {
      const program = drawSubscriber(streamDraw.fork(`subscriber ${subscribers.length}`), stream, trafficNs);
      // What is filled in for lost frames breaks messages apart: only an assembler finds its way.
      const poll = place.program.isReliable ? program.poll : 'poll';
      subscribers.push({ host: place.host, program: { ...program, ...place.program, poll, id: subscribers.length } });
    }
  });
  return hosts.flatMap((host) => drawClientsOf(draw.fork(`clients ${host.name}`), host, publishers, subscribers));
}

function drawClientsOf(
  draw: Draw,
  host: HostScenario,
  publishers: readonly Placed<PublisherScenario>[],
  subscribers: readonly Placed<SubscriberScenario>[],
): ClientScenario[] {
  const count = draw.between(1, 3);
  const place = <T>(placed: readonly Placed<T>[]) =>
    placed
      .filter((each) => each.host === host.name)
      .map(({ program }) => ({ client: draw.between(1, count), program }));
  const placedPublishers = place(publishers);
  const placedSubscribers = place(subscribers);
  return Array.from({ length: count }, (_, i): ClientScenario => {
    const of = <T>(placed: readonly { client: number; program: T }[]) =>
      placed.filter(({ client }) => client === i + 1).map(({ program }) => program);
    return {
      name: `${host.name}${i + 1}`,
      host: host.name,
      usesInvoker: draw.chance(0.7),
      keepAliveIntervalNs: draw.pick([100 * MS, 500 * MS]),
      publishers: of(placedPublishers),
      subscribers: of(placedSubscribers),
      end: draw.chance(0.7) ? 'close' : 'kill',
    };
  }).filter(({ publishers, subscribers }) => publishers.length + subscribers.length > 0);
}

function drawPublisher(draw: Draw, stream: StreamScenario, trafficNs: number) {
  const lengths = drawLengths(draw, stream);
  const bytes = stream.termLength * draw.magnitude(1, 60) * 0.1;
  const messageCount = Math.min(MAX_MESSAGES, Math.max(1, Math.floor(bytes / averageLength(draw, lengths, stream))));
  const burst = draw.pick([1, 1, 4, 32]);
  const paced = (draw.real(0.8) * trafficNs * burst) / messageCount;
  return {
    stream,
    startNs: draw.chance(0.6) ? 0 : draw.between(0, trafficNs / 2),
    messageCount,
    burst,
    everyNs: draw.chance(0.5) ? 0 : Math.floor(paced),
    lengths,
    claimChance: draw.chance(0.5) ? 0 : draw.real(0.6),
    abortChance: draw.real(0.2),
    paddingChance: draw.chance(0.2) ? draw.real(0.1) : 0,
    claimHoldNs: draw.chance(0.5) ? 0 : draw.magnitude(10 * US, 20 * MS),
    closesWhenDone: draw.chance(0.3),
  };
}

function drawLengths(draw: Draw, stream: StreamScenario): MessageLengths {
  const longest = stream.termLength / 8;
  const max = draw.magnitude(1, draw.chance(0.7) ? Math.min(longest, stream.mtu) : longest);
  return {
    min: draw.chance(0.5) ? draw.between(0, max) : draw.between(0, Math.min(max, 16)),
    max,
    maximumChance: draw.chance(0.3) ? draw.real(0.1) : 0,
  };
}

/** The length of a message, in bytes. */
export function drawLength(draw: Draw, lengths: MessageLengths, longest: number): number {
  if (draw.chance(lengths.maximumChance)) {
    return longest;
  }
  return Math.min(longest, draw.magnitude(lengths.min + 1, lengths.max + 1) - 1);
}

function averageLength(draw: Draw, lengths: MessageLengths, stream: StreamScenario): number {
  const samples = 32;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    sum += HEADER_LENGTH + drawLength(draw, lengths, stream.termLength / 8);
  }
  return sum / samples;
}

function drawSubscriber(draw: Draw, stream: StreamScenario, trafficNs: number) {
  const isSlow = draw.chance(0.3);
  return {
    stream,
    startNs: draw.chance(0.7) ? 0 : draw.between(0, trafficNs),
    poll: draw.pick(['poll', 'poll', 'controlled', 'block'] as const),
    fragmentLimit: draw.pick([1, 3, 10, 50]),
    everyNs: isSlow ? draw.magnitude(200 * US, 50 * MS) : 0,
    leavesAtNs: draw.chance(0.15) ? draw.between(0, trafficNs) : undefined,
    returnsAfterNs: draw.magnitude(MS, 500 * MS),
  };
}
