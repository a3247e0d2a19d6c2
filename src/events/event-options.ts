import { defineOptions, Option } from '../agrona/mod.ts';

/** What is logged, and where to. */
export const EVENT_OPTIONS = defineOptions({
  clusterLog: Option.string({
    property: 'aeron.event.cluster.log',
    default: '',
    description:
      'Events of cluster members to log: names or ids with commas between, `all`, or `none`. Elections can be followed ' +
      'by reading them.',
  }),
  clusterLogDisable: Option.string({
    property: 'aeron.event.cluster.log.disable',
    default: '',
    description: 'Events of those that are not logged, such as the frequent CANVASS_POSITION,COMMIT_POSITION.',
  }),
  logFilename: Option.string({
    property: 'aeron.event.log.filename',
    default: '',
    defaultText: 'standard output',
    description: 'File that the events are appended to, a line each.',
  }),
});
