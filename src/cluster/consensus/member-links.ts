import type { ErrorHandler } from '../../agrona/mod.ts';
import type { Aeron, ExclusivePublication } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import { ClusterEvent } from './errors.ts';

const RETRY_INTERVAL_NS = 100_000_000;

interface Link {
  readonly memberId: number;
  readonly channel: string;
  registrationId: number | undefined;
  publication: ExclusivePublication | undefined;
  retryDeadlineNs: number;
}

/** The ways to the other members: a publication to the consensus endpoint of each, added anew when it failed. */
export class MemberLinks {
  readonly #aeron: Aeron;
  readonly #streamId: number;
  readonly #report: ErrorHandler;
  readonly #links: Link[];

  constructor(aeron: Aeron, context: ConsensusModuleContext, report: ErrorHandler) {
    this.#aeron = aeron;
    this.#streamId = context.consensusStreamId;
    this.#report = report;
    this.#links = context.members
      .filter(({ id }) => id !== context.thisMember.id)
      .map(({ id, endpoints }) => ({
        memberId: id,
        channel: channelTo(endpoints.consensus, context),
        registrationId: undefined,
        publication: undefined,
        retryDeadlineNs: Number.NEGATIVE_INFINITY,
      }));
  }

  /** undefined while there is none. */
  get(memberId: number): ExclusivePublication | undefined {
    return this.#links.find((link) => link.memberId === memberId)?.publication;
  }

  /** Goes on with adding. Returns how many were added. */
  poll(nowNs: number): number {
    let workCount = 0;
    for (const link of this.#links) {
      if (link.publication === undefined && nowNs - link.retryDeadlineNs >= 0) {
        workCount += this.#add(link, nowNs);
      }
    }
    return workCount;
  }

  close(): void {
    for (const link of this.#links) {
      link.publication?.close();
    }
  }

  #add(link: Link, nowNs: number): number {
    try {
      link.registrationId ??= this.#aeron.asyncAddExclusivePublication(link.channel, this.#streamId);
      link.publication = this.#aeron.getExclusivePublication(link.registrationId);
      return link.publication === undefined ? 0 : 1;
    } catch (cause) {
      link.registrationId = undefined;
      link.retryDeadlineNs = nowNs + RETRY_INTERVAL_NS;
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#report(
        new ClusterEvent(`failed to add consensus publication for member: ${link.memberId} - ${why}`, { cause }),
      );
      return 0;
    }
  }
}

/** To an endpoint, out of the address of this member's own. */
function channelTo(endpoint: string, context: ConsensusModuleContext): string {
  const uri = ChannelUri.parse(context.consensusChannel);
  uri.put('endpoint', endpoint);
  if (context.enableControlOnConsensusChannel) {
    putControlEndpoint(uri, context.thisMember.endpoints.consensus);
  }
  return uri.toString();
}

/** Has a channel send from the host of an endpoint, by any port. */
export function putControlEndpoint(uri: ChannelUri, endpoint: string): void {
  const control = ChannelUri.replacePortWithWildcard(endpoint);
  if (control !== undefined) {
    uri.put('control', control);
  }
}
