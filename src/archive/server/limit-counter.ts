import { CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import type { LimitPosition } from './recording-session.ts';

/** Somebody's counter that bounds a replay, for as long as it is the one that the replay was given. */
export class LimitCounter implements LimitPosition {
  private readonly counters: CountersReader;
  private readonly counterId: number;
  private readonly registrationId: bigint;
  private last: number;

  /** @throws AeronError UNKNOWN_COUNTER, UNSAFE_INTEGER */
  constructor(counters: CountersReader, counterId: number) {
    this.counters = counters;
    this.counterId = counterId;
    this.registrationId = counters.getCounterRegistrationIdBigInt(counterId);
    this.last = counters.getCounterValue(counterId);
  }

  get isClosed(): boolean {
    return this.counters.getCounterState(this.counterId) !== CountersDescriptor.RECORD_ALLOCATED || !this.isTheSame();
  }

  get(): number {
    // Its value stays where it is until another counter takes the place.
    if (this.isTheSame()) {
      this.last = this.counters.getCounterValue(this.counterId);
    }
    return this.last;
  }

  private isTheSame(): boolean {
    return this.counters.getCounterRegistrationIdBigInt(this.counterId) === this.registrationId;
  }
}
