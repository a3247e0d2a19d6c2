import { AtomicBuffer, CountersDescriptor } from '../agrona/mod.ts';
import type { MappedFile, Platform } from '../platform/mod.ts';
import { CncFile, CncFileDescriptor, CommonContext } from '../protocol/mod.ts';
import type { DriverOptions } from './driver-options.ts';

/** The files that a driver shares with others, apart from the logs: `cnc.dat` and `loss-report.dat`. */
export class DriverMemory {
  readonly cncFile: CncFile;
  readonly lossReportBuffer: AtomicBuffer;
  /** Bytes of both files. */
  readonly length: number;
  private readonly lossReportFile: MappedFile;
  private isClosed = false;

  /** @throws PlatformError ENOSPC, EEXIST, ... */
  constructor(platform: Platform, aeronDirectoryName: string, options: DriverOptions) {
    const { filePageSize, counterValuesBufferLength } = options;
    const lossReportLength = Math.ceil(options.lossReportBufferLength / filePageSize) * filePageSize;
    this.cncFile = CncFile.create(platform, aeronDirectoryName, {
      toDriverBufferLength: options.conductorBufferLength,
      toClientsBufferLength: options.toClientsBufferLength,
      countersMetaDataBufferLength:
        counterValuesBufferLength * (CountersDescriptor.METADATA_LENGTH / CountersDescriptor.COUNTER_LENGTH),
      countersValuesBufferLength: counterValuesBufferLength,
      errorLogBufferLength: options.errorBufferLength,
      clientLivenessTimeoutNs: options.clientLivenessTimeoutNs,
      startTimestampMs: platform.clock.epochTimeMs(),
      pid: platform.processes.pid,
      filePageSize,
    });
    try {
      this.lossReportFile = platform.files.createMapped(
        `${aeronDirectoryName}/${CommonContext.LOSS_REPORT_FILE_NAME}`,
        lossReportLength,
      );
    } catch (error) {
      this.cncFile.close();
      throw error;
    }
    this.lossReportBuffer = AtomicBuffer.over(this.lossReportFile);
    this.length = CncFileDescriptor.computeCncFileLength(this.cncFile.metaData) + lossReportLength;
  }

  /** Nothing that was made of the files can be used any more. */
  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.lossReportBuffer.release();
      this.lossReportFile.unmap();
      this.cncFile.close();
    }
  }
}
