import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  ALLOW_ALL,
  AtomicBuffer,
  type Authenticator,
  DEFAULT_AUTHENTICATOR,
  rethrowingErrorHandler,
  SemanticVersion,
} from '../../../src/agrona/mod.ts';
import { Aeron } from '../../../src/client/mod.ts';
import { MessageHeaderEncoder, SessionConnectRequestEncoder } from '../../../src/cluster/codecs/mod.ts';
import { ClusterControlToggle, ClusterTimeUnit, ConsensusModule } from '../../../src/cluster/consensus/mod.ts';
import { PROTOCOL_SEMANTIC_VERSION } from '../../../src/cluster/consensus/protocol-version.ts';
import { ClusterMarkFile, RecordingLog } from '../../../src/cluster/files/mod.ts';
import { ClusteredServiceContainer } from '../../../src/cluster/service/mod.ts';
import { AeronCounters } from '../../../src/protocol/mod.ts';
import { TextService } from '../text-service.ts';
import { AERON_DIRECTORY, NodeWorld } from './node-world.ts';

const { ABORT, RESUME, SHUTDOWN, SNAPSHOT, SUSPEND } = ClusterControlToggle;
const SECOND_NS = 1_000_000_000;
/** What a killed component's mark file keeps its successor out for. */
const FORGOTTEN_NS = 11 * SECOND_NS;

describe('a consensus module under virtual time', () => {
  const last = <T>(items: readonly T[]): T | undefined => items.at(-1);

  it('serves clients, takes a snapshot, and goes on from it and the log behind it', () => {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('add 40', 'timer 1 500', 'timer 2 30000', 'tell all');
    node.until(() => client.messages.includes('timer 1'));
    node.until(() => client.messages.includes('told 0 all'));
    node.toggle(SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    client.send('add 2');
    node.until(() => last(client.messages) === 'sum 42');
    node.stopAll();
    node.start();
    node.until(() => node.serviceLog.some((line) => /^START from sum=40 .* sessions 1$/.test(line)));
    const second = node.client();
    second.send('add 1', 'tell more');
    node.until(() => second.messages.includes('sum 43') && second.messages.includes('told 0 more'));
    assert.deepEqual(node.errors, []);
    node.pass(30 * SECOND_NS);
    node.until(() => node.serviceLog.includes('TIMER 2'));
    assert.equal(node.serviceLog.filter((line) => line.startsWith('TIMER')).length, 2, 'each timer once');
  });

  it('asks its archive, as its services do, where the configuration says that the archive listens', () => {
    const node = new NodeWorld();
    node.variables['AERON_ARCHIVE_LOCAL_CONTROL_CHANNEL'] = 'aeron:ipc?alias=mine|term-length=64k';
    node.variables['AERON_ARCHIVE_LOCAL_CONTROL_STREAM_ID'] = '1010';
    node.variables['AERON_ARCHIVE_CONTROL_RESPONSE_STREAM_ID'] = '1020';
    node.start();
    node.toggle(SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    const client = node.client();
    client.send('add 1');
    node.until(() => client.messages.includes('sum 1'));
    const { aeron } = node.aeron('observer');
    const labels: string[] = [];
    aeron.countersReader.forEach((_value, _counterId, label) => {
      labels.push(label);
    });
    for (const streamId of [1010, 1120]) {
      assert(
        labels.some((label) => label.includes(` ${streamId} aeron:ipc?alias=mine|term-length=64k`)),
        `stream ${streamId} of ${labels.join('\n')}`,
      );
    }
    assert.deepEqual(node.errors, []);
  });

  it('goes by a clock of the own, whose time it tells in every round', () => {
    let micros = 1_000_000n;
    const told: string[] = [];
    const node = new NodeWorld().start({
      clusterClock: { timeUnit: ClusterTimeUnit.MICROS, time: () => micros },
      clusterTimeConsumerSupplier: (timeUnit) => (clusterTime) => {
        const line = `${clusterTime} of unit ${timeUnit}`;
        if (told.at(-1) !== line) {
          told.push(line);
        }
      },
    });
    const client = node.client();
    client.send('timer 1 500');
    node.pass(5 * SECOND_NS);
    assert.deepEqual(client.messages, [], 'it stands still');
    micros += 500n;
    node.until(() => client.messages.includes('timer 1'));
    const unit = ClusterTimeUnit.MICROS;
    assert.deepEqual(told, [`1000000 of unit ${unit}`, `1000500 of unit ${unit}`]);
    assert.deepEqual(node.errors, []);
  });

  it('closes the client that it is given, or leaves it open, as it is told', () => {
    for (const ownsAeronClient of [false, true]) {
      const node = new NodeWorld();
      node.startDriver();
      node.startArchive();
      const given = (name: string) => {
        const { platform } = node.host.process(name);
        return Aeron.connectBlocking({
          platform,
          aeronDirectoryName: AERON_DIRECTORY,
          useConductorAgentInvoker: true,
          subscriberErrorHandler: rethrowingErrorHandler,
        });
      };
      const [ofModule, ofService] = [given('client of module'), given('client of service')];
      const { platform } = ofModule.context;
      const module = ConsensusModule.launch({ ...node.moduleOptions, platform, aeron: ofModule, ownsAeronClient });
      const container = ClusteredServiceContainer.launch({
        platform: ofService.context.platform,
        aeron: ofService,
        ownsAeronClient,
        clusteredService: new TextService(() => {}),
        clusterDir: '/cluster',
      });
      container.close();
      module.close();
      assert.deepEqual([ofModule.isClosed, ofService.isClosed], [ownsAeronClient, ownsAeronClient]);
    }
  });

  it('has its log, and takes clients, by IPC', () => {
    const ipc = { logChannel: 'aeron:ipc?term-length=64k', isIpcIngressAllowed: true };
    const node = new NodeWorld().start(ipc);
    const local = node.client({
      aeronDirectoryName: AERON_DIRECTORY,
      ingressChannel: 'aeron:ipc',
      ingressEndpoints: undefined,
      egressChannel: 'aeron:ipc',
    });
    const remote = node.client();
    local.send('add 1', 'tell all', 'timer 1 10');
    node.until(() => [local, remote].every(({ messages }) => messages.includes('timer 1')));
    node.until(() => [local, remote].every(({ messages }) => messages.includes('told 0 all')));
    node.stopAll();
    node.start(ipc);
    const client = node.client();
    client.send('add 1');
    node.until(() => client.messages.includes('sum 2'));
    assert.deepEqual(node.errors, []);
  });

  it('lets in who proves who he is', () => {
    const secret = (credentials: Uint8Array) => new TextDecoder().decode(credentials);
    const answers = new Map<number, string>();
    const node = new NodeWorld().start({
      authenticatorSupplier: () => ({
        onConnectRequest: () => {},
        onChallengeResponse: (id, credentials) => answers.set(id, secret(credentials)),
        onConnectedSession: (session) => void session.challenge(new Uint8Array([1])),
        onChallengedSession: (session) => {
          const answer = answers.get(session.sessionId);
          if (answer === 'sesame') {
            session.authenticate(new Uint8Array([7]));
          } else if (answer !== undefined) {
            session.reject();
          }
        },
      }),
    });
    const supplier = (word: string) => ({
      credentialsSupplier: {
        encodedCredentials: () => new Uint8Array(0),
        onChallenge: () => new TextEncoder().encode(word),
      },
    });
    const thief = node.newClient(supplier('rhubarb'));
    node.until(() => thief.failure !== undefined);
    assert.match(thief.failure!.message, /session failed authentication/);
    node.client(supplier('sesame'));
    node.untilError(/AUTHENTICATION_REJECTED session failed authentication, clusterMemberId=0, id=1/);
  });

  it('holds back ingress and timers while it is suspended', () => {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('timer 1 2000');
    node.pass(SECOND_NS);
    node.toggle(SUSPEND);
    node.pass(SECOND_NS / 10);
    client.send('add 1');
    node.pass(5 * SECOND_NS);
    assert.deepEqual(client.messages, []);
    const toggle = node.counter(202);
    assert.equal(toggle.compareAndSet(SUSPEND, RESUME), true);
    node.until(() => client.messages.length === 2);
    assert.deepEqual([...client.messages].sort(), ['sum 1', 'timer 1']);
  });

  it('ends with its services as it is told, with a snapshot and without', () => {
    for (const [toggle, pattern] of [
      [SHUTDOWN, /^START from sum=1/],
      [ABORT, /^START new/],
    ] as const) {
      const node = new NodeWorld().start();
      const client = node.client();
      client.send('add 1');
      node.until(() => last(client.messages) === 'sum 1');
      node.toggle(toggle);
      node.until(() => !node.isRunning('module') && !node.isRunning('service 0'));
      assert.equal(node.hasTerminated, true);
      assert.deepEqual(node.errors, []);
      node.stopAll();
      node.start();
      node.until(() => node.serviceLog.some((line) => pattern.test(line)));
      const second = node.client();
      second.send('add 1');
      node.until(() => last(second.messages) === 'sum 2', 'nothing is lost either way');
    }
  });

  it('takes a snapshot for a client who may ask for it, and no other', () => {
    for (const isAllowed of [false, true]) {
      const node = new NodeWorld().start(isAllowed ? { authorisationServiceSupplier: () => ALLOW_ALL } : {});
      const client = node.client();
      client.cluster!.sendAdminRequestToTakeASnapshot(7);
      node.until(() => client.admin.length === 1);
      if (isAllowed) {
        assert.deepEqual(client.admin, ['OK']);
        node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
      } else {
        assert.deepEqual(client.admin, ['UNAUTHORISED_ACCESS Execution of the SNAPSHOT request was not authorised']);
      }
    }
  });

  it('takes no snapshot for a client when its authorisation service fails', () => {
    const isAuthorised = () => {
      throw new Error('no connection');
    };
    const node = new NodeWorld().start({ authorisationServiceSupplier: () => ({ isAuthorised }) });
    const client = node.client();
    client.cluster!.sendAdminRequestToTakeASnapshot(7);
    node.until(() => client.admin.length === 1);
    assert.deepEqual(client.admin, ['UNAUTHORISED_ACCESS Execution of the SNAPSHOT request was not authorised']);
    assert.deepEqual(node.errors, ['AUTHORISATION_FAILED a request counts as not authorised: no connection']);
  });

  it('closes clients that have gone silent and takes others in their place, up to the limit', () => {
    const node = new NodeWorld().start({ maxConcurrentSessions: 1, sessionTimeoutNs: '2s' });
    const first = node.client();
    const second = node.newClient();
    node.until(() => second.failure !== undefined);
    assert.match(second.failure!.message, /concurrent session limit/);
    node.untilError(/concurrent session limit, clusterMemberId=0/);
    first.process.kill();
    node.until(() => node.serviceLog.includes('CLOSE 1 TIMEOUT'));
    node.client();
  });

  describe('is not upset by', () => {
    let node: NodeWorld;
    afterEach(() => {
      const client = node.client();
      client.send('add 5');
      node.until(() => client.messages.includes('sum 5'));
    });

    it('ingress that nobody can read, which is reported', () => {
      node = new NodeWorld().start();
      node.client();
      const { aeron } = node.aeron('stranger');
      const id = aeron.asyncAddExclusivePublication('aeron:udp?endpoint=10.0.0.1:9002|term-length=64k', 101);
      node.until(() => aeron.getExclusivePublication(id)?.isConnected === true);
      const publication = aeron.getExclusivePublication(id)!;
      const hostile = [
        AtomicBuffer.ofString('hello'),
        AtomicBuffer.ofString('this is no message of a cluster at all'),
        ...[1, 3, 4, 5, 8, 26].map((templateId) => {
          const buffer = AtomicBuffer.allocate(40);
          buffer.setMemory(0, 40, 0xff);
          buffer.putInt16(0, 24);
          buffer.putInt16(2, templateId);
          buffer.putInt16(4, 111);
          buffer.putInt16(6, 17);
          return buffer;
        }),
      ];
      for (const message of hostile) {
        node.until(() => publication.offer(message) > 0);
      }
      node.untilError(/CLUSTER_EVENT malformed ingress from .*expected schemaId=111/);
      node.untilError(/malformed ingress .*variable data|malformed ingress .*safe integer/);
    });

    it('a client that asks to be answered where nobody can', () => {
      node = new NodeWorld().start();
      const client = node.client();
      client.cluster!.close();
      node.until(() => node.serviceLog.includes('CLOSE 1 CLIENT_ACTION'));
    });

    it('a message that is too long for the log, which is reported', () => {
      node = new NodeWorld().start();
      const client = node.client({ ingressChannel: 'aeron:udp?term-length=128k' });
      client.send('x'.repeat(10_000));
      node.untilError(
        /^CLUSTER_EVENT message of session 1 is dropped.*10032 bytes.*8192.*\(term-length of logChannel\)/,
      );
    });

    it('a client whose response channel nobody can read, where it is to be refined', () => {
      node = new NodeWorld().start({ egressChannel: 'aeron:udp?term-length=64k' });
      node.client();
      const { aeron } = node.aeron('stranger');
      const id = aeron.asyncAddExclusivePublication('aeron:udp?endpoint=10.0.0.1:9002|term-length=64k', 101);
      node.until(() => aeron.getExclusivePublication(id)?.isConnected === true);
      const buffer = AtomicBuffer.allocate(128);
      new SessionConnectRequestEncoder()
        .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
        .correlationId(1)
        .responseStreamId(102)
        .version(PROTOCOL_SEMANTIC_VERSION)
        .responseChannel('aeron:nonsense')
        .putEncodedCredentials(new Uint8Array(0));
      node.until(() => aeron.getExclusivePublication(id)!.offer(buffer) > 0);
      node.untilError(/^CLUSTER_EVENT malformed ingress from .*nonsense/);
    });

    it('a client that asks for frames with less room than an answer has bytes', () => {
      node = new NodeWorld().start();
      const client = node.client({ egressChannel: 'aeron:udp?endpoint=10.0.1.1:9100|term-length=64k|mtu=64' });
      client.send('add 0');
      node.until(() => client.messages.includes('sum 0'));
      client.process.kill();
      node.until(() => node.serviceLog.includes('CLOSE 1 TIMEOUT'));
      assert.deepEqual(node.errors, []);
    });

    it('a client whose channel takes no message as long as its answer', () => {
      const authenticator: Authenticator = {
        ...DEFAULT_AUTHENTICATOR,
        onConnectedSession: (session) => {
          if (session.sessionId === 1) {
            session.challenge(new Uint8Array(10_000));
          } else {
            session.authenticate(new Uint8Array(0));
          }
        },
      };
      node = new NodeWorld().start({ authenticatorSupplier: () => authenticator });
      node.newClient();
      node.untilError(/session 1 cannot be answered on responseChannel=/);
    });

    it('a service that throws', () => {
      node = new NodeWorld().start();
      const client = node.client();
      client.send('throw tantrum', 'echo on it goes');
      node.until(() => client.messages.includes('on it goes'));
    });
  });

  it('takes its ingress as soon as its port is free', () => {
    const node = new NodeWorld();
    const other = node.host.process('other');
    const socket = other.platform.network.openUdp({
      bind: other.platform.network.resolve('10.0.0.1')[0]!.withPort(9002),
    });
    node.start();
    node.untilError(/9002/);
    assert.equal(node.isRunning('module'), true);
    socket.close();
    node.client();
  });

  it('has messages of several services, each once, and their snapshots as one', () => {
    const node = new NodeWorld();
    const logs: string[][] = [[], []];
    const startServices = () => {
      for (const serviceId of [0, 1]) {
        node.startService(new TextService((line) => logs[serviceId]!.push(line)), serviceId);
      }
    };
    node.startDriver();
    node.startArchive();
    node.startModule({ serviceCount: 2 });
    startServices();
    const client = node.client();
    client.send('add 1', 'tell all');
    node.until(() => client.messages.filter((message) => /^told [01] all/.test(message)).length === 4);
    node.toggle(SNAPSHOT);
    node.until(() => logs.every((log) => log.some((line) => line.startsWith('SNAPSHOT sum=1 messages=4'))));
    const count = node.counter(AeronCounters.CLUSTER_SNAPSHOT_COUNTER_TYPE_ID);
    node.until(() => count.get() === 1);
    node.stopAll();
    node.startDriver();
    node.startArchive();
    node.startModule({ serviceCount: 2 });
    startServices();
    node.client();
    for (const log of logs) {
      assert(
        log.some((line) => line.startsWith('START from sum=1 messages=4')),
        log.join(' | '),
      );
    }
    assert.deepEqual(node.errors, []);
  });

  it('refuses a client that keeps what handlers throw to itself', () => {
    const node = new NodeWorld();
    node.startDriver();
    const { platform } = node.aeron('owner').process;
    const aeron = Aeron.connectBlocking({
      platform,
      aeronDirectoryName: AERON_DIRECTORY,
      useConductorAgentInvoker: true,
      errorHandler: () => {},
    });
    assert.throws(() => node.startModule({ aeron }), { code: 'CONFIGURATION', message: /rethrowingErrorHandler/ });
  });

  it('gives its mark file back when it cannot say where it is', () => {
    const node = new NodeWorld();
    node.startDriver();
    const { files } = node.host.process('operator').platform;
    const link = `/cluster/${ClusterMarkFile.LINK_FILENAME}`;
    files.makeDirectories(link);
    assert.throws(() => node.startModule({ markFileDir: '/marks' }), { code: 'EISDIR' });
    files.removeTree(link);
    node.startModule({ markFileDir: '/marks' }, 'again');
  });

  it('leaves nothing in a client that it was given, whenever it is closed', () => {
    const node = new NodeWorld();
    node.startDriver();
    const { aeron } = node.aeron('owner');
    const { countersReader: counters, clientId } = aeron;
    const left = () => {
      const labels: string[] = [];
      counters.forEachMetaData((id, typeId, _key, label) => {
        if (counters.getCounterOwnerId(id) === clientId && typeId !== AeronCounters.DRIVER_HEARTBEAT_TYPE_ID) {
          labels.push(label);
        }
      });
      return labels;
    };
    for (const isArchiveThere of [false, true]) {
      if (isArchiveThere) {
        node.startArchive();
        node.startService();
      }
      node.startModule({ aeron });
      if (isArchiveThere) {
        node.client();
      } else {
        node.pass(SECOND_NS);
      }
      assert(left().length > 0);
      node.stop('module');
      node.pass(20 * SECOND_NS);
      assert.deepEqual(left(), [], `archive: ${isArchiveThere}`);
    }
  });

  it('goes on with its service beside one that it does not count', () => {
    const node = new NodeWorld();
    node.startDriver();
    node.startArchive();
    node.startModule();
    node.startService(new TextService(), 3);
    node.untilError(/UNKNOWN_SERVICE .*serviceId=3.*serviceCount=1/);
    node.startService();
    node.client();
  });

  it('refuses to start on a directory, or for a cluster, that another one has', () => {
    const node = new NodeWorld().start();
    node.client();
    assert.throws(() => node.startModule({}, 'second'), { code: 'MARK_FILE_ACTIVE', message: /cluster-mark\.dat/ });
    assert.throws(() => node.startModule({ clusterDir: '/other' }, 'third'), {
      code: 'ACTIVE_MODULE',
      message: /clusterId=0/,
    });
  });

  it('refuses a log of another version or unit of time, and names both', () => {
    const node = new NodeWorld().start();
    node.client();
    node.stopAll();
    node.start({ appVersion: SemanticVersion.compose(2, 0, 0) });
    node.untilError(/APP_VERSION incompatible version: 2\.0\.0 \(appVersion\) log=0\.0\.1/);
    node.until(() => !node.isRunning('module'));
    node.stopAll();
    node.errors.length = 0;
    node.start({ clusterClock: 'io.aeron.cluster.NanosecondClusterClock' });
    node.untilError(/TIME_UNIT .*NANOSECONDS \(clusterClock\) log=MILLISECONDS/);
    node.until(() => !node.isRunning('module'));
  });

  it('refuses a snapshot of another version or unit of time, names both, and does not call it invalid', () => {
    const node = new NodeWorld().start();
    node.client();
    node.toggle(SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    node.pass(SECOND_NS);
    node.stopAll();
    node.start({ appVersion: SemanticVersion.compose(2, 0, 0) });
    node.untilError(
      /^START_FAILED member failed to start: incompatible version: 2\.0\.0 \(appVersion\) snapshot=0\.0\.1$/,
    );
    node.until(() => !node.isRunning('module'));
    node.stopAll();
    node.errors.length = 0;
    node.start({ clusterClock: 'io.aeron.cluster.NanosecondClusterClock' });
    node.untilError(/: incompatible time unit: NANOSECONDS \(clusterClock\) snapshot=MILLISECONDS$/);
    node.until(() => !node.isRunning('module'));
  });

  it('refuses a recording log whose archive is another one', () => {
    const node = new NodeWorld().start();
    node.client();
    node.stopAll();
    node.startDriver();
    node.startArchive('/empty');
    node.startModule();
    node.untilError(/START_FAILED member failed to start: unknown recording id: 0/);
    node.until(() => !node.isRunning('module'));
  });

  it('refuses a snapshot that was purged, until it is invalidated', () => {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('add 5');
    node.until(() => client.messages.includes('sum 5'));
    node.toggle(SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    node.pass(SECOND_NS);
    node.stopAll();
    const { platform } = node.host.process('vandal');
    for (const name of platform.files.list('/archive')) {
      if (/^[12]-/.test(name)) {
        platform.files.remove(`/archive/${name}`);
      }
    }
    node.start();
    node.untilError(
      /START_FAILED .*snapshot at logPosition=\d+ \(recordingId=\d\) cannot be loaded: .*invalidate-latest/,
    );
    node.until(() => !node.isRunning('module'));
    node.stopAll();
    const recordingLog = new RecordingLog(platform, '/cluster', false);
    assert.equal(recordingLog.invalidateLatestSnapshot(), true);
    recordingLog.close();
    node.start();
    const second = node.client();
    second.send('add 1');
    node.until(() => second.messages.includes('sum 6'));
  });

  it('ends when its archive or a service dies, and says so', () => {
    for (const [victim, pattern] of [
      ['archive', /local archive is not connected/],
      ['service 0', /Aeron client in service closed unexpectedly: serviceId=0/],
    ] as const) {
      const node = new NodeWorld().start();
      node.client();
      node.kill(victim);
      node.untilError(pattern);
      node.until(() => !node.isRunning('module'));
      assert.equal(node.hasTerminated, true);
    }
  });

  it('comes back after it was killed, and its services with it', () => {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('add 1', 'tell all');
    node.until(() => client.messages.includes('told 0 all'));
    node.kill('module');
    node.kill('service 0');
    node.pass(FORGOTTEN_NS);
    node.startModule();
    node.startService();
    const second = node.client();
    second.send('add 1');
    node.until(() => second.messages.includes('sum 2'));
  });
});
