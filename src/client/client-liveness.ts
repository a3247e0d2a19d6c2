import { AtomicCounter, CountersDescriptor, type CountersReader } from '../agrona/mod.ts';
import { AeronCounters, formatVersionInfo } from '../protocol/mod.ts';
import type { AeronContext } from './context.ts';
import type { DriverConnection } from './driver-connection.ts';
import { ClientTimeoutError, DriverTimeoutError } from './errors.ts';

const { DRIVER_HEARTBEAT_TYPE_ID } = AeronCounters;
const { KEY_OFFSET, LABEL_OFFSET, MAX_LABEL_LENGTH, metaDataOffset, NULL_COUNTER_ID, RECORD_ALLOCATED } =
  CountersDescriptor;
/** Of the Aeron whose client this one stands in for, as `aeron stat` shows it beside the client's name. */
const VERSION_INFO = formatVersionInfo('1.52.2', 'aeron-ts');

/** Each side's proof to the other that it lives: the driver's heartbeat is watched, the client's is given. */
export class ClientLiveness {
  readonly #context: AeronContext;
  readonly #connection: DriverConnection;
  readonly #counters: CountersReader;
  readonly #clientId: number;
  #heartbeat: AtomicCounter | undefined;
  #timeOfLastKeepaliveNs: number;

  constructor(context: AeronContext, connection: DriverConnection, counters: CountersReader, clientId: number) {
    this.#context = context;
    this.#connection = connection;
    this.#counters = counters;
    this.#clientId = clientId;
    this.#timeOfLastKeepaliveNs = context.platform.clock.nanoTime();
  }

  /**
   * Does its work every `keepAliveIntervalNs`; returns whether it was due, as 1 or 0.
   * @throws DriverTimeoutError, ClientTimeoutError: the client cannot go on.
   */
  check(nowNs: number): number {
    if (nowNs - this.#timeOfLastKeepaliveNs <= this.#context.keepAliveIntervalNs) {
      return 0;
    }
    const nowMs = this.#context.platform.clock.epochTimeMs();
    this.#checkDriver(nowMs);
    this.#keepAlive(nowNs, nowMs);
    return 1;
  }

  #checkDriver(nowMs: number): void {
    const { aeronDirectoryName, driverTimeoutMs } = this.#context;
    const lastKeepaliveMs = this.#connection.toDriver.consumerHeartbeatTime();
    const age = nowMs - lastKeepaliveMs;
    if (age <= driverTimeoutMs) {
      return;
    }
    if (lastKeepaliveMs < 0) {
      throw new DriverTimeoutError(`the media driver of ${aeronDirectoryName} has been shut down`);
    }
    throw new DriverTimeoutError(
      `the media driver of ${aeronDirectoryName} gives no sign of life: age=${age}ms > timeout=${driverTimeoutMs}ms ` +
        '(driverTimeoutMs)',
    );
  }

  /** The driver makes the heartbeat counter with the first command of a client. */
  #keepAlive(nowNs: number, nowMs: number): void {
    if (this.#heartbeat === undefined) {
      const counterId = this.#counters.findAllocated((id) => this.#isHeartbeat(id));
      if (counterId === NULL_COUNTER_ID) {
        return;
      }
      this.#heartbeat = new AtomicCounter(this.#connection.countersValues, counterId);
      this.#heartbeat.setRelease(nowMs);
      this.#appendToLabel(counterId, ` name=${this.#context.clientName} ${VERSION_INFO}`);
    } else if (this.#isActive(this.#heartbeat.id)) {
      this.#heartbeat.setRelease(nowMs);
    } else {
      throw new ClientTimeoutError(`unexpected close of the heartbeat counter ${this.#heartbeat.id} of this client`);
    }
    this.#timeOfLastKeepaliveNs = nowNs;
  }

  #isActive(counterId: number): boolean {
    return this.#counters.getCounterState(counterId) === RECORD_ALLOCATED && this.#isHeartbeat(counterId);
  }

  /** The key of a heartbeat counter is the client's id. */
  #isHeartbeat(counterId: number): boolean {
    const keyOffset = metaDataOffset(counterId) + KEY_OFFSET;
    return (
      this.#counters.getCounterTypeId(counterId) === DRIVER_HEARTBEAT_TYPE_ID &&
      this.#connection.countersMetaData.getBigInt64(keyOffset) === BigInt(this.#clientId)
    );
  }

  #appendToLabel(counterId: number, suffix: string): void {
    const metaData = this.#connection.countersMetaData;
    const offset = metaDataOffset(counterId) + LABEL_OFFSET;
    const length = metaData.getInt32Volatile(offset);
    const added = suffix.slice(0, Math.max(0, MAX_LABEL_LENGTH - length));
    metaData.putStringWithoutLength(offset + 4 + length, added);
    metaData.putInt32Release(offset, length + added.length);
  }
}
