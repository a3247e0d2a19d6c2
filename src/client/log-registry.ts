import type { Platform } from '../platform/mod.ts';
import { LogBufferDescriptor, LogBuffers } from '../protocol/mod.ts';

interface MappedLog {
  readonly buffers: LogBuffers;
  references: number;
}

interface LingeringLog {
  readonly buffers: LogBuffers;
  readonly deadlineNs: number;
}

/**
 * The logs that one client has mapped, by registration id. Publications and images of the same stream share
 * a mapping; after the last one is gone it lingers, in case something still looks at it, and is unmapped.
 */
export class LogRegistry {
  readonly #platform: Platform;
  readonly #preTouch: boolean;
  readonly #logs = new Map<number, MappedLog>();
  #lingering: LingeringLog[] = [];

  constructor(platform: Platform, preTouch: boolean) {
    this.#platform = platform;
    this.#preTouch = preTouch;
  }

  /** @throws AeronError LOG_BUFFER_MISSING, LOG_BUFFER_INVALID; PlatformError */
  acquire(registrationId: number, logFileName: string): LogBuffers {
    let log = this.#logs.get(registrationId);
    if (log === undefined) {
      log = { buffers: new LogBuffers(this.#platform, logFileName), references: 0 };
      if (this.#preTouch) {
        preTouch(log.buffers);
      }
      this.#logs.set(registrationId, log);
    }
    log.references++;
    return log.buffers;
  }

  /** One user less; the last one starts the linger. */
  release(registrationId: number, lingerNs: number): void {
    const log = this.#logs.get(registrationId);
    if (log === undefined) {
      return;
    }
    log.references--;
    if (log.references === 0) {
      this.#logs.delete(registrationId);
      this.#lingering.push({ buffers: log.buffers, deadlineNs: this.#platform.clock.nanoTime() + lingerNs });
    }
  }

  /** Unmaps what has lingered long enough. Returns how many logs that was. */
  checkLingering(nowNs: number): number {
    const before = this.#lingering.length;
    if (before === 0) {
      return 0;
    }
    for (const log of this.#lingering) {
      if (log.deadlineNs - nowNs < 0) {
        log.buffers.close();
      }
    }
    this.#lingering = this.#lingering.filter((log) => !log.buffers.isClosed);
    return before - this.#lingering.length;
  }

  /** Unmaps everything. */
  close(): void {
    for (const log of this.#logs.values()) {
      log.buffers.close();
    }
    for (const log of this.#lingering) {
      log.buffers.close();
    }
    this.#logs.clear();
    this.#lingering = [];
  }
}

/** Has the system find every page of the log now, and not when a message first gets there. */
function preTouch(log: LogBuffers): void {
  const pageSize = LogBufferDescriptor.pageSize(log.metaData);
  for (const term of log.termBuffers) {
    for (let offset = 0; offset < term.capacity; offset += pageSize) {
      term.compareAndSetInt32(offset, 0, 0);
    }
  }
}
