import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer, DENY_ALL } from '../../../src/agrona/mod.ts';
import { AeronArchive } from '../../../src/archive/client/mod.ts';
import { type Aeron, type ExclusivePublication, FragmentAssembler } from '../../../src/client/mod.ts';
import {
  BackupQueryEncoder,
  BackupResponseDecoder,
  HeartbeatRequestEncoder,
  HeartbeatResponseDecoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  SessionEventDecoder,
  StandbySnapshotEncoder,
} from '../../../src/cluster/codecs/mod.ts';
import { ClusterControlToggle, NodeControlToggle } from '../../../src/cluster/consensus/mod.ts';
import { PROTOCOL_SEMANTIC_VERSION } from '../../../src/cluster/consensus/protocol-version.ts';
import { EntryType, RecordingLog } from '../../../src/cluster/files/mod.ts';
import { AeronCounters } from '../../../src/protocol/mod.ts';
import { NodeWorld } from './node-world.ts';

const RESPONSE_CHANNEL = 'aeron:udp?endpoint=10.0.0.1:9200';
const RESPONSE_STREAM_ID = 50;
const NO_CREDENTIALS = new Uint8Array(0);

/** Somebody on the consensus channel who is no member, and what it is answered. */
class Backup {
  readonly answers: string[] = [];
  readonly aeron: Aeron;
  readonly #node: NodeWorld;
  readonly #responseChannel: string;
  readonly #publication: ExclusivePublication;
  readonly #buffer = AtomicBuffer.allocate(1024);
  readonly #header = new MessageHeaderEncoder();

  /** @param responseParameters of the channel it asks to be answered on */
  constructor(node: NodeWorld, responseParameters = '') {
    this.#responseChannel = RESPONSE_CHANNEL + responseParameters;
    const { aeron, process } = node.aeron('backup');
    this.#node = node;
    this.aeron = aeron;
    const id = aeron.asyncAddExclusivePublication('aeron:udp?endpoint=10.0.0.1:9003|term-length=64k', 108);
    const subscriptionId = aeron.asyncAddSubscription(RESPONSE_CHANNEL, RESPONSE_STREAM_ID);
    node.until(() => aeron.getExclusivePublication(id)?.isConnected === true);
    this.#publication = aeron.getExclusivePublication(id)!;
    const assembler = new FragmentAssembler((buffer, offset) => this.answers.push(describeAnswer(buffer, offset)));
    process.run(() => aeron.getSubscription(subscriptionId)?.poll(assembler.onFragment, 10) ?? 0);
  }

  query(version = PROTOCOL_SEMANTIC_VERSION): void {
    this.#send(
      new BackupQueryEncoder()
        .wrapAndApplyHeader(this.#buffer, 0, this.#header)
        .correlationId(7)
        .responseStreamId(RESPONSE_STREAM_ID)
        .version(version)
        .logPosition(0)
        .responseChannel(this.#responseChannel)
        .putEncodedCredentials(NO_CREDENTIALS),
    );
  }

  heartbeat(): void {
    this.#send(
      new HeartbeatRequestEncoder()
        .wrapAndApplyHeader(this.#buffer, 0, this.#header)
        .correlationId(8)
        .responseStreamId(RESPONSE_STREAM_ID)
        .responseChannel(this.#responseChannel)
        .putEncodedCredentials(NO_CREDENTIALS),
    );
  }

  /** Tells of a snapshot, of the consensus module and one service, in an archive. */
  standbySnapshot(logPosition: number, recordingIds: readonly [module: number, service: number]): void {
    const encoder = new StandbySnapshotEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(9)
      .version(PROTOCOL_SEMANTIC_VERSION)
      .responseStreamId(RESPONSE_STREAM_ID);
    const group = encoder.snapshotsCount(2);
    recordingIds.forEach((recordingId, index) => {
      group
        .next()
        .recordingId(recordingId)
        .leadershipTermId(0)
        .termBaseLogPosition(0)
        .logPosition(logPosition)
        .timestamp(1n)
        .serviceId(index - 1)
        .archiveEndpoint('10.0.0.1:9001');
    });
    this.#send(encoder.responseChannel(this.#responseChannel).putEncodedCredentials(NO_CREDENTIALS));
  }

  until(pattern: RegExp): void {
    this.#node.until(() => this.answers.some((answer) => pattern.test(answer)), `${pattern} of ${this.answers}`);
  }

  #send(encoder: { encodedLength(): number }): void {
    const length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    this.#node.until(() => this.#publication.offer(this.#buffer, 0, length) > 0);
  }
}

function describeAnswer(buffer: AtomicBuffer, offset: number): string {
  const header = new MessageHeaderDecoder();
  const event = new SessionEventDecoder();
  const response = new BackupResponseDecoder();
  const heartbeat = new HeartbeatResponseDecoder();
  if (response.wrapAndApplyHeader(buffer, offset, header)) {
    const snapshots: string[] = [];
    const log = `log ${response.logRecordingId()} of term ${response.lastLeadershipTermId()}`;
    for (const group = response.snapshots(); group.hasNext(); ) {
      const snapshot = group.next();
      snapshots.push(`${snapshot.serviceId()}:${snapshot.recordingId()}`);
    }
    return `backup ${response.correlationId()} ${log} snapshots ${snapshots} members ${response.clusterMembers()}`;
  }
  if (heartbeat.wrapAndApplyHeader(buffer, offset, header)) {
    return `heartbeat ${heartbeat.correlationId()}`;
  }
  return event.wrapAndApplyHeader(buffer, offset, header) ? `event ${event.detail()}` : 'unknown';
}

function snapshotted(node: NodeWorld): NodeWorld {
  const client = node.client();
  client.send('add 1');
  node.until(() => client.messages.includes('sum 1'));
  node.toggle(ClusterControlToggle.SNAPSHOT);
  const count = node.counter(AeronCounters.CLUSTER_SNAPSHOT_COUNTER_TYPE_ID);
  node.until(() => count.get() === 1);
  return node;
}

function snapshotsOf(node: NodeWorld) {
  const log = new RecordingLog(node.host.process('observer').platform, '/cluster', false);
  const entries = log.entries.filter(({ type }) => type !== EntryType.TERM);
  log.close();
  return entries;
}

describe('a consensus module and those who back it up', () => {
  it('tells a backup where log and snapshots are, and that it lives', () => {
    const node = snapshotted(new NodeWorld().start());
    const backup = new Backup(node);
    backup.query();
    backup.heartbeat();
    backup.until(/^backup 7 log 0 of term 0 snapshots 0:1,-1:2 members 0,10\.0\.0\.1:9002/);
    backup.until(/^heartbeat 8/);
  });

  it('turns away those of another protocol, and those who may not', () => {
    const node = new NodeWorld().start({ authorisationServiceSupplier: () => DENY_ALL });
    node.client();
    const backup = new Backup(node);
    backup.query(1 << 16);
    backup.query();
    backup.heartbeat();
    backup.standbySnapshot(64, [5, 6]);
    backup.until(/^event invalid client version 1\.0\.0, cluster=0\.3\.0/);
    backup.until(/^event Not authorised for BackupQuery/);
    backup.until(/^event Not authorised for Heartbeat/);
    backup.until(/^event Not configured to accept StandbySnapshot/);
  });

  it('answers in frames as small as it is asked to', () => {
    const node = new NodeWorld().start();
    node.client();
    const backup = new Backup(node, '|mtu=64');
    backup.query(1 << 16);
    backup.query();
    backup.until(/^event invalid client version 1\.0\.0, cluster=0\.3\.0/);
    backup.until(/^backup 7 log 0 of term 0/);
  });

  it("enters a standby's snapshot once its position is committed, and copies it when it is told to", () => {
    const node = snapshotted(new NodeWorld().logEvents().start({ acceptStandbySnapshots: true }));
    const [, main] = snapshotsOf(node);
    const backup = new Backup(node);
    backup.standbySnapshot(main!.logPosition + 96, [2, 1]);
    node.pass(1_000_000_000);
    assert.equal(snapshotsOf(node).length, 2, 'not yet committed');
    node.client();
    node.until(() => snapshotsOf(node).length === 4);

    const toggle = node.counter(AeronCounters.NODE_CONTROL_TOGGLE_TYPE_ID);
    assert.equal(toggle.compareAndSet(NodeControlToggle.NEUTRAL, NodeControlToggle.REPLICATE_STANDBY_SNAPSHOT), true);
    node.until(() => snapshotsOf(node).length === 6);
    const copied = snapshotsOf(node).filter(({ recordingId }) => recordingId > 2);
    assert.deepEqual(
      copied.map(({ serviceId, logPosition }) => `${serviceId} ${logPosition - main!.logPosition}`),
      ['0 96', '-1 96'],
    );
    const logPosition = main!.logPosition + 96;
    const told = (recordingId: number, serviceId: number) =>
      `STANDBY_SNAPSHOT_NOTIFICATION memberId=0 recordingId=${recordingId} leadershipTermId=0 termBaseLogPosition=0 ` +
      `logPosition=${logPosition} timestamp=T timeUnit=MILLISECONDS serviceId=${serviceId} archiveEndpoint="10.0.0.1:9001"`;
    assert.deepEqual(node.events('STANDBY_SNAPSHOT_NOTIFICATION'), [told(2, -1), told(1, 0)]);
    assert.deepEqual(
      node.events('REPLICATION_ENDED').map((line) => line.replace(/ position=\d+/, '')),
      [
        [2, 3],
        [1, 4],
      ].map(
        ([from, to]) =>
          'REPLICATION_ENDED memberId=0 purpose="STANDBY_SNAPSHOT" ' +
          `channel="aeron:udp?endpoint=10.0.0.1:9001" srcRecordingId=${from} dstRecordingId=${to} ` +
          'hasSynced=true',
      ),
    );
    assert.deepEqual(node.errors, []);
  });

  it('forgets snapshots that the archive does not have any more, when it is told to look', () => {
    const node = snapshotted(new NodeWorld().logEvents().start());
    const { aeron, process } = node.aeron('vandal');
    const archive = AeronArchive.connectBlocking({
      aeron,
      platform: process.platform,
      controlRequestChannel: 'aeron:ipc',
      controlResponseChannel: 'aeron:ipc',
      controlResponseStreamId: 77,
    });
    archive.purgeRecording(2).block();
    const toggle = node.counter(AeronCounters.NODE_CONTROL_TOGGLE_TYPE_ID);
    assert.equal(toggle.compareAndSet(NodeControlToggle.NEUTRAL, NodeControlToggle.VALIDATE_RECORDING_LOG), true);
    node.until(() => snapshotsOf(node).some(({ isValid }) => !isValid));
    assert.deepEqual(
      snapshotsOf(node).map(({ recordingId, isValid }) => `${recordingId} ${isValid}`),
      ['1 true', '2 false'],
    );
    const [, { logPosition }] = snapshotsOf(node) as [unknown, { logPosition: number }];
    assert.deepEqual(node.events('SNAPSHOT_ENTRY_INVALIDATION'), [
      `SNAPSHOT_ENTRY_INVALIDATION memberId=0 entryIndex=2 recordingId=2 logPosition=${logPosition} serviceId=-1`,
    ]);
  });
});
