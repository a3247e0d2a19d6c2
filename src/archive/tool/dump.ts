import type { AtomicBuffer } from '../../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../protocol/mod.ts';
import { type CatalogEntry, RecordingReader } from '../server/mod.ts';
import { describing, formatDescriptor, formatDescriptorHeader } from './describe-entries.ts';
import { formatHexDump } from './hex-dump.ts';
import { ArchiveToolError, confirm, SUCCESS, type ToolContext } from './tool-context.ts';

const NULL_POSITION = -1;
/** What upstream shows for no limit. */
const MAX_LONG = 9223372036854775807n;

/** Prints what is recorded, asking after every `fragmentLimit` frames whether to go on with a recording. */
export function dump(context: ToolContext, fragmentLimit: number | undefined): number {
  if (fragmentLimit !== undefined && fragmentLimit <= 0) {
    throw new ArchiveToolError(`Invalid fragmentCountLimit=${fragmentLimit}`);
  }
  describing(context, (catalog) => {
    context.out('');
    context.out(`Dumping up to ${fragmentLimit ?? MAX_LONG} fragments per recording`);
    catalog.forEach((entry) => {
      dumpRecording(context, entry, fragmentLimit);
    });
  });
  return SUCCESS;
}

function dumpRecording(context: ToolContext, entry: CatalogEntry, fragmentLimit: number | undefined): void {
  const { recordingId, startPosition, stopPosition, streamId } = entry.summary();
  const streamLength = stopPosition - startPosition;
  context.out('');
  context.out('');
  context.out(`Recording ${recordingId}`);
  context.out(`  channel: ${entry.strippedChannel()}`);
  context.out(`  streamId: ${streamId}`);
  context.out(`  stream length: ${stopPosition === NULL_POSITION ? NULL_POSITION : streamLength}`);
  context.out(formatDescriptorHeader(entry));
  context.out(formatDescriptor(entry));
  if (streamLength === 0) {
    context.out('Recording is empty');
    return;
  }
  const { files } = context.platform;
  const reader = new RecordingReader(files, context.archiveDir, entry.summary());
  try {
    let fragments = 0;
    let isActive = true;
    while (isActive && !reader.isDone) {
      context.out('');
      context.print(`Frame at position [${reader.replayPosition}] `);
      fragments += reader.poll((buffer, offset, length, type, flags) => {
        const shown = reader.termOffset + DataHeaderFlyweight.HEADER_LENGTH;
        context.out(`data at offset [${shown}] with length = ${length}`);
        printFrame(context, buffer, offset, length, type, flags);
      }, 1);
      if (fragmentLimit !== undefined && fragments === fragmentLimit) {
        fragments = 0;
        if (stopPosition !== NULL_POSITION) {
          const remaining = streamLength - reader.replayPosition;
          context.out(`${remaining} bytes of (from ${streamLength}) remaining in recording id ${recordingId}`);
        }
        isActive = confirm(context, `Specified frame limit ${fragmentLimit} reached. Continue? (y/n)`);
      }
    }
  } finally {
    reader.close();
  }
}

function printFrame(
  context: ToolContext,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  type: number,
  flags: number,
): void {
  if (type === HeaderFlyweight.HDR_TYPE_PAD) {
    context.out('PADDING FRAME');
    return;
  }
  if (type !== HeaderFlyweight.HDR_TYPE_DATA) {
    context.out(`Unexpected frame type ${type}`);
    return;
  }
  if ((flags & FrameDescriptor.UNFRAGMENTED) !== FrameDescriptor.UNFRAGMENTED) {
    const begin = (flags & FrameDescriptor.BEGIN_FRAG_FLAG) !== 0 ? 'BEGIN_FRAGMENT' : '';
    const end = (flags & FrameDescriptor.END_FRAG_FLAG) !== 0 ? 'END_FRAGMENT' : '';
    context.out(`Fragmented frame. ${begin}${end}`);
  }
  context.out(formatHexDump(buffer.u8, offset, length));
}
