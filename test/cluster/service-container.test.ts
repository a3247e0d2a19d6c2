import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, AtomicBuffer, rethrowingErrorHandler, SemanticVersion } from '../../src/agrona/mod.ts';
import { Aeron, BufferClaim, Publication } from '../../src/client/mod.ts';
import {
  type ClientSession,
  type Cluster,
  type ClusteredService,
  ClusterRole,
  ClusterTimeUnit,
  MOCKED_OFFER,
  SESSION_HEADER_LENGTH,
} from '../../src/cluster/service/mod.ts';
import { CLUSTER_DIR, SECOND_NS, ServiceWorld, text } from './service-world.ts';
import { TextService } from './text-service.ts';

const EGRESS = 'aeron:ipc?term-length=64k';

/** A world with a text service that has joined a live log. */
function joined(role: ClusterRole = ClusterRole.LEADER): {
  world: ServiceWorld;
  service: TextService;
  lines: string[];
} {
  const world = new ServiceWorld();
  const lines: string[] = [];
  const service = new TextService((line) => lines.push(line));
  world.launch(service);
  world.module.start();
  world.module.joinLog({ role });
  world.module.appendTerm();
  world.module.commit();
  world.until(() => lines.some((line) => line.startsWith('TERM')));
  return { world, service, lines };
}

describe('clustered service container', () => {
  it('starts the service, acknowledges with its client id, and joins the log in the role it is given', () => {
    const world = new ServiceWorld();
    const lines: string[] = [];
    world.launch(new TextService((line) => lines.push(line)));
    world.pass(SECOND_NS);
    assert.deepEqual(lines, [], 'it waits for the consensus module');

    world.module.start();
    world.until(() => world.module.acks.length === 1);
    const [started] = world.module.acks;
    assert(started!.relevantId > 0);
    assert.deepEqual(started, { logPosition: 0, ackId: 0, relevantId: started!.relevantId, serviceId: 0 });

    world.module.joinLog();
    world.until(() => lines.length === 2);
    assert.deepEqual(lines, ['START new', 'ROLE LEADER of 3']);
    world.until(() => world.module.acks.length === 2);
    assert.deepEqual(world.module.acks[1], { logPosition: 0, ackId: 1, relevantId: -1, serviceId: 0 });
  });

  it('reads no further than the commit position', () => {
    const { world, service } = joined();
    world.module.appendMessage(1, 'one');
    const between = world.module.log.position;
    world.module.appendMessage(1, 'two');
    world.pass(SECOND_NS / 10);
    assert.equal(service.messageCount, 0);
    world.module.commitPosition.setRelease(between);
    world.until(() => service.messageCount === 1);
    world.pass(SECOND_NS / 10);
    assert.equal(service.messageCount, 1);
    world.module.commit();
    world.until(() => service.messageCount === 2);
  });

  it('puts long messages together', () => {
    const { world, lines } = joined();
    const client = world.listen(EGRESS, 102);
    world.module.appendSessionOpen(1, EGRESS);
    world.module.appendMessage(1, `echo ${'long '.repeat(1200)}`);
    world.module.commit();
    world.until(() => lines.includes('OPEN 1'));
    world.until(() => client.texts.length > 0, 'an answer');
    assert(client.texts[0]!.startsWith('long long'));
  });

  it('answers a client as leader, from its open event on', () => {
    const world = new ServiceWorld();
    const offered: number[] = [];
    let principal: Uint8Array | undefined;
    const claim = new BufferClaim();
    world.launch({
      onSessionOpen(session) {
        principal = session.encodedPrincipal;
        offered.push(session.offer(text('welcome')));
        offered.push(session.offerVector([{ buffer: text('to ') }, { buffer: text('all') }]));
        offered.push(session.tryClaim(3, claim));
        claim.putBytes(SESSION_HEADER_LENGTH, text('bye'), 0, 3);
        claim.commit();
      },
      onSessionMessage() {},
    });
    const client = world.listen(EGRESS, 102);
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(5, EGRESS);
    world.module.commit();
    world.until(() => client.texts.length === 3);
    assert.deepEqual(client.texts, ['welcome', 'to all', 'bye']);
    assert(offered.every((position) => position > MOCKED_OFFER));
    assert.deepEqual(principal, Uint8Array.of(1, 2, 3));
  });

  it('says in front of each answer to whom it goes, and when', () => {
    const { world } = joined();
    const client = world.listen(EGRESS, 102);
    const id = 2 ** 40 + 2 ** 31 + 5;
    world.module.appendSessionOpen(id, EGRESS);
    world.module.time = -7n;
    world.module.appendMessage(id, 'echo to one');
    world.module.time = 2n ** 62n + 3n;
    world.module.appendTimer(1n);
    world.module.appendSessionOpen(6, EGRESS);
    world.module.appendMessage(6, 'echo to the other');
    world.module.commit();
    world.until(() => client.texts.length === 3);
    assert.deepEqual(client.texts, ['to one', 'timer 1', 'to the other']);
    assert.deepEqual(client.headers, [
      `session ${id} time -7`,
      `session ${id} time ${2n ** 62n + 3n}`,
      `session 6 time ${2n ** 62n + 3n}`,
    ]);
  });

  it('pretends to answer as follower', () => {
    const world = new ServiceWorld();
    const offered: number[] = [];
    const claim = new BufferClaim();
    let claimed = '';
    world.launch({
      onSessionMessage(session) {
        offered.push(session!.offer(text('x')), session!.offerVector([{ buffer: text('x') }]));
        offered.push(session!.tryClaim(2, claim));
        claim.putBytes(SESSION_HEADER_LENGTH, text('ok'), 0, 2);
        claimed = claim.buffer.getStringWithoutLength(claim.offset + SESSION_HEADER_LENGTH, 2);
        claim.commit();
      },
    });
    const client = world.listen(EGRESS, 102);
    world.module.start();
    world.module.joinLog({ role: ClusterRole.FOLLOWER });
    world.module.appendSessionOpen(5, EGRESS);
    world.module.appendMessage(5, 'question');
    world.module.commit();
    world.until(() => offered.length === 3);
    assert.deepEqual(offered, [MOCKED_OFFER, MOCKED_OFFER, MOCKED_OFFER]);
    assert.equal(claimed, 'ok');
    assert.equal(client.subscription.isConnected, false);
  });

  it('gives sessions in the order of their ids, whatever order they came in', () => {
    const world = new ServiceWorld();
    let cluster: Cluster | undefined;
    world.launch({
      onStart(given) {
        cluster = given;
      },
      onSessionMessage() {},
    });
    world.module.start();
    world.module.joinLog({ role: ClusterRole.FOLLOWER });
    for (const id of [4, 2, 9, 3]) {
      world.module.appendSessionOpen(id, EGRESS);
    }
    world.module.appendSessionClose(9);
    world.module.commit();
    world.until(() => cluster?.clientSessions.length === 3);
    assert.deepEqual(
      cluster!.clientSessions.map(({ id }) => id),
      [2, 3, 4],
    );
    assert.equal(cluster!.getClientSession(9), undefined);
    assert.equal(cluster!.getClientSession(4)!.responseChannel, EGRESS);
  });

  it('tells time and term as the log does', () => {
    const world = new ServiceWorld();
    let cluster: Cluster | undefined;
    const seen: unknown[] = [];
    world.launch({
      onStart(given) {
        cluster = given;
        seen.push(given.timeUnit, given.memberId);
      },
      onNewLeadershipTermEvent({ leaderMemberId, timeUnit }) {
        seen.push(leaderMemberId, timeUnit);
      },
      onSessionMessage(session, timestamp, _buffer, _offset, _length, header) {
        seen.push(session, timestamp, cluster!.time, cluster!.logPosition === header.position);
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendTerm();
    world.module.time = 1234n;
    world.module.appendMessage(-5n, 'from a service');
    world.module.commit();
    world.until(() => seen.length === 8);
    assert.deepEqual(seen, [undefined, -1, 3, ClusterTimeUnit.MILLIS, undefined, 1234n, 1234n, true]);
    assert.equal(cluster!.memberId, 3);
    assert.equal(cluster!.logPosition, world.module.log.position);
  });

  it('passes on timers, messages and closings to the consensus module', () => {
    const { world, lines } = joined();
    const { module } = world;
    module.appendSessionOpen(1, EGRESS);
    for (const command of ['timer 7 50', 'cancel 7', 'tell everybody', 'close', 'close']) {
      module.appendMessage(1, command);
    }
    module.appendTimer(7n);
    module.commit();
    world.until(() => module.heard.length >= 4 && lines.includes('TIMER 7'));
    assert.deepEqual(module.heard, ['schedule 7 at 1050', 'cancel 7', 'offer 0 0 everybody', 'close 1']);
  });

  it('logs and counts what the service throws, and goes on behind it', () => {
    const { world, service } = joined();
    world.module.appendSessionOpen(1, EGRESS);
    world.module.appendMessage(1, 'throw tantrum');
    world.module.appendMessage(1, 'add 3');
    world.module.commit();
    world.until(() => service.sum === 3);
    assert.deepEqual(world.errors, ['Error: tantrum']);
    assert(world.loggedErrors()[0]!.includes('tantrum'));
    const { counters } = world.driver;
    const errorCounter = counters.findAllocated((id) =>
      counters.getCounterLabel(id).startsWith('Cluster Container Errors'),
    );
    assert.equal(counters.getCounterValue(errorCounter), 1);
    assert.match(
      counters.getCounterLabel(errorCounter),
      /^Cluster Container Errors - clusterId=0 serviceId=0 version=/,
    );
  });

  it('refuses to send where members differ', () => {
    const world = new ServiceWorld();
    const codes: string[] = [];
    const attempt = (cluster: Cluster, callback: string) => {
      for (const call of [
        () => cluster.offer(text('x')),
        () => cluster.scheduleTimer(1n, 1n),
        () => cluster.cancelTimer(1n),
        () => cluster.closeClientSession(1),
      ]) {
        try {
          call();
        } catch (error) {
          codes.push(`${callback} ${(error as AeronError).code}`);
        }
      }
    };
    let cluster!: Cluster;
    const service: ClusteredService = {
      onStart(given) {
        cluster = given;
        attempt(given, 'onStart');
      },
      onRoleChange() {
        attempt(cluster, 'onRoleChange');
      },
      onTerminate(given) {
        attempt(given, 'onTerminate');
      },
      onSessionMessage() {},
    };
    world.launch(service);
    world.module.start();
    world.module.joinLog();
    world.module.terminateAt(0);
    world.until(() => world.hasTerminated);
    const refused = (callback: string) => Array<string>(4).fill(`${callback} CLUSTER_CALL_NOT_ALLOWED`);
    assert.deepEqual(codes, [...refused('onStart'), ...refused('onRoleChange'), ...refused('onTerminate')]);
    assert.deepEqual(world.errors, []);
  });

  it('terminates where the consensus module says, with an acknowledgement', () => {
    const { world, lines } = joined();
    const { module } = world;
    module.appendMessage(1, 'the last one');
    module.terminateAt(module.log.position);
    world.pass(SECOND_NS);
    assert.equal(world.hasTerminated, false);
    module.commit();
    world.until(() => world.hasTerminated);
    assert.equal(lines.at(-1), 'TERMINATE sum=0 messages=1 ballast=0');
    world.until(() => module.acks.length === 3);
    assert.deepEqual(module.acks[2], { logPosition: module.log.position, ackId: 2, relevantId: -1, serviceId: 0 });
    assert.deepEqual(world.errors, []);
  });

  it('acknowledges a position when it is asked to', () => {
    const { world } = joined();
    const { module } = world;
    module.appendMessage(1, 'one');
    module.requestAck(module.log.position);
    world.pass(SECOND_NS / 10);
    assert.equal(module.acks.length, 2);
    module.commit();
    world.until(() => module.acks.length === 3);
    assert.equal(module.acks[2]!.logPosition, module.log.position);
  });

  it('ends when its consensus module has gone', () => {
    const { world, lines } = joined();
    world.module.close();
    world.until(() => world.hasTerminated);
    assert(lines.at(-1)!.startsWith('TERMINATE'));
    assert(world.errors[0]!.includes('commit-pos counter unexpectedly closed'));
  });

  it('ends when its media driver has gone', () => {
    const { world } = joined();
    world.driver.kill();
    world.until(() => world.hasTerminated);
  });

  it('goes from one log to the next at the position where the first ends', () => {
    const { world, service, lines } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    module.appendMessage(1, 'one');
    module.commit();
    world.until(() => service.messageCount === 1);
    // The next log is another session that begins where the first ended: here the same stream, joined anew.
    const { position } = module.log;
    module.joinLog({ role: ClusterRole.LEADER, logPosition: position });
    world.until(() => lines.includes('ROLE LEADER of 3'));
    module.appendMessage(1, 'two');
    module.commit();
    world.until(() => service.messageCount === 2);
    assert.equal(module.acks[2]!.logPosition, position);
  });

  it('puts a message together that is on two logs', () => {
    const { world, lines } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    const client = world.listen(EGRESS, 102);
    module.appendSessionOpen(1, EGRESS);
    const first = module.log.position;
    module.appendMessage(1, `echo ${'long '.repeat(1200)}`);
    const between = first + module.log.maxPayloadLength + 32;
    assert(between < module.log.position);
    module.commitPosition.setRelease(between);
    world.until(() => lines.includes('OPEN 1'));
    module.joinLog({ isStartup: false, logPosition: between });
    world.until(() => lines.includes('ROLE LEADER of 3'));
    module.commit();
    world.until(() => client.texts.length > 0, 'an answer');
  });

  it('ends when it is told to join a log that leaves a gap', () => {
    const world = new ServiceWorld();
    world.launch(new TextService());
    world.module.start();
    world.module.joinLog({ logPosition: 64 });
    world.until(() => world.hasTerminated);
    assert.match(world.errors[0]!, /Cluster log must be contiguous for active log event: expectedPosition=0/);
    assert.equal(world.module.acks.length, 1);
  });

  it('joins another log instead of one that does not come, and acknowledges that one only', () => {
    const { world, service, lines } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    const { position: logPosition } = module.log;
    module.joinLog({ logPosition, logSessionId: module.log.sessionId + 1 });
    world.pass(SECOND_NS);
    assert.equal(module.acks.length, 2);
    module.joinLog({ logPosition });
    world.until(() => lines.includes('ROLE LEADER of 3'));
    module.appendMessage(1, 'one');
    module.commit();
    world.until(() => service.messageCount === 1);
    assert.deepEqual(module.acks.slice(2), [{ logPosition, ackId: 2, relevantId: -1, serviceId: 0 }]);
  });

  it('reads a log that it has acknowledged, up to the one that it is told of while it still connects to clients', () => {
    const { world, service } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    for (let id = 1; id <= 100; id++) {
      module.appendSessionOpen(id, EGRESS, 1000 + id);
    }
    module.commit();
    world.pass(SECOND_NS / 10);
    const first = module.log.position;
    module.joinLog({ isStartup: false, logPosition: first });
    world.until(() => module.acks.length === 3);
    world.driver.pause();
    module.appendMessage(1, 'one');
    const second = module.log.position;
    module.joinLog({ role: ClusterRole.FOLLOWER, logPosition: second });
    world.pass(SECOND_NS / 10);
    world.driver.resume();
    module.commit();
    world.until(() => module.acks.length === 4);
    assert.equal(module.acks[3]!.logPosition, second);
    assert.equal(service.messageCount, 1);
  });

  it('ends as it is told while it waits for a log', () => {
    const { world } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    module.joinLog({ logPosition: module.log.position, logSessionId: module.log.sessionId + 1 });
    world.pass(SECOND_NS);
    module.terminateAt(module.log.position);
    world.until(() => world.hasTerminated);
  });

  it('connects to the clients of the term before as new leader', () => {
    const { world, service } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    const client = world.listen(EGRESS, 102);
    module.appendSessionOpen(1, EGRESS);
    module.appendMessage(1, 'echo not sent');
    module.commit();
    world.until(() => service.messageCount === 1);
    module.joinLog({ isStartup: false, logPosition: module.log.position });
    world.until(() => module.acks.length === 3);
    module.appendMessage(1, 'echo sent');
    module.commit();
    world.until(() => client.texts.length > 0);
    assert.deepEqual(client.texts, ['sent']);
  });

  it('tries once as new leader to connect to a client with a channel that nobody can answer', () => {
    const { world, lines } = joined(ClusterRole.FOLLOWER);
    const { module } = world;
    module.appendSessionOpen(1, 'aeron:udp?endpoint=');
    for (let id = 2; id <= 20; id++) {
      module.appendSessionOpen(id, EGRESS);
    }
    module.commit();
    world.until(() => lines.includes('OPEN 20'));
    module.joinLog({ isStartup: false, logPosition: module.log.position });
    world.until(() => lines.includes('ROLE LEADER of 3'));
    assert.equal(world.errors.length, 1, world.errors.join('\n'));
    assert.match(world.errors[0]!, /failed to connect session 1/);
  });

  it('takes clients with channels that nobody can answer, and clients that are gone', () => {
    const { world, service, lines } = joined();
    const { module } = world;
    const client = world.listen(EGRESS, 102);
    module.appendSessionOpen(1, 'aeron:udp?endpoint=nowhere:99999999');
    module.appendSessionOpen(2, EGRESS);
    module.appendMessage(1, 'add 1');
    module.appendMessage(2, 'add 1');
    module.commit();
    world.until(() => service.sum === 2);
    assert.match(world.errors[0]!, /failed to connect session 1 to aeron:udp\?endpoint=nowhere:99999999/);
    client.close();
    module.appendMessage(2, 'add 1');
    module.commit();
    world.until(() => service.sum === 3);
    module.appendSessionClose(1);
    module.appendSessionClose(7);
    module.commit();
    world.until(() => lines.includes('CLOSE 1 TIMEOUT'));
    world.until(() => world.errors.some((error) => error.includes('unknown session close: clusterSessionId=7')));
  });

  it('offers to a client that is gone without success, and without an error', () => {
    const world = new ServiceWorld();
    const offered: number[] = [];
    world.launch({
      onSessionMessage(session) {
        offered.push(session!.offer(text('anybody?')));
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(1, EGRESS);
    world.module.appendMessage(1, 'hello');
    world.module.commit();
    world.until(() => offered.length === 1);
    assert.equal(offered[0], Publication.NOT_CONNECTED);
    assert.deepEqual(world.errors, []);
  });

  it('does not read a log of another major version of the application', () => {
    const world = new ServiceWorld();
    world.launch(new TextService(), { appVersion: SemanticVersion.compose(2, 0, 0) });
    world.module.start();
    world.module.joinLog();
    world.module.appendTerm({ appVersion: SemanticVersion.compose(1, 3, 0) });
    world.module.commit();
    world.until(() => world.hasTerminated);
    assert.match(world.errors[0]!, /incompatible version: 2.0.0 log=1.3.0/);
  });

  it('says that a service has not started, and ends', () => {
    const world = new ServiceWorld();
    world.launch({
      onStart() {
        throw new Error('no configuration');
      },
      onSessionMessage() {},
    });
    world.module.start();
    world.until(() => world.hasTerminated);
    world.until(() => world.module.acks.length === 1);
    assert.equal(world.module.acks[0]!.relevantId, -1);
    assert.match(world.errors[0]!, /failed to start service=0 .* snapshotRecordingId=-1$/);
  });

  it('keeps its mark file fresh, and refuses a second container', () => {
    const { world } = joined();
    world.pass(12 * SECOND_NS);
    assert.throws(
      () => world.launch(new TextService()),
      (error: unknown) => AeronError.is(error) && error.code === 'MARK_FILE_ACTIVE',
    );
    const neighbour = world.launch(new TextService(), { serviceId: 1 });
    assert.equal(neighbour.options.serviceId, 1);
  });

  it('gives its mark file back when it cannot say where it is', () => {
    const world = new ServiceWorld();
    const link = `${CLUSTER_DIR}/cluster-mark-service-0.lnk`;
    const { files } = world.host.process('operator').platform;
    files.makeDirectories(link);
    assert.throws(() => world.launch(new TextService(), { markFileDir: '/marks' }), { code: 'EISDIR' });
    files.removeTree(link);
    world.launch(new TextService(), { markFileDir: '/marks' });
  });

  it('refuses a client that keeps what handlers throw to itself', () => {
    const world = new ServiceWorld();
    const { platform } = world.host.process('owner');
    const options = { platform, useConductorAgentInvoker: true, errorHandler: () => {} };
    const keeping = Aeron.connectBlocking(options);
    assert.throws(() => world.launch(new TextService(), { aeron: keeping }), {
      code: 'CONFIGURATION',
      message: /rethrowingErrorHandler/,
    });
    const rethrowing = Aeron.connectBlocking({ ...options, subscriberErrorHandler: rethrowingErrorHandler });
    world.launch(new TextService(), { aeron: rethrowing });
  });

  it('is started anew at once after it has ended in order', () => {
    const world = new ServiceWorld();
    const first = world.launch(new TextService());
    first.close();
    const second = world.launch(new TextService());
    assert.equal(second.isClosed, false);
  });

  it('says that the consensus modules beside it are of other clusters, and goes on waiting', () => {
    const world = new ServiceWorld();
    world.module.start();
    world.launch(new TextService(), { clusterId: 7 });
    world.until(() => world.errors.length > 0, 'an error');
    world.pass(30_000_000_000);
    assert.deepEqual(world.errors, [
      'AeronError: no consensus module of clusterId=7 (aeron.cluster.id) on the driver, which has those of clusterId=0: ' +
        'clustered-service-7-0 goes on waiting',
    ]);
    const other = new ServiceWorld();
    other.launch(new TextService(), { clusterId: 7 });
    other.pass(30_000_000_000);
    assert.deepEqual(other.errors, [], 'there may be one yet');
  });

  it('says what is wrong with its options', () => {
    const world = new ServiceWorld();
    const codeOf = (options: object) => {
      try {
        world.launch(new TextService(), options);
      } catch (error) {
        return (error as Error).message;
      }
      return assert.fail('it should throw');
    };
    assert.match(codeOf({ serviceId: 10 }), /serviceId = 10: must be at most 9/);
    assert.match(codeOf({ clusteredService: {} }), /clusteredService must be an object with a method onSessionMessage/);
    assert.match(
      codeOf({ archiveContext: { controlRequestChannel: 'aeron:udp?endpoint=localhost:8010' } }),
      /archiveContext.controlRequestChannel must be aeron:ipc/,
    );
    assert.equal(world.host.process('look').platform.files.exists(`${CLUSTER_DIR}/cluster-mark-service-10.dat`), false);
  });

  it('does background work of the service in every round, also while it waits', () => {
    const world = new ServiceWorld();
    let rounds = 0;
    let roundsWhileWaiting = 0;
    let cluster!: Cluster;
    world.launch({
      onStart(given) {
        cluster = given;
      },
      onSessionMessage() {
        const before = rounds;
        for (let i = 0; i < 10; i++) {
          cluster.idleStrategy.idle(0);
        }
        roundsWhileWaiting = rounds - before;
      },
      doBackgroundWork() {
        rounds++;
        return 0;
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendMessage(1, 'wait');
    world.module.commit();
    world.until(() => roundsWhileWaiting > 0);
    assert.equal(roundsWhileWaiting, 10);
  });

  it('counts rounds in which the service blocks', () => {
    const world = new ServiceWorld();
    let isDone = false;
    world.launch({
      onSessionMessage() {
        world.pass(SECOND_NS / 5);
        isDone = true;
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendMessage(1, 'block');
    world.module.commit();
    world.until(() => isDone);
    world.pass(SECOND_NS / 10);
    const { counters } = world.driver;
    const countOf = (label: RegExp) =>
      counters.getCounterValue(counters.findAllocated((id) => label.test(counters.getCounterLabel(id))));
    assert.equal(countOf(/^Cluster container work cycle time exceeded count: threshold=100ms/), 1);
    assert(countOf(/^Cluster container max cycle time in ns/) >= SECOND_NS / 5);
  });

  it('complains once of a callback that returns a promise, and of what that is rejected with', async () => {
    const world = new ServiceWorld();
    let count = 0;
    world.launch({
      async onSessionMessage() {
        if (++count === 3) {
          throw new Error('behind the log');
        }
      },
    });
    world.module.start();
    world.module.joinLog();
    for (let i = 0; i < 3; i++) {
      world.module.appendMessage(1, 'one');
    }
    world.module.commit();
    world.until(() => count === 3);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(world.errors, [
      'AeronError: onSessionMessage of the service returned a promise, which nothing waits for: no callback may be async',
      'Error: behind the log',
    ]);
  });

  it('does not start a service whose start nothing waits for', () => {
    const world = new ServiceWorld();
    world.launch({ async onStart() {}, onSessionMessage() {} });
    world.module.start();
    world.until(() => world.hasTerminated);
    assert.match(world.errors.join(), /failed to start service=0/);
  });

  it('refuses a claim of less than nothing, and the streams go on', () => {
    const world = new ServiceWorld();
    const codes: unknown[] = [];
    const claim = new BufferClaim();
    let cluster: Cluster;
    const codeOf = (action: () => unknown) => {
      try {
        return action();
      } catch (error) {
        return (error as AeronError).code;
      }
    };
    world.launch({
      onStart(started) {
        cluster = started;
      },
      onSessionMessage(session) {
        codes.push(
          codeOf(() => session!.tryClaim(-1, claim)),
          codeOf(() => cluster.tryClaim(-1, claim)),
        );
        session!.offer(text('behind it'));
        cluster.offer(text('behind it'));
      },
    });
    const client = world.listen(EGRESS, 102);
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(5, EGRESS);
    world.module.appendMessage(5, 'claim');
    world.module.commit();
    world.until(() => client.texts.length === 1);
    assert.deepEqual(codes, ['MESSAGE_TOO_LONG', 'MESSAGE_TOO_LONG']);
    world.until(() => world.module.heard.includes('offer 0 behind it'));
  });

  it('offers nothing to the cluster that its log cannot carry', () => {
    const world = new ServiceWorld();
    const results: unknown[] = [];
    let cluster: Cluster;
    const offer = (length: number) => {
      try {
        results.push(cluster.offer(AtomicBuffer.allocate(length)) > 0);
      } catch (error) {
        results.push((error as AeronError).code);
      }
    };
    world.launch({
      onStart(started) {
        cluster = started;
      },
      onSessionMessage() {
        // A log of 64 KiB terms takes messages of an eighth of that, with a header of 32 bytes.
        [8192 - 32 + 1, 8192 - 32].forEach(offer);
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(5, EGRESS);
    world.module.appendMessage(5, 'go on');
    world.module.commit();
    world.until(() => results.length === 2);
    assert.deepEqual(results, ['MESSAGE_TOO_LONG', true]);
  });

  it('gives those who iterate over sessions nothing but the sessions', () => {
    const world = new ServiceWorld();
    const given: unknown[][] = [];
    let cluster: Cluster;
    world.launch({
      onStart(started) {
        cluster = started;
      },
      onSessionOpen() {
        cluster.forEachClientSession((...all: unknown[]) => given.push(all));
      },
      onSessionMessage() {},
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(5, EGRESS);
    world.module.commit();
    world.until(() => given.length === 1);
    assert.equal(given[0]!.length, 1);
  });

  it('asks once for a session to be closed', () => {
    const world = new ServiceWorld();
    let session: ClientSession | undefined;
    let isClosing: boolean | undefined;
    world.launch({
      onSessionOpen(opened) {
        session = opened;
      },
      onSessionMessage() {
        session!.close();
        session!.close();
        isClosing = session!.isClosing;
      },
    });
    world.module.start();
    world.module.joinLog();
    world.module.appendSessionOpen(1, EGRESS);
    world.module.appendMessage(1, 'x');
    world.module.commit();
    world.until(() => isClosing !== undefined);
    assert.equal(isClosing, true);
    world.until(() => world.module.heard.length > 0);
    world.pass(SECOND_NS / 10);
    assert.deepEqual(world.module.heard, ['close 1']);
  });
});
