import { AtomicBuffer } from '../../agrona/mod.ts';
import type { OpenFile } from '../../platform/mod.ts';
import { crc32c } from './checksum.ts';

/*
 * While a segment file is being written it is a little longer than a segment: behind the segment stands a note on the
 * last write, from which recovery knows where the recording ends. Whoever opens the file otherwise, upstream's archive
 * and tools among them, looks at the segment alone; when the file is closed, the note is cut off.
 *
 *     |<------------------ segment ------------------>|<------ note ----->|
 *     | frames | frames of the last write | 0 0 0 ... | slot A | slot B   |
 *               ^ from                    ^ end
 *
 * Two slots are written in turn, so that one of them is whole however a write ends:
 *
 *      0   int32   0: no frame starts here
 *      4   int32   magic
 *      8   int64   sequence: the higher one counts
 *     16   int32   from
 *     20   int32   bytes that were written
 *     24   int32   end: behind padding, of which only the header is written
 *     28   int32   hash of these bytes (`block-hash.ts`)
 *     32   int32   1: all before `from` is on the device; 0: nobody promised that
 *     36   int32   CRC-32C of the slot up to here
 *
 * With a sync level above 0 the note speaks of each block, and goes to the device in one sync with it: if the bytes are
 * what the note says, the block is whole, otherwise it never was acknowledged and the recording ends before it. At level
 * 0 a block becomes visible at once (its first frame length is written last), and only frames that look torn, because
 * a whole page of them is zeros, are noted.
 */
export const NOTE_LENGTH = 128;
const SLOT_LENGTH = 64;
const MAGIC = 0x6574_6f6e;
const MAGIC_OFFSET = 4;
const SEQUENCE_OFFSET = 8;
const FROM_OFFSET = 16;
const LENGTH_OFFSET = 20;
const END_OFFSET = 24;
const HASH_OFFSET = 28;
const SYNCED_OFFSET = 32;
const SLOT_CRC_OFFSET = 36;

/** What the last write to a segment file was. Offsets are those in the file. */
export interface SegmentNote {
  readonly sequence: number;
  readonly from: number;
  readonly length: number;
  readonly end: number;
  readonly hash: number;
  readonly isSynced: boolean;
}

/** Writes the notes of one segment file. */
export class SegmentNoteWriter {
  private readonly slot = AtomicBuffer.allocate(SLOT_LENGTH);
  private sequence = 0;

  /** Begins anew, for another file. */
  reset(): void {
    this.sequence = 0;
  }

  /** @throws PlatformError */
  write(
    file: OpenFile,
    segmentLength: number,
    from: number,
    length: number,
    end: number,
    hash: number,
    isSynced: boolean,
  ): void {
    const { slot } = this;
    this.sequence++;
    slot.putInt32(MAGIC_OFFSET, MAGIC);
    slot.putInt64(SEQUENCE_OFFSET, this.sequence);
    slot.putInt32(FROM_OFFSET, from);
    slot.putInt32(LENGTH_OFFSET, length);
    slot.putInt32(END_OFFSET, end);
    slot.putInt32(HASH_OFFSET, hash);
    slot.putInt32(SYNCED_OFFSET, isSynced ? 1 : 0);
    slot.putInt32(SLOT_CRC_OFFSET, crc32c().compute(slot, 0, SLOT_CRC_OFFSET));
    file.write(slot.u8, 0, SLOT_LENGTH, segmentLength + (this.sequence & 1) * SLOT_LENGTH);
  }
}

/**
 * The notes of a segment file, the newest first: none when nobody of this project was writing it, or it was closed. The
 * newest may be of a block that never came to be seen; then the one before it is of the last that did. @throws PlatformError
 */
export function readSegmentNotes(file: OpenFile, segmentLength: number): SegmentNote[] {
  const bytes = AtomicBuffer.allocate(NOTE_LENGTH);
  file.read(bytes.u8, 0, NOTE_LENGTH, segmentLength);
  return [readSlot(bytes, 0, segmentLength), readSlot(bytes, SLOT_LENGTH, segmentLength)]
    .filter((note) => note !== undefined)
    .sort((a, b) => b.sequence - a.sequence);
}

function readSlot(buffer: AtomicBuffer, offset: number, segmentLength: number): SegmentNote | undefined {
  const isWhole =
    buffer.getInt32(offset + MAGIC_OFFSET) === MAGIC &&
    buffer.getInt32(offset + SLOT_CRC_OFFSET) === crc32c().compute(buffer, offset, SLOT_CRC_OFFSET);
  if (!isWhole) {
    return undefined;
  }
  const note: SegmentNote = {
    sequence: buffer.getInt64(offset + SEQUENCE_OFFSET),
    from: buffer.getInt32(offset + FROM_OFFSET),
    length: buffer.getInt32(offset + LENGTH_OFFSET),
    end: buffer.getInt32(offset + END_OFFSET),
    hash: buffer.getInt32(offset + HASH_OFFSET),
    isSynced: buffer.getInt32(offset + SYNCED_OFFSET) === 1,
  };
  const { from, length, end } = note;
  return from >= 0 && length >= 0 && from + length <= end && end <= segmentLength ? note : undefined;
}
