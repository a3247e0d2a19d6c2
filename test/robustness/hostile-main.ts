import { AtomicBuffer, CountersReader, ManyToOneRingBuffer } from '../../src/agrona/mod.ts';
import { AeronError, type Platform, SocketAddress, type UdpSocket } from '../../src/platform/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { Prng } from '../../src/platform/simulated/mod.ts';
import { CncFile } from '../../src/protocol/mod.ts';
import { HostileCommands } from './hostile-commands.ts';
import { HostileFrames, type VictimStream } from './hostile-frames.ts';

/** What the program is told, as JSON in its first argument. */
export interface HostileOrders {
  readonly seed: number;
  readonly durationMs: number;
  readonly aeronDirectoryName: string;
  /** Sockets of the driver: 'host:port'. */
  readonly targets: readonly string[];
  readonly victims: readonly VictimStream[];
  /** Channels of good clients. */
  readonly channels: readonly string[];
}

const ROUND_NS = 5_000_000;
const FRAMES_A_ROUND = 12;
const COMMANDS_A_ROUND = 2;
const SOCKETS = 3;
const SCRATCH_LENGTH = 128 * 1024;

/** Throws bad frames and commands at a driver; prints how many of each kind. */
function main({ seed, durationMs, aeronDirectoryName, targets, victims, channels }: HostileOrders): void {
  const platform = nativePlatform();
  const random = Prng.seeded(seed);
  const memory = platform.allocate(SCRATCH_LENGTH);
  const buffer = AtomicBuffer.over(memory);
  const cncFile = CncFile.tryMap(platform, aeronDirectoryName);
  if (!(cncFile instanceof CncFile)) {
    throw new Error(cncFile);
  }
  const counters = new CountersReader(cncFile.countersMetaDataBuffer, cncFile.countersValuesBuffer);
  const counterValue = (counterId: number) => counters.getCounterValue(counterId);
  const frames = new HostileFrames(random.fork('frames'), buffer, victims, counterValue);
  const commands = new HostileCommands(random.fork('commands'), buffer, channels);
  const choice = random.fork('choice');
  const toDriver = new ManyToOneRingBuffer(cncFile.toDriverBuffer);
  const sockets = openSockets(platform);
  const addresses = targets.map(parseAddress);
  const pick = <T>(items: readonly T[]) => items[choice.below(items.length)]!;

  const endMs = platform.clock.epochTimeMs() + durationMs;
  while (platform.clock.epochTimeMs() < endMs) {
    for (let i = 0; i < FRAMES_A_ROUND; i++) {
      const length = frames.next();
      try {
        pick(sockets).send(memory, 0, length, pick(addresses));
      } catch (error) {
        if (!AeronError.is(error)) {
          throw error;
        }
      }
    }
    for (let i = 0; i < COMMANDS_A_ROUND; i++) {
      const { msgTypeId, length } = commands.next();
      toDriver.write(msgTypeId, buffer, 0, length);
    }
    platform.park(ROUND_NS);
  }
  cncFile.close();
  for (const socket of sockets) {
    socket.close();
  }
  console.log(JSON.stringify({ frames: frames.counts, commands: commands.counts }));
}

function openSockets(platform: Platform): UdpSocket[] {
  const bind = SocketAddress.of('127.0.0.1', 0);
  return Array.from({ length: SOCKETS }, () => platform.network.openUdp({ bind }));
}

function parseAddress(target: string): SocketAddress {
  const colon = target.lastIndexOf(':');
  return SocketAddress.of(target.slice(0, colon), Number(target.slice(colon + 1)));
}

main(JSON.parse(process.argv[2]!));
