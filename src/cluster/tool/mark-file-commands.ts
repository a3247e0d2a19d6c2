import { AeronError, dateAndTime, describeErrorLog, timeOfDay } from '../../agrona/mod.ts';
import { CncFile } from '../../protocol/mod.ts';
import { ClusterComponentType, ClusterMarkFile, type ClusterMarkFileHeader } from '../files/mod.ts';
import { MarkFileHeaderDecoder } from '../mark-codecs/mod.ts';
import { FAILURE, markFilePath, SUCCESS, type ToolContext, withMarkFile } from './tool-context.ts';

/** Prints the process id of the consensus module. */
export function pid(context: ToolContext): number {
  if (!context.platform.files.exists(markFilePath(context)) && context.timeoutMs <= 0) {
    return FAILURE;
  }
  return withMarkFile(context, (markFile) => {
    context.out(`${markFile.header().pid}`);
    return SUCCESS;
  });
}

/** Prints what the mark files of the consensus module and of the services say. */
export function describe(context: ToolContext): number {
  const show = (markFile: ClusterMarkFile) => {
    context.out(typeAndActivity(context, markFile));
    context.out(formatHeader(markFile));
  };
  return withMarkFile(context, (markFile) => {
    show(markFile);
    forEachService(context, servicesDir(context, markFile), show);
    return SUCCESS;
  });
}

/** Prints the error logs of the consensus module, of its media driver, and of the services. */
export function errors(context: ToolContext): number {
  const show = (markFile: ClusterMarkFile) => {
    context.out(typeAndActivity(context, markFile));
    context.out('Cluster component error log:');
    printBlock(context, describeErrorLog(markFile.errorBuffer).text);
  };
  let directory = context.clusterDir;
  withMarkFile(context, (markFile) => {
    show(markFile);
    context.out('');
    printDriverErrors(context, markFile.header().aeronDirectory);
    directory = servicesDir(context, markFile);
    return SUCCESS;
  });
  forEachService(context, directory, show);
  return SUCCESS;
}

function printDriverErrors(context: ToolContext, aeronDirectory: string): void {
  context.out(`Aeron driver error log (directory: ${aeronDirectory}):`);
  const cncFile = CncFile.tryMap(context.platform, aeronDirectory);
  if (typeof cncFile === 'string') {
    throw new AeronError('CNC_NOT_READY', `${CncFile.pathIn(aeronDirectory)}: ${cncFile}`);
  }
  printBlock(context, describeErrorLog(cncFile.errorLogBuffer).text);
  cncFile.close();
}

function forEachService(context: ToolContext, directory: string, show: (markFile: ClusterMarkFile) => void): void {
  for (const path of ClusterMarkFile.findServiceMarkFiles(context.platform, directory)) {
    context.out(`INFO: mark file exists: ${path}`);
    const markFile = ClusterMarkFile.openExisting(context.platform, path, context.timeoutMs);
    try {
      show(markFile);
    } finally {
      markFile.close();
    }
  }
}

function servicesDir({ clusterDir }: ToolContext, markFile: ClusterMarkFile): string {
  return markFile.header().servicesClusterDir || clusterDir;
}

function typeAndActivity({ platform }: ToolContext, markFile: ClusterMarkFile): string {
  const { componentType, startTimestamp } = markFile.header();
  const now = timeOfDay(platform.clock.epochTimeMs());
  const activity = dateAndTime(markFile.activityTimestampVolatile());
  return `Type: ${nameOf(componentType)} ${now} (start: ${dateAndTime(startTimestamp)}, activity: ${activity})`;
}

/** In the form of upstream's generated decoders. */
function formatHeader(markFile: ClusterMarkFile): string {
  const header = markFile.header();
  const { SCHEMA_VERSION, BLOCK_LENGTH, TEMPLATE_ID, SCHEMA_ID } = MarkFileHeaderDecoder;
  const schemaVersion = changed(header.schemaVersion, SCHEMA_VERSION);
  const blockLength = changed(header.blockLength, BLOCK_LENGTH);
  const numbers = {
    version: header.version,
    componentType: nameOf(header.componentType),
    activityTimestamp: markFile.activityTimestampVolatile(),
    startTimestamp: header.startTimestamp,
    pid: header.pid,
    candidateTermId: header.candidateTermId,
    archiveStreamId: header.archiveStreamId,
    serviceStreamId: header.serviceStreamId,
    consensusModuleStreamId: header.consensusModuleStreamId,
    ingressStreamId: header.ingressStreamId,
    memberId: header.memberId,
    serviceId: header.serviceId,
    headerLength: header.headerLength,
    errorBufferLength: header.errorBufferLength,
    clusterId: header.clusterId,
  };
  const texts: Partial<ClusterMarkFileHeader> = {
    aeronDirectory: header.aeronDirectory,
    controlChannel: header.controlChannel,
    ingressChannel: header.ingressChannel,
    serviceName: header.serviceName,
    authenticator: header.authenticator,
    servicesClusterDir: header.servicesClusterDir,
  };
  const fields = [
    ...Object.entries(numbers).map(([name, value]) => `${name}=${value}`),
    ...Object.entries(texts).map(([name, value]) => `${name}='${value}'`),
  ];
  return (
    `[MarkFileHeader](sbeTemplateId=${TEMPLATE_ID}|sbeSchemaId=${SCHEMA_ID}|sbeSchemaVersion=${schemaVersion}|` +
    `sbeBlockLength=${blockLength}):${fields.join('|')}`
  );
}

function changed(acting: number, current: number): string {
  return acting === current ? `${current}` : `${acting}/${current}`;
}

function nameOf(type: ClusterComponentType): string {
  return Object.entries(ClusterComponentType).find(([, value]) => value === type)?.[0] ?? `${type}`;
}

/** Text with a line end at its end. */
function printBlock({ out }: ToolContext, text: string): void {
  out(text.slice(0, -1));
}
