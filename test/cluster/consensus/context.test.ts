import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminRequestDecoder, BackupQueryDecoder } from '../../../src/cluster/codecs/mod.ts';
import { createContext } from '../../../src/cluster/consensus/context.ts';
import { type ClusterClock, ClusterTimeUnit, type ConsensusModuleOptions } from '../../../src/cluster/consensus/mod.ts';
import { nativePlatform } from '../../../src/platform/native/mod.ts';

const MEMBERS = '0,a:1,a:2,a:3,a:4,a:5|1,b:1,b:2,b:3,b:4,b:5';

const NANOSECONDS = 'io.aeron.cluster.NanosecondClusterClock';
const REQUIRED: ConsensusModuleOptions = {
  platform: nativePlatform(),
  clusterMembers: MEMBERS,
  ingressChannel: 'aeron:udp',
  replicationChannel: 'aeron:udp?endpoint=localhost:0',
};

function contextOf(options: ConsensusModuleOptions, properties: Record<string, string> = {}) {
  return createContext({ ...REQUIRED, ...options }, { properties: new Map(Object.entries(properties)) });
}

describe('options of a consensus module', () => {
  it('name what is missing and how to set it', () => {
    for (const name of ['clusterMembers', 'ingressChannel', 'replicationChannel']) {
      assert.throws(() => contextOf({ [name]: '' }), {
        code: 'CONFIGURATION',
        message: new RegExp(`${name} must be set; also set by AERON_CLUSTER_`),
      });
    }
  });

  it('refuse members that cannot be, and a member that is not among them', () => {
    assert.throws(() => contextOf({ clusterMembers: '0,a:1,a:2,a:3,a:4' }), { code: 'CLUSTER_MEMBERS' });
    assert.throws(() => contextOf({ clusterMembers: `${MEMBERS}|1,c:1,c:2,c:3,c:4,c:5` }), {
      code: 'CLUSTER_MEMBERS',
      message: /member id 1 is there twice/,
    });
    assert.throws(() => contextOf({ clusterMemberId: 7 }), { code: 'CLUSTER_MEMBERS', message: /clusterMemberId 7/ });
    assert.throws(() => contextOf({ memberEndpoints: 'a:1,a:2,a:3,a:4,a:9' }), { code: 'CLUSTER_MEMBERS' });
  });

  it('refuse a canvass that is over before a heartbeat is late, and a log channel with a position', () => {
    assert.throws(() => contextOf({ startupCanvassTimeoutNs: '15s' }), {
      message: /startupCanvassTimeoutNs=15000000000.*leaderHeartbeatTimeoutNs=10000000000/,
    });
    assert.throws(() => contextOf({ logChannel: 'aeron:udp?term-id=4' }), { message: /logChannel.*term-id/ });
    assert.throws(() => contextOf({ serviceCount: 11 }), { message: /serviceCount.*10/ });
  });

  it('refuse an authenticator or an authorisation service that only upstream knows', () => {
    for (const property of ['aeron.cluster.authenticator.supplier', 'aeron.cluster.authorisation.service.supplier']) {
      assert.throws(() => contextOf({}, { [property]: 'com.example.Mine' }), {
        code: 'CONFIGURATION',
        message: new RegExp(`'com.example.Mine' \\(from ${property}\\)`),
      });
    }
    const known = { 'aeron.cluster.authenticator.supplier': 'io.aeron.security.DefaultAuthenticatorSupplier' };
    assert.equal(contextOf({}, known).authenticatorName, 'io.aeron.security.DefaultAuthenticatorSupplier');
  });

  it('choose an authorisation service by its name', () => {
    const allows = (name: string, templateId: number) =>
      contextOf({}, { 'aeron.cluster.authorisation.service.supplier': name }).authorisationService.isAuthorised(
        BackupQueryDecoder.SCHEMA_ID,
        templateId,
        undefined,
        undefined,
      );
    const { TEMPLATE_ID: admin } = AdminRequestDecoder;
    const { TEMPLATE_ID: backup } = BackupQueryDecoder;
    assert.deepEqual([allows('', admin), allows('', backup)], [false, true]);
    assert.deepEqual([allows('ALLOW_ALL', admin), allows('ALLOW_ALL', backup)], [true, true]);
    assert.deepEqual([allows('DENY_ALL', admin), allows('DENY_ALL', backup)], [false, false]);
  });

  it('take a cluster clock by its name, or one of the own', () => {
    assert.equal(contextOf({}).clock.timeUnit, ClusterTimeUnit.MILLIS);
    assert.equal(contextOf({}, { 'aeron.cluster.clock': NANOSECONDS }).clock.timeUnit, ClusterTimeUnit.NANOS);
    const own: ClusterClock = { timeUnit: ClusterTimeUnit.MICROS, time: () => 7n };
    assert.equal(contextOf({ clusterClock: own }, { 'aeron.cluster.clock': NANOSECONDS }).clock, own);
    assert.throws(() => contextOf({ clusterClock: 'sundial' }), {
      code: 'CONFIGURATION',
      message: /sundial.*Millisecond/,
    });
  });

  it("have the snapshot stream of the property that services have too, and the archive's durability by default", () => {
    assert.equal(contextOf({}, { 'aeron.cluster.snapshot.stream.id': '200' }).snapshotStreamId, 200);
    const levelIn = (variables: Record<string, string>) =>
      createContext(REQUIRED, { environment: { get: (name) => variables[name] } }).fileSyncLevel;
    assert.deepEqual(
      [
        levelIn({}),
        levelIn({ AERON_ARCHIVE_FILE_SYNC_LEVEL: '2' }),
        levelIn({ AERON_ARCHIVE_FILE_SYNC_LEVEL: '2', AERON_CLUSTER_FILE_SYNC_LEVEL: '1' }),
      ],
      [0, 2, 1],
    );
  });

  it('tell a log that goes to each member from one by multicast', () => {
    assert.equal(contextOf({}).isLogMdc, true);
    assert.equal(contextOf({ logChannel: 'aeron:udp?endpoint=224.20.30.39:24326' }).isLogMdc, false);
    assert.equal(contextOf({ logChannel: 'aeron:ipc' }).isLogMdc, false);
  });
});
