import { AtomicCounter, CountersReader } from '../../agrona/mod.ts';
import { AeronCounters, CncFile } from '../../protocol/mod.ts';
import { queryMembers } from './members.ts';
import { FAILURE, poll, SUCCESS, type ToolContext, withMarkFile } from './tool-context.ts';

const CLUSTER_TOGGLES = [
  'INACTIVE',
  'NEUTRAL',
  'SUSPEND',
  'RESUME',
  'SNAPSHOT',
  'SHUTDOWN',
  'ABORT',
  'STANDBY_SNAPSHOT',
] as const;
const NODE_TOGGLES = ['INACTIVE', 'NEUTRAL', 'REPLICATE_STANDBY_SNAPSHOT', 'VALIDATE_RECORDING_LOG'] as const;
const MODULE_STATES = ['INIT', 'ACTIVE', 'SUSPENDED', 'SNAPSHOT', 'QUITTING', 'TERMINATING', 'CLOSED'] as const;
const NEUTRAL = 1;
const CLUSTER_ID_KEY_OFFSET = 0;

interface Toggle {
  readonly name: string;
  readonly typeId: number;
  readonly names: readonly string[];
  readonly isLeaderRequired: boolean;
  readonly expectedState: (typeof MODULE_STATES)[number];
  /** How long to wait for it to be done; undefined: not at all. */
  readonly completionTimeoutMs: number | undefined;
}

type ClusterToggle = 'SUSPEND' | 'RESUME' | 'SNAPSHOT' | 'SHUTDOWN' | 'ABORT';

const COMPLETION_TIMEOUTS_MS: Partial<Record<ClusterToggle, number>> = { SNAPSHOT: 30_000, RESUME: 1_000 };

/** Tells the leader to do what the toggle says. */
export function applyClusterToggle(context: ToolContext, name: ClusterToggle): number {
  return apply(context, {
    name,
    typeId: AeronCounters.CLUSTER_CONTROL_TOGGLE_TYPE_ID,
    names: CLUSTER_TOGGLES,
    isLeaderRequired: true,
    expectedState: name === 'RESUME' ? 'SUSPENDED' : 'ACTIVE',
    completionTimeoutMs: COMPLETION_TIMEOUTS_MS[name],
  });
}

/** Tells the member, leader or not, to check that its archive has what its recording log says. */
export function validateRecordingLog(context: ToolContext): number {
  return apply(context, {
    name: 'VALIDATE_RECORDING_LOG',
    typeId: AeronCounters.NODE_CONTROL_TOGGLE_TYPE_ID,
    names: NODE_TOGGLES,
    isLeaderRequired: false,
    expectedState: 'ACTIVE',
    completionTimeoutMs: 30_000,
  });
}

function apply(context: ToolContext, toggle: Toggle): number {
  return withMarkFile(context, (markFile) => {
    const header = markFile.header();
    const membership = queryMembers(context, header);
    if (membership === undefined) {
      context.out('Timed out querying cluster.');
      return FAILURE;
    }
    const { memberId, leaderMemberId } = membership;
    const say = (text: string) => context.out(`Member [${memberId}]: ${text}`);
    if (toggle.isLeaderRequired && leaderMemberId !== memberId) {
      say(`Current node is not the leader (leaderMemberId = ${leaderMemberId}), unable to ${toggle.name}`);
      return FAILURE;
    }
    const cncFile = CncFile.tryMap(context.platform, header.aeronDirectory);
    if (typeof cncFile === 'string') {
      const path = CncFile.pathIn(header.aeronDirectory);
      say(`Unable to locate media driver. C\`n\`C file [${path}] does not exist.`);
      return FAILURE;
    }
    try {
      return applyIn(context, cncFile, header.clusterId, toggle, say);
    } finally {
      cncFile.close();
    }
  });
}

function applyIn(
  context: ToolContext,
  cncFile: CncFile,
  clusterId: number,
  toggle: Toggle,
  say: (text: string) => void,
): number {
  const counters = new CountersReader(cncFile.countersMetaDataBuffer, cncFile.countersValuesBuffer);
  const stateId = findCounter(counters, AeronCounters.CLUSTER_CONSENSUS_MODULE_STATE_TYPE_ID, clusterId);
  const state = stateId === undefined ? undefined : MODULE_STATES[counters.getCounterValue(stateId)];
  if (state === undefined) {
    say('Unable to resolve state of consensus module.');
    return FAILURE;
  }
  if (state !== toggle.expectedState) {
    say(
      `Unable to ${toggle.name} as the state of the consensus module is ${state}, but needs to be ${toggle.expectedState}`,
    );
    return FAILURE;
  }
  const counterId = findCounter(counters, toggle.typeId, clusterId);
  if (counterId === undefined) {
    say('Failed to find control toggle');
    return FAILURE;
  }
  const counter = new AtomicCounter(cncFile.countersValuesBuffer, counterId);
  if (!set(counter, toggle)) {
    say(`Failed to apply ${toggle.name}, current toggle value = ${toggle.names[counter.get()]}`);
    return FAILURE;
  }
  if (toggle.completionTimeoutMs !== undefined) {
    const timeoutMs = Math.max(toggle.completionTimeoutMs, context.timeoutMs);
    const deadlineMs = context.platform.clock.epochTimeMs() + timeoutMs;
    const isDone = poll(context, undefined, deadlineMs, () => (counter.get() === NEUTRAL ? true : undefined));
    if (isDone === undefined) {
      say(`Timed out after ${timeoutMs}ms waiting for ${toggle.name} to complete.`);
      return FAILURE;
    }
  }
  say(`${toggle.name} applied successfully`);
  return SUCCESS;
}

/** False when something else is being done. Whatever was suspended can be resumed. */
function set(counter: AtomicCounter, { name, names }: Toggle): boolean {
  const code = names.indexOf(name);
  const suspended = names.indexOf('SUSPEND');
  if (name === 'RESUME' && counter.get() === suspended) {
    return counter.compareAndSet(suspended, code);
  }
  return counter.compareAndSet(NEUTRAL, code);
}

function findCounter(counters: CountersReader, wantedTypeId: number, clusterId: number): number | undefined {
  let found: number | undefined;
  counters.forEachMetaData((counterId, typeId, keyBuffer) => {
    if (found === undefined && typeId === wantedTypeId && keyBuffer.getInt32(CLUSTER_ID_KEY_OFFSET) === clusterId) {
      found = counterId;
    }
  });
  return found;
}
