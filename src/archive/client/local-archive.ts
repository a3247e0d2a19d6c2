import { AeronError, defineOptions, Option, type OptionSources, resolveOptions } from '../../agrona/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import {
  AERON_ARCHIVE_OPTIONS,
  type AeronArchiveOptions,
  CONTROL_STREAM_ID_DEFAULT,
  LOCAL_CONTROL_CHANNEL_DEFAULT,
} from './context.ts';

/** Where an archive takes requests of its own machine: set alike for the archive and for who lives beside it. */
export const LOCAL_CONTROL_OPTIONS = defineOptions({
  localControlChannel: Option.string({
    property: 'aeron.archive.local.control.channel',
    default: LOCAL_CONTROL_CHANNEL_DEFAULT,
    description: 'Where requests of clients on the same driver come: an IPC channel.',
  }),
  localControlStreamId: Option.int({
    property: 'aeron.archive.local.control.stream.id',
    default: CONTROL_STREAM_ID_DEFAULT,
    description: 'Stream of these requests.',
  }),
});

/** The options of an archive client, with a control channel. */
export type LocalArchiveOptions = AeronArchiveOptions & { readonly controlRequestStreamId: number };

/** Who asks the archive on the same driver. */
export interface LocalArchiveUser {
  /** Sets the stream of its answers apart from those of others on the driver; added to the configured one. */
  readonly responseStreamOffset: number;
  /** Aliases of its control channels, which tools show. */
  readonly requestAlias: string;
  readonly responseAlias: string;
}

/**
 * How the archive on the same driver is reached: as `given` says, and else by its local control channel.
 * @throws AeronError CONFIGURATION when a channel is not IPC
 */
export function localArchiveOptions(
  given: AeronArchiveOptions,
  sources: OptionSources,
  { responseStreamOffset, requestAlias, responseAlias }: LocalArchiveUser,
): LocalArchiveOptions {
  const { localControlChannel, localControlStreamId } = resolveOptions(LOCAL_CONTROL_OPTIONS, {}, sources);
  const { controlResponseStreamId } = resolveOptions(AERON_ARCHIVE_OPTIONS, {}, sources);
  const channel = (name: 'controlRequestChannel' | 'controlResponseChannel', alias: string): string => {
    const value = given[name] ?? localControlChannel;
    if (!ChannelUri.parse(value).isIpc) {
      throw new AeronError(
        'CONFIGURATION',
        `archiveContext.${name} must be aeron:ipc, as the archive of a member is local, not ${value}; ` +
          'by default it is aeron.archive.local.control.channel',
      );
    }
    return ChannelUri.addAliasIfAbsent(value, alias);
  };
  return {
    ...given,
    controlRequestChannel: channel('controlRequestChannel', requestAlias),
    controlResponseChannel: channel('controlResponseChannel', responseAlias),
    controlRequestStreamId: given.controlRequestStreamId ?? localControlStreamId,
    controlResponseStreamId: given.controlResponseStreamId ?? controlResponseStreamId + responseStreamOffset,
  };
}
