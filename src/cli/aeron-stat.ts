import type { AtomicBuffer } from '../agrona/mod.ts';
import { CountersReader, ManyToOneRingBuffer, SemanticVersion } from '../agrona/mod.ts';
import { AeronError } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { AeronCounters, ChannelEndpointStatus, CncFile, CommonContext, StreamCounter } from '../protocol/mod.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { propertyOf } from './property.ts';

const USAGE = `usage: aeron aeron-stat [-Daeron.dir=<directory of cnc.dat>]
\t[delay=<seconds between updates>]
\t[watch=<true|false>]
filter by optional regular expressions:
\t[type=<pattern>]
\t[identity=<pattern>]
\t[session=<pattern>]
\t[stream=<pattern>]
\t[channel=<pattern>]`;

const CLEAR_SCREEN = '\u001b[2J\u001b[H';
const VALUE_WIDTH = 26;

type Filters = Readonly<Partial<Record<'type' | 'identity' | 'session' | 'stream' | 'channel', RegExp>>>;

/** Type ids whose key is that of a stream: registration id, session id, stream id, channel. */
const STREAM_TYPES: ReadonlySet<number> = new Set([
  AeronCounters.DRIVER_PUBLISHER_LIMIT_TYPE_ID,
  AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID,
  AeronCounters.DRIVER_RECEIVER_HWM_TYPE_ID,
  AeronCounters.DRIVER_SUBSCRIBER_POSITION_TYPE_ID,
  AeronCounters.DRIVER_RECEIVER_POS_TYPE_ID,
  AeronCounters.DRIVER_SENDER_LIMIT_TYPE_ID,
  AeronCounters.DRIVER_PER_IMAGE_TYPE_ID,
  AeronCounters.DRIVER_PUBLISHER_POS_TYPE_ID,
]);
const CHANNEL_TYPES: ReadonlySet<number> = new Set([
  AeronCounters.DRIVER_SEND_CHANNEL_STATUS_TYPE_ID,
  AeronCounters.DRIVER_RECEIVE_CHANNEL_STATUS_TYPE_ID,
]);

/** `aeron aeron-stat`: prints the counters of the driver in a directory, once or again and again. */
export async function aeronStat(line: CommandLine): Promise<number> {
  if (line.words.some((word) => ['-h', '-help', '--help', '-?'].includes(word))) {
    console.log(USAGE);
    return 0;
  }
  const { filters, isWatching, delayMs } = parseWords(line.words);
  const platform = nativePlatform();
  const directory = propertyOf(line, 'aeron.dir') ?? CommonContext.defaultAeronDirectoryName(platform.environment);
  const cnc = CncFile.tryMap(platform, directory);
  if (typeof cnc === 'string') {
    throw new AeronError(
      'CNC_NOT_READY',
      `${CncFile.pathIn(directory)}: ${cnc}; is a driver running there (-Daeron.dir)?`,
    );
  }
  if (!isWatching) {
    process.stdout.write(render(cnc, platform.clock.epochTimeMs(), filters));
    cnc.close();
    return 0;
  }
  return new Promise((resolve) => {
    const show = () => process.stdout.write(CLEAR_SCREEN + render(cnc, platform.clock.epochTimeMs(), filters));
    const timer = setInterval(show, delayMs);
    show();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        cnc.close();
        resolve(0);
      });
    }
  });
}

function parseWords(words: readonly string[]): { filters: Filters; isWatching: boolean; delayMs: number } {
  const filters: { -readonly [K in keyof Filters]: RegExp } = {};
  let isWatching = true;
  let delayMs = 1000;
  for (const word of words) {
    const equals = word.indexOf('=');
    const [name, value] = [word.slice(0, equals), word.slice(equals + 1)];
    switch (equals < 0 ? '' : name) {
      case 'watch':
        isWatching = value.toLowerCase() === 'true';
        break;
      case 'delay':
        delayMs = Number(value) * 1000;
        if (!(delayMs > 0)) {
          throw new UsageError(`delay is seconds, more than 0, not '${value}'`);
        }
        break;
      case 'type':
      case 'identity':
      case 'session':
      case 'stream':
      case 'channel':
        filters[name as keyof Filters] = patternOf(name, value);
        break;
      default:
        throw new UsageError(`cannot use '${word}'\n${USAGE}`);
    }
  }
  return { filters, isWatching, delayMs };
}

function patternOf(name: string, value: string): RegExp {
  try {
    return new RegExp(value);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
}

function render(cnc: CncFile, nowMs: number, filters: Filters): string {
  const { metaData } = cnc;
  const heartbeatMs = new ManyToOneRingBuffer(cnc.toDriverBuffer).consumerHeartbeatTime();
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const version = SemanticVersion.format(cnc.version);
  const lines = [
    `${time} - Aeron Stat (CnC v${version}), pid ${metaData.pid}, heartbeat age ${nowMs - heartbeatMs}ms`,
    '='.repeat(70),
  ];
  const counters = new CountersReader(cnc.countersMetaDataBuffer, cnc.countersValuesBuffer);
  const idWidth = String(counters.maxCounterId).length;
  counters.forEachMetaData((counterId, typeId, key, label) => {
    if (isWanted(filters, typeId, key)) {
      const value = counters.getCounterValueBigInt(counterId).toLocaleString('en-US');
      lines.push(`${String(counterId).padStart(idWidth)}: ${value.padStart(VALUE_WIDTH)} - ${label}`);
    }
  });
  return `${[...lines, '--'].join('\n')}\n`;
}

function isWanted(filters: Filters, typeId: number, key: AtomicBuffer): boolean {
  const matches = (pattern: RegExp | undefined, text: () => string | number | bigint) =>
    pattern === undefined || pattern.test(String(text()));
  if (!matches(filters.type, () => typeId)) {
    return false;
  }
  if (typeId === AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID) {
    return matches(filters.identity, () => key.getInt32(0));
  }
  if (STREAM_TYPES.has(typeId)) {
    return (
      matches(filters.identity, () => key.getBigInt64(StreamCounter.REGISTRATION_ID_OFFSET)) &&
      matches(filters.session, () => key.getInt32(StreamCounter.SESSION_ID_OFFSET)) &&
      matches(filters.stream, () => key.getInt32(StreamCounter.STREAM_ID_OFFSET)) &&
      matches(filters.channel, () => key.getString(StreamCounter.CHANNEL_OFFSET))
    );
  }
  return (
    !CHANNEL_TYPES.has(typeId) || matches(filters.channel, () => key.getString(ChannelEndpointStatus.CHANNEL_OFFSET))
  );
}
