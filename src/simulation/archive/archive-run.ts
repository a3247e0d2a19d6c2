import { AtomicBuffer } from '../../agrona/mod.ts';
import { AeronArchive, REPLAY_ALL_AND_STOP, RecordingPos, SourceLocation } from '../../archive/client/mod.ts';
import { Aeron, type ExclusivePublication, type Subscription } from '../../client/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import { type SimulatedHost, type SimulatedProcess, SimulatedWorld } from '../../platform/simulated/mod.ts';
import { Draw } from '../draw.ts';
import { SimulatedArchive } from '../simulated-archive.ts';
import { SimulatedMediaDriver } from '../simulated-media-driver.ts';
import { Story } from '../story.ts';
import { InvariantError, type SuiteOptions } from '../suite.ts';
import type { ArchiveRound, ArchiveScenario } from './archive-scenario.ts';
import { RecordedTruth } from './recorded-truth.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
const STREAM_ID = 33;
const REPLAY_STREAM_ID = 34;
const TERM_LENGTH = 64 * 1024;
const ARCHIVE_ADDRESS = '10.0.0.1';
const CLIENT_ADDRESS = '10.0.0.2';
/** After which a driver misses a client, and an image its sender. */
const LIVENESS_NS = SECOND;
/** How long anything may take once all is sound. */
const RECOVERY_NS = 120 * SECOND;
const STEP_NS = MS / 10;

/** A client of the archive, as long as its process lives. */
interface Client {
  readonly program: SimulatedProcess;
  readonly aeron: Aeron;
  readonly archive: AeronArchive;
}

/**
 * One scenario from beginning to end. In each round:
 *
 *     all is up and sound | a stream is recorded, and something happens | up and sound again: what was acknowledged is
 *     there, replays are what was sent, the catalog knows every recording
 */
export class ArchiveRun {
  readonly world: SimulatedWorld;
  readonly story: Story;
  deliveredMessages = 0;
  readonly #scenario: ArchiveScenario;
  readonly #draw: Draw;
  readonly #archiveHost: SimulatedHost;
  readonly #clientHost: SimulatedHost;
  readonly #truths: RecordedTruth[] = [];
  readonly #message = AtomicBuffer.allocate(2048);
  #archiveDriver: SimulatedMediaDriver | undefined;
  #clientDriver: SimulatedMediaDriver | undefined;
  #archive: SimulatedArchive | undefined;
  #client: Client | undefined;
  /** What is to happen in the round; nothing, when it is over. */
  #strike: () => void = () => undefined;
  /** What the archive told its client without being asked: why a recording has ended. */
  #told: string | undefined;

  constructor(scenario: ArchiveScenario, options: SuiteOptions) {
    const { seed, isRemote } = scenario;
    this.#scenario = scenario;
    this.#draw = Draw.seeded(seed, 'archive-run');
    this.world = new SimulatedWorld({ seed, ...options });
    this.story = new Story(() => this.world.now);
    this.#archiveHost = this.world.host('archive', { addresses: [ARCHIVE_ADDRESS] });
    this.#clientHost = isRemote ? this.world.host('client', { addresses: [CLIENT_ADDRESS] }) : this.#archiveHost;
  }

  /** @throws InvariantError, or whatever came out of driver, archive and client when all was sound */
  play(): void {
    for (const round of this.#scenario.rounds) {
      this.#becomeSound();
      this.#playRound(round);
      this.#becomeSound();
      this.#checkAll();
      if (round.purges) {
        this.#purge();
      }
    }
    this.#end();
  }

  #playRound(round: ArchiveRound): void {
    const { fault } = round;
    const disk = this.#archiveHost.disk('/');
    disk.set({ syncLatencyNs: this.#scenario.syncLatencyNs });
    try {
      this.#record(round);
    } catch (error) {
      if (!this.#isExcused(error, fault.kind)) {
        throw error;
      }
      this.story.tell(`the client gives up: ${(error as Error).message.split('\n')[0]}`);
    }
    this.#strike = () => undefined;
    if (fault.kind === 'kill') {
      this.#archive?.kill();
    }
    if (fault.kind === 'none') {
      this.#endArchive();
    }
  }

  /** Not what must never be, and not without a fault. */
  #isExcused(error: unknown, fault: string): boolean {
    return !(error instanceof InvariantError) && AeronError.is(error) && fault !== 'none';
  }

  #record(round: ArchiveRound): void {
    const { archive } = this.#connected();
    this.#told = undefined;
    const extended = round.extends ? this.#draw.pick([undefined, ...this.#truths]) : undefined;
    const channel = this.#channel();
    const source = this.#scenario.isRemote ? SourceLocation.REMOTE : SourceLocation.LOCAL;
    const publication = this.#publish(this.#publicationChannel(extended));
    if (extended === undefined) {
      archive.startRecording(channel, STREAM_ID, source).block();
    } else {
      archive.extendRecording(extended.recordingId, channel, STREAM_ID, source).block();
    }
    const recordingId = this.#awaitRecording(archive, publication, extended?.recordingId);
    const truth = extended ?? new RecordedTruth(recordingId);
    if (extended === undefined) {
      this.#truths.push(truth);
    }
    const from = truth.stopPosition;
    this.story.tell(`recording ${recordingId} ${extended === undefined ? 'begins' : `goes on from ${from}`}`);
    let isStruck = false;
    this.#strike = () => {
      isStruck = true;
      this.#break(round);
    };
    this.world.after(round.faultNs, () => this.#strike());
    this.#send(round, truth, publication, archive);
    this.#until('something happens', () => isStruck || this.#told !== undefined);
    this.#send(round, truth, publication, archive);
    this.#settle(truth, publication, archive);
    publication.close();
    archive.tryStopRecording(channel, STREAM_ID).block();
    this.#until('the recording has ended', () => archive.getStopPosition(recordingId).block() >= 0);
    if (this.#told === undefined && archive.getStopPosition(recordingId).block() < truth.sentPosition) {
      truth.fail('has ended before all was recorded, and its client was not told why');
    }
  }

  #awaitRecording(archive: AeronArchive, publication: ExclusivePublication, extendedId: number | undefined): number {
    let recordingId = -1;
    this.#until('the recording begins', () => {
      if (publication.isConnected) {
        recordingId =
          extendedId ?? archive.findLastMatchingRecording(0, 'aeron:', STREAM_ID, publication.sessionId).block();
        return recordingId >= 0 && this.#isRecording(archive, recordingId);
      }
      return false;
    });
    return recordingId;
  }

  #isRecording(archive: AeronArchive, recordingId: number): boolean {
    return archive.getStopPosition(recordingId).block() === -1;
  }

  /** Until all was sent, or nobody takes it any more. */
  #send(round: ArchiveRound, truth: RecordedTruth, publication: ExclusivePublication, archive: AeronArchive): void {
    const deadlineNs = this.world.now + RECOVERY_NS;
    for (let sent = 0; sent < round.messages && this.#told === undefined; ) {
      if (this.world.now > deadlineNs) {
        throw new InvariantError('it takes too long until all is sent');
      }
      const length = this.#draw.between(1, round.maxLength);
      const isZeros = this.#draw.chance(round.zeros);
      truth.fill(this.#message, length, isZeros);
      const position = publication.offer(this.#message, 0, length);
      if (position > 0) {
        truth.add(position, length, isZeros);
        sent++;
        if (this.#draw.chance(0.1)) {
          this.#idle();
        }
      } else if (!publication.isConnected) {
        this.story.tell(`nobody takes more after ${sent} messages`);
        return;
      } else {
        truth.padTo(publication.position);
        this.#idle();
      }
      this.#look(truth, archive, sent);
    }
  }

  /** What the archive shows or says is a promise. */
  #look(truth: RecordedTruth, archive: AeronArchive, sent: number): void {
    if (!this.#scenario.isRemote) {
      const counters = this.#client!.aeron.countersReader;
      const counterId = RecordingPos.findCounterIdByRecording(counters, truth.recordingId);
      if (counterId >= 0) {
        truth.acknowledge(counters.getCounterValue(counterId));
      }
    } else if (sent % 40 === 0) {
      truth.acknowledge(archive.getRecordingPosition(truth.recordingId).block());
    }
  }

  /** All that was sent is recorded, or the recording has ended, which its client is told. */
  #settle(truth: RecordedTruth, publication: ExclusivePublication, archive: AeronArchive): void {
    this.#until('all is recorded', () => {
      const position = archive.getRecordingPosition(truth.recordingId).block();
      truth.acknowledge(Math.max(0, position));
      return position === publication.position || this.#told !== undefined || !publication.isConnected;
    });
  }

  #break({ fault }: ArchiveRound): void {
    const disk = this.#archiveHost.disk('/');
    switch (fault.kind) {
      case 'none':
        return;
      case 'kill':
        this.story.tell(`the archive is killed ${fault.operations} operations on`);
        this.#archive?.killAfter(fault.operations);
        return;
      case 'crash':
        this.story.tell(`the power fails, what was not synced is ${fault.unsynced}`);
        this.#archiveHost.crash({ unsynced: fault.unsynced });
        return;
      case 'full':
        this.story.tell('the disk is full');
        disk.setCapacity(0);
        return;
      case 'errors':
        this.story.tell('the disk fails');
        disk.set(fault);
        return;
    }
  }

  /** Drivers, archive and client are there, and nothing fails. */
  #becomeSound(): void {
    const disk = this.#archiveHost.disk('/');
    disk.set({ writeError: 0, syncError: 0, readError: 0, syncLatencyNs: 0 });
    disk.setCapacity(1024 ** 4);
    this.#closeClient();
    if (this.#archiveDriver?.isAlive !== true) {
      this.#archive?.kill();
      this.#archiveDriver = this.#launchDriver(this.#archiveHost);
    }
    if (!this.#scenario.isRemote) {
      this.#clientDriver = this.#archiveDriver;
    } else if (this.#clientDriver?.isAlive !== true) {
      this.#clientDriver = this.#launchDriver(this.#clientHost);
    }
    if (this.#archive === undefined || !this.#archive.isAlive || this.#archive.isClosed) {
      this.#launchArchive();
    }
    this.#client = this.#connect();
  }

  #launchDriver(host: SimulatedHost): SimulatedMediaDriver {
    return SimulatedMediaDriver.launch(host, {
      dirDeleteOnStart: true,
      timerIntervalNs: LIVENESS_NS / 10,
      clientLivenessTimeoutNs: LIVENESS_NS,
      imageLivenessTimeoutNs: LIVENESS_NS,
      publicationUnblockTimeoutNs: 2 * LIVENESS_NS,
      publicationLingerTimeoutNs: LIVENESS_NS / 2,
    });
  }

  #launchArchive(): void {
    this.#archive?.kill();
    // What a dead archive has left in its driver goes when it is missed.
    const deadlineNs = this.world.now + RECOVERY_NS;
    for (;;) {
      try {
        this.#archive = SimulatedArchive.launch(this.#archiveHost, this.#archiveOptions());
        this.story.tell('the archive is up');
        return;
      } catch (error) {
        if (!AeronError.is(error) || error.code !== 'ACTIVE_ARCHIVE' || this.world.now > deadlineNs) {
          throw error;
        }
        this.world.run(SECOND);
      }
    }
  }

  #archiveOptions() {
    const { fileSyncLevel, checksum, segmentFileLength, isRemote } = this.#scenario;
    return {
      archiveId: 7n,
      fileSyncLevel,
      catalogFileSyncLevel: fileSyncLevel,
      segmentFileLength,
      controlChannel: `aeron:udp?endpoint=${ARCHIVE_ADDRESS}:8010`,
      replicationChannel: `aeron:udp?endpoint=${ARCHIVE_ADDRESS}:0`,
      ...(checksum === undefined ? {} : { recordChecksum: checksum, replayChecksum: checksum }),
      ...(isRemote ? {} : { controlChannelEnabled: true }),
    };
  }

  #connect(): Client {
    const program = this.#clientHost.process('client');
    const aeron = Aeron.connectBlocking({
      platform: program.platform,
      useConductorAgentInvoker: true,
      errorHandler: (error) => this.story.tell(`client: ${error}`),
    });
    const { isRemote } = this.#scenario;
    const archive = AeronArchive.connectBlocking({
      aeron,
      controlRequestChannel: isRemote ? `aeron:udp?endpoint=${ARCHIVE_ADDRESS}:8010` : 'aeron:ipc',
      controlResponseChannel: isRemote ? `aeron:udp?endpoint=${CLIENT_ADDRESS}:0` : 'aeron:ipc',
      messageTimeoutNs: 5 * SECOND,
      errorHandler: (error) => this.#hear(String(error)),
    });
    return { program, aeron, archive };
  }

  #connected(): Client {
    return this.#client!;
  }

  #closeClient(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) {
      return;
    }
    try {
      client.archive.close();
      client.aeron.close();
    } catch {
      // It is dead, or its driver is.
    }
    client.program.kill();
    // The driver notices, and the archive that its session is gone.
    this.world.run(3 * LIVENESS_NS);
  }

  #checkAll(): void {
    for (const truth of this.#truths) {
      this.#check(truth);
    }
  }

  #check(truth: RecordedTruth): void {
    const { archive } = this.#connected();
    const { recordingId } = truth;
    let startPosition = -1;
    let stopPosition = -1;
    const count = archive
      .listRecording(recordingId, (descriptor) => {
        ({ startPosition, stopPosition } = descriptor);
      })
      .block();
    if (count !== 1) {
      truth.fail('is not in the catalog any more');
    }
    if (startPosition !== truth.startPosition) {
      truth.fail(`starts at ${startPosition} instead of ${truth.startPosition}`);
    }
    if (stopPosition < 0) {
      truth.fail('has no end, though nobody records it');
    }
    truth.endAt(stopPosition);
    this.#replay(truth);
    this.story.tell(`recording ${recordingId} is sound: ${truth.count} messages up to ${stopPosition}`);
  }

  #replay(truth: RecordedTruth): void {
    const { stopPosition, startPosition, recordingId } = truth;
    if (stopPosition === startPosition) {
      return;
    }
    const { archive } = this.#connected();
    const channel = this.#scenario.isRemote ? `aeron:udp?endpoint=${CLIENT_ADDRESS}:9000` : 'aeron:ipc';
    const subscription = this.#subscribe(channel, REPLAY_STREAM_ID);
    archive.startReplay(recordingId, channel, REPLAY_STREAM_ID, { length: REPLAY_ALL_AND_STOP }).block();
    let next = 0;
    let isDone = false;
    this.#until(`recording ${recordingId} is replayed`, () => {
      subscription.poll((buffer, offset, length, header) => {
        truth.check(next++, buffer, offset, length, header.position);
        this.deliveredMessages++;
      }, 50);
      const image = subscription.imageAtIndex(0);
      isDone ||= image !== undefined && image.position === stopPosition;
      return isDone;
    });
    subscription.close();
    if (next !== truth.count) {
      truth.fail(`replays ${next} messages instead of ${truth.count}`);
    }
    this.#idle();
  }

  /** The first segments of a recording go. */
  #purge(): void {
    const { archive } = this.#connected();
    const { segmentFileLength } = this.#scenario;
    const truth = this.#truths.find(
      ({ startPosition, stopPosition }) => stopPosition - startPosition > segmentFileLength,
    );
    if (truth === undefined) {
      return;
    }
    const position = truth.startPosition - (truth.startPosition % segmentFileLength) + segmentFileLength;
    archive.purgeSegments(truth.recordingId, position).block();
    truth.startAt(position);
    this.story.tell(`recording ${truth.recordingId} starts at ${position} now`);
    this.#check(truth);
  }

  #endArchive(): void {
    this.#archive?.close();
    this.story.tell('the archive ends in order');
    this.world.run(3 * LIVENESS_NS);
  }

  #end(): void {
    this.#client?.archive.close();
    this.#client?.aeron.close();
    this.#archive?.close();
    this.#clientDriver?.close();
    if (this.#clientDriver !== this.#archiveDriver) {
      this.#archiveDriver?.close();
    }
  }

  #channel(): string {
    return this.#scenario.isRemote ? `aeron:udp?endpoint=${ARCHIVE_ADDRESS}:9100` : 'aeron:ipc';
  }

  /** Where the recording has ended, if it goes on. */
  #publicationChannel(extended: RecordedTruth | undefined): string {
    const separator = this.#scenario.isRemote ? '|' : '?';
    const channel = `${this.#channel()}${separator}term-length=64k`;
    const position = extended?.stopPosition ?? 0;
    const initialTermId = 5;
    const termId = initialTermId + Math.floor(position / TERM_LENGTH);
    return `${channel}|init-term-id=${initialTermId}|term-id=${termId}|term-offset=${position % TERM_LENGTH}`;
  }

  #publish(channel: string): ExclusivePublication {
    const { aeron } = this.#connected();
    const id = aeron.asyncAddExclusivePublication(channel, STREAM_ID);
    let publication: ExclusivePublication | undefined;
    this.#until('there is a publication', () => {
      publication ??= aeron.getExclusivePublication(id);
      return publication !== undefined;
    });
    return publication!;
  }

  #subscribe(channel: string, streamId: number): Subscription {
    const { aeron } = this.#connected();
    const id = aeron.asyncAddSubscription(channel, streamId);
    let subscription: Subscription | undefined;
    this.#until('there is a subscription', () => {
      subscription ??= aeron.getSubscription(id);
      return subscription !== undefined;
    });
    return subscription!;
  }

  #hear(error: string): void {
    this.story.tell(`the archive says: ${error.split('\n')[0]}`);
    this.#told = error;
  }

  #until(what: string, condition: () => boolean): void {
    const deadlineNs = this.world.now + RECOVERY_NS;
    while (!condition()) {
      if (this.world.now > deadlineNs) {
        throw new InvariantError(`it takes too long until ${what}`);
      }
      this.#idle();
    }
  }

  #idle(): void {
    const { aeron, archive, program } = this.#connected();
    aeron.conductorAgentInvoker!.invoke();
    const error = archive.pollForErrorResponse();
    if (error !== undefined) {
      this.#hear(error);
    }
    program.platform.park(STEP_NS);
  }
}
