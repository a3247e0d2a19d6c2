import { CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { DRIVER_HEARTBEAT_TYPE_ID } from './aeron-counters.ts';

/*
 * A counter by which a client shows that it lives: its value is the epoch time in ms of the last sign of
 * life. The driver allocates it when it first hears of the client, and labels it 'client-heartbeat: id=n'.
 * Key:
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *
 * Upstream: `io.aeron.status.HeartbeatTimestamp`.
 */
export const HEARTBEAT_TYPE_ID = DRIVER_HEARTBEAT_TYPE_ID;
export const REGISTRATION_ID_OFFSET = 0;

/** The counter of this type whose key has the registration id; NULL_COUNTER_ID when there is none. */
export function findCounterIdByRegistrationId(
  countersReader: CountersReader,
  counterTypeId: number,
  registrationId: number,
): number {
  return countersReader.findAllocated((counterId) => matches(countersReader, counterId, counterTypeId, registrationId));
}

/** Whether a counter found before is still that one. */
export function isActive(
  countersReader: CountersReader,
  counterId: number,
  counterTypeId: number,
  registrationId: number,
): boolean {
  return (
    matches(countersReader, counterId, counterTypeId, registrationId) &&
    countersReader.getCounterState(counterId) === CountersDescriptor.RECORD_ALLOCATED
  );
}

function matches(
  countersReader: CountersReader,
  counterId: number,
  counterTypeId: number,
  registrationId: number,
): boolean {
  const keyOffset = CountersDescriptor.metaDataOffset(counterId) + CountersDescriptor.KEY_OFFSET;
  return (
    countersReader.getCounterTypeId(counterId) === counterTypeId &&
    countersReader.metaDataBuffer.getBigInt64(keyOffset + REGISTRATION_ID_OFFSET) === BigInt(registrationId)
  );
}
