import { AtomicBuffer, CountersDescriptor } from '../../agrona/mod.ts';
import type { Aeron, Image } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import { archiveIdLabel } from './archive-counters.ts';

const ARCHIVE_ID_OFFSET = 0;
const CONTROL_SESSION_ID_OFFSET = 8;
const KEY_LENGTH = 16;

/**
 * Asks for the counter that shows a control session; `aeron.getCounter` has it when the driver has made it.
 *
 *     key:   0  archive id 8    8  control session id 8
 *     label: control-session: <client info> sourceIdentity=... sessionId=... - archiveId=...
 *
 * Upstream: `ControlSessionCounter`.
 */
export function addControlSessionCounter(
  aeron: Aeron,
  archiveId: bigint,
  controlSessionId: number,
  { clientInfo, image }: { readonly clientInfo: string; readonly image: Image },
): number {
  const key = AtomicBuffer.allocate(KEY_LENGTH);
  key.putBigInt64(ARCHIVE_ID_OFFSET, archiveId);
  key.putInt64(CONTROL_SESSION_ID_OFFSET, controlSessionId);
  const imageInfo = `sourceIdentity=${image.sourceIdentity} sessionId=${image.sessionId}`;
  const info = `control-session: ${clientInfo === '' ? '' : `${clientInfo} `}${imageInfo}`;
  const suffix = archiveIdLabel(archiveId);
  const label = info.slice(0, CountersDescriptor.MAX_LABEL_LENGTH - suffix.length) + suffix;
  return aeron.asyncAddCounter(AeronCounters.ARCHIVE_CONTROL_SESSION_TYPE_ID, label, key.u8);
}
