import assert from 'node:assert/strict';
import type { ConsensusAction } from '../../src/cluster/consensus/core/actions.ts';
import { electionStateName } from '../../src/cluster/consensus/core/election-state.ts';
import { clusterRoleName } from '../../src/cluster/consensus/core/roles.ts';
import { formatAction } from './core-format.ts';
import { ENTRY_LENGTH, type Node } from './core-node.ts';
import { CoreWorld } from './core-world.ts';

/*
 *     script  = *( comment | block )
 *     block   = 1*command "----" output blank line
 *     command = cluster SIZE [appointed=ID] [random=R,R,...]     members, and the nomination delay of each (0 to 1)
 *             | start ID... | crash ID... | close ID... | wipe ID...
 *             | cut A B | heal
 *             | run SECONDS | settle [SECONDS]                   settle: until all follow one leader and have applied all
 *             | offer COUNT [ID]                                 messages of clients, to the leader
 *             | snapshot ID... | terminate ID | show
 *             | announce ID                                      a leader tells where the cluster ends: an entry further on
 *             | fail ID REASON                                   something that an election has begun fails
 *             | quiet | tell                                     what comes is not shown, or shown
 *
 * What is sent on an interval is shown when it differs from what was sent last.
 */

const SECOND = 1_000_000_000;
const SETTLE_LIMIT_SECONDS = 120;

/** Runs a script. @returns it with the output that came */
export function runScript(text: string): string {
  const story = new Story();
  const out: string[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    out.push(line);
    if (line === '----') {
      out.push(...story.takeOutput());
      while (i + 1 < lines.length && lines[i + 1] !== '') {
        i++;
      }
    } else if (line !== '' && !line.startsWith('#')) {
      story.run(line);
    }
  }
  return out.join('\n');
}

class Story {
  #world: CoreWorld | undefined;
  #output: string[] = [];
  #isQuiet = false;
  #offered = 0;
  readonly #lastSent = new Map<string, string>();

  takeOutput(): string[] {
    const output = this.#output;
    this.#output = [];
    return output.length > 0 ? output : ['nothing'];
  }

  get world(): CoreWorld {
    assert.ok(this.#world, 'a script begins with `cluster`');
    return this.#world;
  }

  run(line: string): void {
    const [command, ...args] = line.split(' ');
    const ids = args.map(Number);
    switch (command) {
      case 'cluster':
        this.#create(args);
        break;
      case 'start':
      case 'crash':
      case 'close':
      case 'wipe':
        for (const id of ids) {
          this.#lastSent.clear();
          this.world[command](id);
        }
        break;
      case 'cut':
        this.world.cut(ids[0]!, ids[1]!);
        break;
      case 'heal':
        this.world.heal();
        break;
      case 'run':
        this.world.runUntil(() => false, ids[0]! * SECOND);
        break;
      case 'settle':
        this.#settle(ids[0] ?? SETTLE_LIMIT_SECONDS);
        break;
      case 'offer':
        this.#offer(ids[0]!, ids[1]);
        break;
      case 'snapshot':
        for (const id of ids) {
          this.world.nodes[id]!.takeSnapshot();
        }
        break;
      case 'terminate':
        this.#terminate(this.world.nodes[ids[0]!]!);
        break;
      case 'announce':
        this.#announce(this.world.nodes[ids[0]!]!);
        break;
      case 'fail':
        this.world.nodes[ids[0]!]!.step({ type: 'failed', reason: args.slice(1).join(' ') });
        break;
      case 'show':
        this.#show();
        break;
      case 'quiet':
      case 'tell':
        this.#isQuiet = command === 'quiet';
        break;
      default:
        assert.fail(`unknown command '${line}'`);
    }
  }

  #create(args: readonly string[]): void {
    const options = new Map(args.slice(1).map((arg) => arg.split('=') as [string, string]));
    const delays = options.get('random')?.split(',').map(Number) ?? [];
    this.#world = new CoreWorld({
      size: Number(args[0]),
      appointedLeaderId: Number(options.get('appointed') ?? -1),
      random: (id) => delays[id] ?? 0,
      onAction: (node, action) => this.#tell(node, action),
    });
  }

  #settle(limitSeconds: number): void {
    const isSettled = this.world.runUntil(() => this.world.isSettled, limitSeconds * SECOND);
    this.#say(isSettled ? `settled at ${this.#time()}` : `not settled within ${limitSeconds} s`);
  }

  #offer(count: number, id: number | undefined): void {
    const node = id === undefined ? this.world.leader : this.world.nodes[id];
    for (let i = 0; i < count; i++) {
      const isTaken = node?.offer(`m${this.#offered}`) ?? false;
      if (!isTaken) {
        this.#say('not taken');
        return;
      }
      this.#offered++;
    }
  }

  #terminate(node: Node): void {
    const logPosition = node.publication!.log.length * ENTRY_LENGTH;
    node.step({ type: 'terminateCluster', logPosition });
    node.tick.moduleState = 5;
    node.step({ type: 'servicesTerminated', logPosition });
  }

  #announce(node: Node): void {
    node.step({ type: 'terminateCluster', logPosition: (node.publication!.log.length + 1) * ENTRY_LENGTH });
  }

  #show(): void {
    for (const { id, core, disk, applied, isTerminated } of this.world.nodes) {
      const state = isTerminated ? 'terminated' : this.world.isRunning(id) ? '' : 'down';
      const terms = disk.terms.map((term) => {
        const end = term.logPosition === -1 ? '' : term.logPosition;
        return `${term.leadershipTermId}:[${term.termBaseLogPosition}..${end}]`;
      });
      const log = disk.log.map((entry) => entry.id).join(' ');
      const facts =
        state !== ''
          ? state
          : `${clusterRoleName(core.role)} ${electionStateName(core.electionState)} term=${core.leadershipTermId}` +
            ` leader=${core.leaderMemberId} commit=${core.commitPosition}`;
      this.#say(`${id}: ${facts} candidate=${disk.candidateTermId} terms=${terms.join('')}`);
      this.#say(`   log: ${log} | applied: ${applied.length}`);
    }
  }

  #tell(node: Node, action: ConsensusAction): void {
    const text = formatAction(action);
    if (action.type === 'send') {
      const key = `${node.id}-${action.to}-${action.message.type}`;
      if (this.#lastSent.get(key) === text) {
        return;
      }
      this.#lastSent.set(key, text);
    }
    if (!this.#isQuiet) {
      this.#say(`${this.#time()} ${node.id}: ${text}`);
    }
  }

  #time(): string {
    return (this.world.nowNs / SECOND).toFixed(2);
  }

  #say(text: string): void {
    this.#output.push(text);
  }
}
