import { CountersDescriptor } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import { clusterIdsOf, findCounter } from './cluster-counters.ts';

/** The counter by which the consensus module says how far the log is committed, and that it lives. */
export class CommitPosition {
  private readonly aeron: Aeron;
  private readonly counterId: number;
  private readonly registrationId: number;

  private constructor(aeron: Aeron, counterId: number) {
    this.aeron = aeron;
    this.counterId = counterId;
    this.registrationId = aeron.countersReader.getCounterRegistrationId(counterId);
  }

  /** undefined while there is no consensus module of the cluster. */
  static find(aeron: Aeron, clusterId: number): CommitPosition | undefined {
    const id = findCounter(aeron.countersReader, AeronCounters.CLUSTER_COMMIT_POSITION_TYPE_ID, clusterId);
    return id === CountersDescriptor.NULL_COUNTER_ID ? undefined : new CommitPosition(aeron, id);
  }

  /** The clusters with a consensus module on this driver. */
  static clusterIds(aeron: Aeron): readonly number[] {
    return clusterIdsOf(aeron.countersReader, AeronCounters.CLUSTER_COMMIT_POSITION_TYPE_ID);
  }

  get(): number {
    return this.aeron.countersReader.getCounterValue(this.counterId);
  }

  /** The consensus module has gone; its counter may be another's by now. */
  get isClosed(): boolean {
    const { countersReader } = this.aeron;
    return (
      countersReader.getCounterState(this.counterId) !== CountersDescriptor.RECORD_ALLOCATED ||
      countersReader.getCounterRegistrationId(this.counterId) !== this.registrationId
    );
  }
}
