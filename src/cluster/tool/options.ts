import { defineOptions, type GivenOptionsOf, Option } from '../../agrona/mod.ts';

/** Options of the cluster tool. Upstream: the properties of `ClusterTool`. */
export const CLUSTER_TOOL_OPTIONS = defineOptions({
  timeoutNs: Option.duration({
    property: 'aeron.cluster.tool.timeout',
    default: 0,
    description: 'How much longer than usual to wait: for a mark file to be made, an answer, or an action to complete.',
  }),
  replayChannel: Option.string({
    property: 'aeron.cluster.tool.replay.channel',
    default: 'aeron:ipc',
    description: 'Where the archive replays a snapshot to that is to be described.',
  }),
  replayStreamId: Option.int({
    property: 'aeron.cluster.tool.replay.stream.id',
    default: 103,
    description: 'Stream of that replay.',
  }),
  out: Option.object<(line: string) => void>({
    defaultText: 'the standard output',
    description: 'Told each line of the output.',
  }),
  err: Option.object<(line: string) => void>({
    defaultText: 'as `out`',
    description: 'Told what is wrong with the command line.',
  }),
});

export type ClusterToolOptions = GivenOptionsOf<typeof CLUSTER_TOOL_OPTIONS>;
