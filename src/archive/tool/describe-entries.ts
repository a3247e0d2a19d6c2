import { dateAndTime, timeOfDay } from '../../agrona/mod.ts';
import { RecordingDescriptorDecoder, RecordingDescriptorHeaderDecoder, RecordingState } from '../codecs/mod.ts';
import { MarkFileHeaderDecoder } from '../mark-codecs/mod.ts';
import type { ArchiveMarkFile, Catalog, CatalogEntry } from '../server/mod.ts';
import { forRecording, SUCCESS, type ToolContext, withCatalog, withMarkFile } from './tool-context.ts';

const STATE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RecordingState).map(([name, value]) => [value, name]),
);

/** Prints all valid recordings. */
export function describe(context: ToolContext): number {
  describing(context, (catalog) => {
    catalog.forEach((entry) => {
      if (entry.isValid) {
        context.out(formatDescriptor(entry));
      }
    });
  });
  return SUCCESS;
}

/** Prints all recordings, and their states. */
export function describeAll(context: ToolContext): number {
  describing(context, (catalog) => {
    catalog.forEach((entry) => {
      context.out(`${formatDescriptor(entry)}|${stateName(entry.header.state())}`);
    });
  });
  return SUCCESS;
}

/** Prints one recording, in any state. */
export function describeRecording(context: ToolContext, recordingId: number): number {
  withCatalog(context, false, (catalog) => {
    forRecording(catalog, recordingId, (entry) => context.out(formatDescriptor(entry)));
  });
  return SUCCESS;
}

/** Prints what the mark file says and how large the catalog is, in front of what `body` prints. */
export function describing(context: ToolContext, body: (catalog: Catalog) => void): void {
  withCatalog(context, false, (catalog) => {
    withMarkFile(context, true, (markFile) => {
      printMark(context, markFile);
      context.out(`Catalog capacity in bytes: ${catalog.capacity}`);
      body(catalog);
    });
  });
}

export function stateName(state: number): string {
  return STATE_NAMES.get(state) ?? 'NULL_VAL';
}

export function formatDescriptorHeader({ header }: CatalogEntry): string {
  const { TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, BLOCK_LENGTH } = RecordingDescriptorHeaderDecoder;
  return (
    `[RecordingDescriptorHeader]${sbe(TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, BLOCK_LENGTH)}:` +
    fields({
      length: header.length(),
      state: stateName(header.state()),
      checksum: header.checksum(),
      reserved: header.reserved(),
    })
  );
}

export function formatDescriptor(entry: CatalogEntry): string {
  const { TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, BLOCK_LENGTH } = RecordingDescriptorDecoder;
  const { descriptor } = entry;
  return (
    `[RecordingDescriptor]${sbe(TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, BLOCK_LENGTH)}:` +
    fields({
      controlSessionId: descriptor.controlSessionId(),
      correlationId: descriptor.correlationId(),
      recordingId: descriptor.recordingId(),
      startTimestamp: descriptor.startTimestamp(),
      stopTimestamp: descriptor.stopTimestamp(),
      startPosition: descriptor.startPosition(),
      stopPosition: descriptor.stopPosition(),
      initialTermId: descriptor.initialTermId(),
      segmentFileLength: descriptor.segmentFileLength(),
      termBufferLength: descriptor.termBufferLength(),
      mtuLength: descriptor.mtuLength(),
      sessionId: descriptor.sessionId(),
      streamId: descriptor.streamId(),
      strippedChannel: `'${entry.strippedChannel()}'`,
      originalChannel: `'${entry.originalChannel()}'`,
      sourceIdentity: `'${entry.sourceIdentity()}'`,
    })
  );
}

function printMark(context: ToolContext, markFile: ArchiveMarkFile): void {
  const { TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, BLOCK_LENGTH } = MarkFileHeaderDecoder;
  const header = markFile.header();
  const now = timeOfDay(context.platform.clock.epochTimeMs());
  const started = dateAndTime(header.startTimestamp);
  const { schemaVersion } = header;
  const versions = schemaVersion === SCHEMA_VERSION ? schemaVersion : `${schemaVersion}/${SCHEMA_VERSION}`;
  context.out(`${now} (start: ${started}, activity: ${dateAndTime(markFile.activityTimestampVolatile())})`);
  context.out(
    `[MarkFileHeader]${sbe(TEMPLATE_ID, SCHEMA_ID, versions, BLOCK_LENGTH)}:` +
      fields({
        version: header.version,
        activityTimestamp: header.activityTimestamp,
        startTimestamp: header.startTimestamp,
        pid: header.pid,
        controlStreamId: header.controlStreamId,
        localControlStreamId: header.localControlStreamId,
        eventsStreamId: header.eventsStreamId,
        headerLength: header.headerLength,
        errorBufferLength: header.errorBufferLength,
        archiveId: header.archiveId,
        controlChannel: `'${header.controlChannel}'`,
        localControlChannel: `'${header.localControlChannel}'`,
        eventsChannel: `'${header.eventsChannel}'`,
        aeronDirectory: `'${header.aeronDirectory}'`,
      }),
  );
}

function sbe(templateId: number, schemaId: number, version: number | string, blockLength: number): string {
  return `(${fields({
    sbeTemplateId: templateId,
    sbeSchemaId: schemaId,
    sbeSchemaVersion: version,
    sbeBlockLength: blockLength,
  })})`;
}

function fields(values: Readonly<Record<string, string | number | bigint>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('|');
}
