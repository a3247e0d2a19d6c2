import type { AeronArchive } from './aeron-archive.ts';
import type { RecordingDescriptor } from './recording-descriptor.ts';

/** Which recordings to go through. */
export interface RecordingsOptions {
  /** The first id; 0 by default. */
  readonly fromRecordingId?: number;
  /** Only those of a stream whose channel contains a text. */
  readonly matching?: { readonly channelFragment: string; readonly streamId: number };
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

/** Recordings asked for at a time. */
const PAGE = 32;

/** @throws ArchiveError, ArchiveTimeoutError, the signal's reason */
export async function* recordings(
  archive: AeronArchive,
  options: RecordingsOptions,
): AsyncGenerator<RecordingDescriptor, void, void> {
  const { matching, signal } = options;
  let from = options.fromRecordingId ?? 0;
  for (;;) {
    const page: RecordingDescriptor[] = [];
    const consumer = (descriptor: RecordingDescriptor) => void page.push(descriptor);
    const request =
      matching === undefined
        ? archive.listRecordings(from, PAGE, consumer)
        : archive.listRecordingsForUri(from, PAGE, matching.channelFragment, matching.streamId, consumer);
    await request.promise({ signal });
    for (const descriptor of page) {
      yield descriptor;
      signal?.throwIfAborted();
    }
    if (page.length < PAGE) {
      return;
    }
    from = page.at(-1)!.recordingId + 1;
  }
}
