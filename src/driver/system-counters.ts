import { type AtomicCounter, type CountersManager, formatDuration, SemanticVersion } from '../agrona/mod.ts';
import {
  AeronCounters,
  ControlProtocolEvents,
  formatVersionInfo,
  SystemCounterDescriptor,
  systemCounterLabel,
} from '../protocol/mod.ts';
import type { DriverOptions } from './driver-options.ts';

/** The version of Aeron whose behaviour this driver has, as counters and tools show it. */
const AERON_VERSION = '1.52.2';
const AERON_VERSION_NUMBER = SemanticVersion.compose(1, 52, 2);
const VERSION_INFO = formatVersionInfo(AERON_VERSION, 'aeron-ts');

/**
 * The counters every driver has, whose ids are those of `SystemCounterDescriptor`.
 *
 * Upstream: `io.aeron.driver.status.SystemCounters`.
 */
export class SystemCounters {
  private readonly counters: readonly AtomicCounter[];

  /** Of counters that are still empty. */
  constructor(counters: CountersManager, options: DriverOptions) {
    this.counters = Object.values(SystemCounterDescriptor).map((id) => {
      const label = systemCounterLabel(id, VERSION_INFO);
      const counter = counters.newCounter(label, AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID, (key) =>
        key.putInt32(0, id),
      );
      counters.setCounterRegistrationId(counter.id, id);
      counters.setCounterOwnerId(counter.id, -1);
      return counter;
    });
    this.get(SystemCounterDescriptor.AERON_VERSION).set(AERON_VERSION_NUMBER);
    this.get(SystemCounterDescriptor.CONTROL_PROTOCOL_VERSION).set(
      ControlProtocolEvents.CONTROL_PROTOCOL_SEMANTIC_VERSION,
    );
    this.completeLabels(options);
  }

  get(descriptor: SystemCounterDescriptor): AtomicCounter {
    return this.counters[descriptor]!;
  }

  private completeLabels(options: DriverOptions): void {
    const { threadingMode: mode, resolverName } = options;
    const threshold = (ns: number) => `: threshold=${formatDuration(ns)}`;
    const append = (descriptor: SystemCounterDescriptor, suffix: string) => this.get(descriptor).appendToLabel(suffix);
    const D = SystemCounterDescriptor;
    append(D.RESOLUTION_CHANGES, `: driverName=${resolverName ?? null}`);
    append(D.CONDUCTOR_MAX_CYCLE_TIME, `: ${mode}`);
    append(D.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED, `${threshold(options.conductorCycleThresholdNs)} ${mode}`);
    append(D.SENDER_MAX_CYCLE_TIME, `: ${mode}`);
    append(D.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED, `${threshold(options.senderCycleThresholdNs)} ${mode}`);
    append(D.RECEIVER_MAX_CYCLE_TIME, `: ${mode}`);
    append(D.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED, `${threshold(options.receiverCycleThresholdNs)} ${mode}`);
    append(D.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED, threshold(options.nameResolverThresholdNs));
  }
}
