import { AeronError } from '../../agrona/mod.ts';

/**
 * Where in the catalog each valid recording is: pairs of id and offset, ascending in both. Upstream:
 * `io.aeron.archive.CatalogIndex`.
 */
export class CatalogIndex {
  private readonly ids: number[] = [];
  private readonly offsets: number[] = [];

  get size(): number {
    return this.ids.length;
  }

  /** @throws AeronError CATALOG_CORRUPT when the id is not above all others */
  add(recordingId: number, offset: number): void {
    const last = this.ids.at(-1);
    if (recordingId < 0 || (last !== undefined && recordingId <= last)) {
      throw new AeronError(
        'CATALOG_CORRUPT',
        `recording id ${recordingId} at offset ${offset} of the catalog does not follow ${last ?? 'none'}`,
      );
    }
    this.ids.push(recordingId);
    this.offsets.push(offset);
  }

  /** Returns the offset it had; undefined when it is not there. */
  remove(recordingId: number): number | undefined {
    const at = this.find(recordingId);
    if (at < 0) {
      return undefined;
    }
    this.ids.splice(at, 1);
    return this.offsets.splice(at, 1)[0];
  }

  /** undefined when there is no valid recording of this id. */
  offsetOf(recordingId: number): number | undefined {
    return this.offsets[this.find(recordingId)];
  }

  /** Id of the n-th recording. */
  idAt(index: number): number {
    return this.ids[index]!;
  }

  /** Offset of the n-th recording. */
  offsetAt(index: number): number {
    return this.offsets[index]!;
  }

  /** Index of the first recording of at least this id; `size` when there is none. */
  firstFrom(recordingId: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ids[middle]! < recordingId) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Moves all that follows a recording. */
  shiftAfter(recordingId: number, bytes: number): void {
    for (let i = this.firstFrom(recordingId + 1); i < this.offsets.length; i++) {
      this.offsets[i]! += bytes;
    }
  }

  private find(recordingId: number): number {
    const at = this.firstFrom(recordingId);
    return this.ids[at] === recordingId ? at : -1;
  }
}
