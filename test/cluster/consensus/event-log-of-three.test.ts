import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ClusterControlToggle } from '../../../src/cluster/consensus/mod.ts';
import type { SimulatedMember } from '../../../src/simulation/mod.ts';
import { HEARTBEAT_TIMEOUT_NS, ThreeMembers } from './three-members.ts';

const { NEUTRAL, SHUTDOWN } = ClusterControlToggle;
const SECOND_NS = 1_000_000_000;
/** What a killed component's mark file keeps its successor out for. */
const FORGOTTEN_NS = 11 * SECOND_NS;
/** `UPDATE=1` writes what came instead of comparing; the diff is for a person to read. */
const GOLDEN = join(import.meta.dirname, '../../../../test/cluster/consensus/event-log-of-three.txt');

/** What the members print, chapter by chapter. */
class Story {
  readonly #lines: string[] = [];
  #chapter: string[][] = [[], [], []];

  /** For the world's `onTrace`: what a member says again in a chapter is left out. */
  readonly onTrace = ({ kind, host, detail }: { kind: string; host: string; detail: string }): void => {
    const event = /CLUSTER: (.*)$/.exec(detail)?.[1];
    if (kind === 'print' && event !== undefined) {
      const said = this.#chapter[Number(host.slice('member-'.length))]!;
      const line = withoutNumbersOfTheRun(event);
      if (!said.includes(line)) {
        said.push(line);
      }
    }
  };

  endChapter(title: string): void {
    this.#lines.push(`# ${title}`, '');
    for (const said of this.#chapter) {
      this.#lines.push(...said, '');
    }
    this.#chapter = [[], [], []];
  }

  get text(): string {
    return this.#lines.join('\n');
  }
}

function withoutNumbersOfTheRun(event: string): string {
  return event.replaceAll(/(timestamp|logSessionId|catchupEndpoint|termBaseTimestamp)=\S+/g, '$1=...');
}

/** They have one leader, and no election is going on. */
async function agree(three: ThreeMembers, members: readonly SimulatedMember[]): Promise<void> {
  await three.settle(HEARTBEAT_TIMEOUT_NS);
  await three.until(() => {
    const { leader } = three.cluster;
    return (
      leader !== undefined && members.every(({ leadershipTermId }) => leadershipTermId === leader.leadershipTermId)
    );
  }, 'all are of one term');
  await three.settle();
}

describe('the event logs of three members', () => {
  it('tell an election, the loss of a leader, a dropped tail, replication, catch-up and the end', async () => {
    const story = new Story();
    const three = new ThreeMembers({
      onTrace: story.onTrace,
      variables: {
        AERON_EVENT_CLUSTER_LOG: 'all',
        // What comes again and again, and depends on when it is said.
        AERON_EVENT_CLUSTER_LOG_DISABLE: 'CANVASS_POSITION,APPEND_POSITION,COMMIT_POSITION,SERVICE_ACK',
      },
    });
    const { cluster, world } = three;
    await three.connect();
    const first = await three.leader();
    const others = cluster.members.filter((member) => member !== first);
    three.send('add 1');
    await three.until(() => three.messages.includes('sum 1'));
    await three.settle();
    story.endChapter(`three members elect ${first.id}, and serve a client`);

    const hosts = (members: readonly { host: { name: string } }[]) => members.map(({ host }) => host.name);
    world.partition(hosts([first]), hosts(others));
    three.send('add 10');
    await three.until(() => others.some(({ isLeader }) => isLeader));
    await three.settle();
    const second = others.find(({ isLeader }) => isLeader)!;
    const third = others.find((member) => member !== second)!;
    story.endChapter(
      `cut off from the others, ${first.id} has a message that nobody else gets; they elect ${second.id}`,
    );

    world.heal();
    await agree(three, cluster.members);
    story.endChapter(`${first.id} comes back: it drops the message, and follows`);

    third.kill();
    await three.connect();
    three.send('add 2');
    await three.until(() => three.messages.includes('sum 3'));
    world.partition(hosts([first]), hosts([second]));
    await three.settle(5 * SECOND_NS);
    world.heal();
    await agree(three, [first, second]);
    await three.settle(FORGOTTEN_NS);
    story.endChapter(`without ${third.id}, the two lose each other, and begin another term`);

    cluster.start(third.id);
    await agree(three, cluster.members);
    story.endChapter(`${third.id} comes back, behind by a term`);

    three.toggle(cluster.leader!, NEUTRAL, SHUTDOWN);
    await three.until(() => cluster.members.every(({ isRunning }) => !isRunning), 'all have ended');
    await three.settle();
    story.endChapter('they are told to end');

    if (process.env['UPDATE'] === '1') {
      writeFileSync(GOLDEN, story.text);
    } else {
      assert.equal(story.text, readFileSync(GOLDEN, 'utf8'));
    }
  });
});
