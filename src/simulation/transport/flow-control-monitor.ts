import { CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { AeronCounters, StreamCounter } from '../../protocol/mod.ts';
import type { SimulatedMediaDriver } from '../simulated-media-driver.ts';
import { EntryState, type Journal } from './journal.ts';
import type { Stage } from './stage.ts';

const { DRIVER_SENDER_LIMIT_TYPE_ID, DRIVER_SENDER_POSITION_TYPE_ID } = AeronCounters;
/** Looks for counters that have come and gone once in so many checks. */
const CHECKS_PER_SEARCH = 50;

interface Sender {
  readonly registrationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly positionId: number;
  readonly limitId: number;
  highestLimit: number;
}

/**
 * Watches that no sender of a driver sends anything beyond what its flow control has ever allowed. Only
 * padding, of which no more than the header is sent, may reach beyond.
 */
export class FlowControlMonitor {
  readonly #stage: Stage;
  readonly #driver: SimulatedMediaDriver;
  #senders: Sender[] = [];
  #checksToSearch = 0;

  constructor(stage: Stage, driver: SimulatedMediaDriver) {
    this.#stage = stage;
    this.#driver = driver;
  }

  check(): void {
    const { counters } = this.#driver;
    if (this.#checksToSearch-- <= 0) {
      this.#checksToSearch = CHECKS_PER_SEARCH;
      this.#senders = this.#search(counters);
    }
    for (const sender of this.#senders) {
      if (!isStillThere(counters, sender)) {
        continue;
      }
      const position = counters.getCounterValue(sender.positionId);
      sender.highestLimit = Math.max(sender.highestLimit, counters.getCounterValue(sender.limitId));
      if (position > sender.highestLimit) {
        this.#checkIsPadding(sender, position);
      }
    }
  }

  #checkIsPadding({ streamId, sessionId, highestLimit }: Sender, position: number): void {
    const journal = this.#stage.journals.of(streamId, sessionId);
    if (journal !== undefined && hasMessageWithin(journal, highestLimit, position)) {
      this.#stage.fail(
        `the sender of session ${sessionId} on ${this.#driver.host.name} is at ${position}, ` +
          `beyond the highest limit it ever had, ${highestLimit}`,
      );
    }
  }

  #search(counters: CountersReader): Sender[] {
    const known = new Map(this.#senders.map((sender) => [sender.registrationId, sender]));
    const found: Sender[] = [];
    counters.findAllocated((positionId) => {
      if (counters.getCounterTypeId(positionId) === DRIVER_SENDER_POSITION_TYPE_ID) {
        const registrationId = counters.getCounterRegistrationId(positionId);
        const limitId = counters.findByTypeIdAndRegistrationId(DRIVER_SENDER_LIMIT_TYPE_ID, registrationId);
        const key = counters.keyBuffer(positionId);
        const sessionId = key.getInt32(StreamCounter.SESSION_ID_OFFSET);
        const streamId = key.getInt32(StreamCounter.STREAM_ID_OFFSET);
        if (limitId !== CountersDescriptor.NULL_COUNTER_ID) {
          // The limit it had before it was found may have been higher than now: a receiver has come that is further behind.
          const highestLimit = counters.getCounterValue(positionId);
          const sender = { registrationId, sessionId, streamId, positionId, limitId, highestLimit };
          found.push(known.get(registrationId) ?? sender);
        }
      }
      return false;
    });
    return found;
  }
}

/** The ids of counters that are gone are given to others. */
function isStillThere(counters: CountersReader, { positionId, limitId, registrationId }: Sender): boolean {
  return isCounterOf(counters, positionId, registrationId) && isCounterOf(counters, limitId, registrationId);
}

function isCounterOf(counters: CountersReader, counterId: number, registrationId: number): boolean {
  return (
    counters.getCounterState(counterId) === CountersDescriptor.RECORD_ALLOCATED &&
    counters.getCounterRegistrationId(counterId) === registrationId
  );
}

/** Whether a part of a message lies between the two positions. */
function hasMessageWithin({ entries }: Journal, from: number, to: number): boolean {
  return entries.some(
    (entry) => entry.state === EntryState.SENT && entry.startPosition < to && entry.endPosition > from,
  );
}
