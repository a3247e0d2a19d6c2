import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SemanticVersion } from '../../src/agrona/mod.ts';
import type { ClusteredService, GivenServiceOptions } from '../../src/cluster/service/mod.ts';
import { ServiceWorld, text } from './service-world.ts';
import { TextService } from './text-service.ts';

const EGRESS = 'aeron:ipc?term-length=64k';

/** A world in which a service has taken a snapshot. */
function withSnapshot(
  service: ClusteredService,
  commands: readonly string[],
  options: GivenServiceOptions = {},
): { world: ServiceWorld; recordingId: number; logPosition: number } {
  const world = new ServiceWorld();
  world.launchArchive();
  world.launch(service, options);
  const { module } = world;
  module.start();
  module.joinLog();
  module.appendTerm();
  module.appendSessionOpen(3, EGRESS);
  module.appendSessionOpen(5, `aeron:udp?endpoint=10.0.0.1:9999|alias=${'long'.repeat(400)}`);
  for (const command of commands) {
    module.appendMessage(3, command);
  }
  module.appendSnapshot();
  module.commit();
  world.until(() => module.acks.length === 3);
  const { relevantId, logPosition } = module.acks[2]!;
  assert.equal(logPosition, module.log.position);
  return { world, recordingId: relevantId, logPosition };
}

/** What a successor says when it starts from the snapshot. */
function startFrom(world: ServiceWorld, recordingId: number, logPosition: number, options: GivenServiceOptions = {}) {
  const module = world.restartModule();
  world.until(() => world.hasTerminated);
  world.hasTerminated = false;
  world.errors.length = 0;
  const lines: string[] = [];
  const service = new TextService((line) => lines.push(line));
  world.launch(service, options);
  module.start({ leadershipTermId: 0, logPosition, timestamp: 1000n, snapshotRecordingIds: [recordingId] });
  world.until(() => module.acks.length === 1);
  return { lines, service, module };
}

describe('snapshots of a service', () => {
  it('hold sessions and state of any size, and a successor starts from them', () => {
    const { world, recordingId, logPosition } = withSnapshot(new TextService(), ['add 7', 'grow 500000']);
    assert(recordingId >= 0);
    const { lines, module } = startFrom(world, recordingId, logPosition);
    assert.deepEqual(lines, ['START from sum=7 messages=2 ballast=500000 sessions 3,5']);
    assert.equal(module.acks[0]!.logPosition, logPosition);
    assert(module.acks[0]!.relevantId > 0);
    assert.deepEqual(world.errors, []);
  });

  it('are counted when they take too long', () => {
    const { world } = withSnapshot(new TextService(), ['grow 300000'], { snapshotDurationThresholdNs: 1 });
    const { counters } = world.driver;
    const countOf = (label: RegExp) =>
      counters.getCounterValue(counters.findAllocated((id) => label.test(counters.getCounterLabel(id))));
    assert.equal(countOf(/^Clustered service max snapshot duration exceeded count: threshold=1ns/), 1);
    assert(countOf(/^Clustered service max snapshot duration in ns/) > 1);
  });

  it('that fail are told to the consensus module, and the service goes on', () => {
    const messages: string[] = [];
    const { world, recordingId } = withSnapshot(
      {
        onSessionMessage(_session, _timestamp, buffer, offset, length) {
          messages.push(buffer.getStringWithoutLength(offset, length));
        },
        onTakeSnapshot() {
          throw new Error('state is not to be written');
        },
      },
      ['before'],
    );
    assert.equal(recordingId, -1);
    assert.match(world.errors[0]!, /state is not to be written/);
    world.module.appendMessage(3, 'after');
    world.module.commit();
    world.until(() => messages.length === 2);
    assert.deepEqual(messages, ['before', 'after']);
  });

  it('that are not there end the container with a reason', () => {
    const { world, logPosition } = withSnapshot(new TextService(), []);
    const { lines, module } = startFrom(world, 77, logPosition);
    assert.deepEqual(lines, []);
    assert.equal(module.acks[0]!.relevantId, -1);
    assert.match(
      world.errors.join(),
      /failed to start service=0 .* snapshotRecordingId=77: .*invalidate-latest-snapshot/,
    );
  });

  it('of another major version of the application are refused', () => {
    const { world, recordingId, logPosition } = withSnapshot(new TextService(), []);
    const { module } = startFrom(world, recordingId, logPosition, { appVersion: SemanticVersion.compose(1, 0, 0) });
    assert.equal(module.acks[0]!.relevantId, -1);
    assert.match(world.loggedErrors().join(), /incompatible app version: 1.0.0 snapshot=0.0.1/);
  });

  it('of fewer services than there are now are refused', () => {
    const { world, recordingId, logPosition } = withSnapshot(new TextService(), []);
    const { module } = startFrom(world, recordingId, logPosition, { serviceId: 1 });
    assert.equal(module.acks[0]!.relevantId, -1);
    assert.match(world.errors.join(), /failed to start service=1/);
  });

  it('that end too early are refused', () => {
    const { world, recordingId, logPosition } = withSnapshot(
      {
        onSessionMessage() {},
        onTakeSnapshot(publication) {
          publication.offer(text('1 1 9000'));
        },
      },
      [],
    );
    const { module } = startFrom(world, recordingId, logPosition);
    assert.equal(module.acks[0]!.relevantId, -1);
    assert.match(world.loggedErrors().join(), /the snapshot has 0 bytes of ballast, not 9000/);
  });
});
