import { type GivenOptionsOf, resolveOptions } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { CLUSTER_EVENTS } from './cluster-events.ts';
import { EventLog, parseEventCodes } from './event-log.ts';
import { EVENT_OPTIONS } from './event-options.ts';
import { FileLineWriter } from './file-line-writer.ts';

/** What the components of a cluster log their events to. */
export type ClusterEventLog = EventLog<typeof CLUSTER_EVENTS>;

/**
 * The log that the options and the environment ask for; undefined when no event of a cluster is to be logged.
 * @throws PlatformError when the file cannot be opened
 */
export function openClusterEventLog(
  platform: Platform,
  given: GivenOptionsOf<typeof EVENT_OPTIONS> = {},
): ClusterEventLog | undefined {
  const { environment } = platform;
  const { clusterLog, clusterLogDisable, logFilename } = resolveOptions(EVENT_OPTIONS, given, { environment });
  const complain = (text: string) => environment.print(text);
  const enabled = parseEventCodes(CLUSTER_EVENTS, clusterLog, complain);
  for (const name of parseEventCodes(CLUSTER_EVENTS, clusterLogDisable, complain)) {
    enabled.delete(name);
  }
  if (enabled.size === 0) {
    return undefined;
  }
  enabled.add('START');
  const file = logFilename === '' ? undefined : new FileLineWriter(platform, logFilename);
  const write = file === undefined ? (line: string) => environment.print(line) : (line: string) => file.write(line);
  return new EventLog(platform, 'CLUSTER', CLUSTER_EVENTS, enabled, write);
}
