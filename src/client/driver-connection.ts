import {
  AeronError,
  type AtomicBuffer,
  BroadcastReceiver,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
} from '../agrona/mod.ts';
import { CncFile } from '../protocol/mod.ts';
import type { AeronContext } from './context.ts';
import { DriverTimeoutError } from './errors.ts';

/** How long to wait before looking again for a driver that is not there. */
const RETRY_MS = 16;

/** A live driver's command and control file, mapped. */
export class DriverConnection {
  readonly toDriver: ManyToOneRingBuffer;
  /** Receives what the driver says from now on. */
  readonly fromDriver: CopyBroadcastReceiver;
  /** The driver gives up a client that it has not heard of for this long. */
  readonly interServiceTimeoutNs: number;
  readonly #cnc: CncFile;

  private constructor(cnc: CncFile) {
    this.#cnc = cnc;
    this.toDriver = new ManyToOneRingBuffer(cnc.toDriverBuffer);
    const receiver = new BroadcastReceiver(cnc.toClientsBuffer);
    this.fromDriver = new CopyBroadcastReceiver(receiver, receiver.capacity >> 3);
    this.interServiceTimeoutNs = cnc.metaData.clientLivenessTimeoutNs;
  }

  /**
   * Waits, without keeping the event loop, for a driver that is alive.
   * @throws DriverTimeoutError after `driverTimeoutMs`; AeronError CNC_VERSION, CNC_INVALID, CONFIGURATION
   */
  static async connect(context: AeronContext): Promise<DriverConnection> {
    const { scheduler } = context.platform;
    const attempt = new Attempt(context);
    for (;;) {
      const connection = attempt.try();
      if (connection !== undefined) {
        return connection;
      }
      await new Promise<void>((resolve) => {
        scheduler.after(RETRY_MS, resolve, { keepAlive: true });
      });
    }
  }

  /** As `connect`, and blocks the thread; an embedded driver is given its turns. */
  static connectBlocking(context: AeronContext): DriverConnection {
    const attempt = new Attempt(context);
    for (;;) {
      const connection = attempt.try();
      if (connection !== undefined) {
        return connection;
      }
      if (context.driverAgentInvoker === undefined) {
        context.platform.park(RETRY_MS * 1_000_000);
      } else {
        context.driverAgentInvoker.invoke();
      }
    }
  }

  /** A connection, or why there is none yet. */
  static tryConnect(context: AeronContext): DriverConnection | string {
    const cnc = CncFile.tryMap(context.platform, context.aeronDirectoryName);
    if (!(cnc instanceof CncFile)) {
      return cnc;
    }
    const connection = DriverConnection.#over(cnc);
    const heartbeatMs = connection.toDriver.consumerHeartbeatTime();
    const ageMs = context.platform.clock.epochTimeMs() - heartbeatMs;
    if (heartbeatMs <= 0 || ageMs > context.driverTimeoutMs) {
      cnc.close();
      return heartbeatMs <= 0 ? 'no driver heartbeat detected' : `driver heartbeat is ${ageMs} ms old`;
    }
    return connection;
  }

  static #over(cnc: CncFile): DriverConnection {
    try {
      return new DriverConnection(cnc);
    } catch (cause) {
      cnc.close();
      throw new AeronError('CNC_INVALID', `${cnc.path} has buffers that cannot be: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  get countersMetaData(): AtomicBuffer {
    return this.#cnc.countersMetaDataBuffer;
  }

  get countersValues(): AtomicBuffer {
    return this.#cnc.countersValuesBuffer;
  }

  close(): void {
    this.#cnc.close();
  }
}

/** Tries up to a deadline. */
class Attempt {
  readonly #context: AeronContext;
  readonly #deadlineNs: number;

  constructor(context: AeronContext) {
    this.#context = context;
    this.#deadlineNs = context.platform.clock.nanoTime() + context.driverTimeoutMs * 1_000_000;
  }

  try(): DriverConnection | undefined {
    const { aeronDirectoryName, driverTimeoutMs, keepAliveIntervalNs, platform } = this.#context;
    const connection = DriverConnection.tryConnect(this.#context);
    if (typeof connection === 'string') {
      if (platform.clock.nanoTime() - this.#deadlineNs > 0) {
        throw new DriverTimeoutError(
          `no media driver in ${aeronDirectoryName} within ${driverTimeoutMs} ms (driverTimeoutMs): ${connection}`,
        );
      }
      return undefined;
    }
    if (connection.interServiceTimeoutNs <= keepAliveIntervalNs) {
      const timeoutNs = connection.interServiceTimeoutNs;
      connection.close();
      throw new AeronError(
        'CONFIGURATION',
        `keepAliveIntervalNs=${keepAliveIntervalNs} must be below the driver's client liveness timeout of ${timeoutNs} ns`,
      );
    }
    return connection;
  }
}
