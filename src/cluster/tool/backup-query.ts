import { AtomicCounter, CountersReader, dateAndTime, parseDuration, timeOfDay } from '../../agrona/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import { AeronCounters, CncFile } from '../../protocol/mod.ts';
import { ClusterComponentType, NULL_VALUE } from '../files/mod.ts';
import { FAILURE, SUCCESS, type ToolContext, withMarkFile } from './tool-context.ts';

/** Prints, or sets, when a backup asks the cluster next. */
export function backupQuery(context: ToolContext): number {
  return withMarkFile(context, (markFile) => {
    const { componentType, aeronDirectory } = markFile.header();
    if (componentType !== ClusterComponentType.BACKUP) {
      context.out('not a cluster backup node');
      return FAILURE;
    }
    const [delay] = context.words;
    const nowMs = context.platform.clock.epochTimeMs();
    const deadlineMs = withDeadline(context, aeronDirectory, (deadline) => {
      if (delay !== undefined) {
        deadline?.setRelease(nowMs + Math.floor(parseDuration(delay) / 1e6));
      }
      return deadline?.get() ?? NULL_VALUE;
    });
    const what = delay === undefined ? 'next' : 'setting next';
    const next = dateAndTime(deadlineMs);
    context.out(`${next.slice(0, 10)} ${timeOfDay(nowMs)} ${what}: ${next}`);
    return SUCCESS;
  });
}

function withDeadline(
  { platform }: ToolContext,
  aeronDirectory: string,
  use: (deadline: AtomicCounter | undefined) => number,
): number {
  const cncFile = CncFile.tryMap(platform, aeronDirectory);
  if (typeof cncFile === 'string') {
    throw new AeronError('CNC_NOT_READY', `${CncFile.pathIn(aeronDirectory)}: ${cncFile}`);
  }
  try {
    const { countersMetaDataBuffer, countersValuesBuffer } = cncFile;
    let found: AtomicCounter | undefined;
    new CountersReader(countersMetaDataBuffer, countersValuesBuffer).forEachMetaData((counterId, typeId) => {
      if (typeId === AeronCounters.CLUSTER_BACKUP_QUERY_DEADLINE_TYPE_ID) {
        found = new AtomicCounter(countersValuesBuffer, counterId);
      }
    });
    return use(found);
  } finally {
    cncFile.close();
  }
}
