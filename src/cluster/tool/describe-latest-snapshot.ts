import { AeronArchive, sessionIdOfReplay } from '../../archive/client/mod.ts';
import { type Aeron, ControlledFragmentAction, ControlledFragmentAssembler, type Image } from '../../client/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { CONSENSUS_MODULE_SERVICE_ID } from '../files/mod.ts';
import { SnapshotPrinter } from './snapshot-printer.ts';
import { FAILURE, poll, SUCCESS, type ToolContext, withAeron, withMarkFile, withRecordingLog } from './tool-context.ts';

const FRAGMENT_LIMIT = 10;
const IPC = 'aeron:ipc';

/** Prints the messages of the consensus module's latest snapshot, which the member's archive replays. */
export function describeLatestSnapshot(context: ToolContext): number {
  const entry = withRecordingLog(context, (log) => log.getLatestSnapshot(CONSENSUS_MODULE_SERVICE_ID));
  if (entry === undefined) {
    context.out('Snapshot not found');
    return FAILURE;
  }
  return withMarkFile(context, (markFile) => {
    const { aeronDirectory, memberId, archiveStreamId } = markFile.header();
    return withAeron(context, aeronDirectory, (aeron) => {
      const archive = AeronArchive.connectBlocking({
        aeron,
        platform: context.platform,
        clientName: 'cluster-tool',
        controlRequestChannel: IPC,
        controlRequestStreamId: archiveStreamId,
        controlResponseChannel: IPC,
      });
      try {
        const position = printReplay(context, aeron, archive, entry.recordingId);
        context.out(
          `Consensus Module Snapshot End: memberId=${memberId} recordingId=${entry.recordingId} length=${position}`,
        );
      } finally {
        archive.close();
      }
      return SUCCESS;
    });
  });
}

/** Returns where the snapshot ended. */
function printReplay(context: ToolContext, aeron: Aeron, archive: AeronArchive, recordingId: number): number {
  const { replayChannel, replayStreamId, out } = context;
  const sessionId = sessionIdOfReplay(archive.startReplay(recordingId, replayChannel, replayStreamId).block());
  const subscriptionId = aeron.asyncAddSubscription(ChannelUri.addSessionId(replayChannel, sessionId), replayStreamId);
  const deadlineMs =
    context.platform.clock.epochTimeMs() + context.timeoutMs + Math.ceil(archive.context.messageTimeoutNs / 1e6);
  const image = poll(context, aeron, deadlineMs, () =>
    aeron.getSubscription(subscriptionId)?.imageBySessionId(sessionId),
  );
  if (image === undefined) {
    throw new AeronError(
      'SNAPSHOT_NOT_REPLAYED',
      `no replay of recording ${recordingId} on ${replayChannel} (aeron.cluster.tool.replay.channel) in time`,
    );
  }
  printImage(context, aeron, image, new SnapshotPrinter(out));
  return image.position;
}

function printImage(context: ToolContext, aeron: Aeron, image: Image, printer: SnapshotPrinter): void {
  const assembler = new ControlledFragmentAssembler((buffer, offset, length) => {
    printer.onMessage(buffer, offset, length);
    return printer.isDone ? ControlledFragmentAction.BREAK : ControlledFragmentAction.CONTINUE;
  });
  poll(context, aeron, Number.POSITIVE_INFINITY, () => {
    while (image.controlledPoll(assembler.onFragment, FRAGMENT_LIMIT) > 0 && !printer.isDone) {
      // There may be more.
    }
    if (!printer.isDone && image.isClosed) {
      throw new AeronError('SNAPSHOT_INVALID', `snapshot ended unexpectedly at ${image.position}`);
    }
    return printer.isDone ? true : undefined;
  });
}
