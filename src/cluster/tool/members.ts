import { AtomicBuffer } from '../../agrona/mod.ts';
import { FragmentAssembler, type Subscription } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import {
  BooleanType,
  ClusterMembersExtendedResponseDecoder,
  ClusterMembersQueryEncoder,
  ClusterMembersResponseDecoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
} from '../codecs/mod.ts';
import type { ClusterMarkFileHeader } from '../files/mod.ts';
import { FAILURE, poll, SUCCESS, type ToolContext, withAeron, withMarkFile } from './tool-context.ts';

const MIN_QUERY_TIMEOUT_MS = 1000;
const FRAGMENT_LIMIT = 10;

/** `Cluster.Role` and `ElectionState` of a leader in office. */
const ROLE_LEADER = 2;
const ELECTION_CLOSED = 17;

/** What a consensus module knows of the members. */
export interface ClusterMembership {
  readonly currentTimeNs: bigint;
  readonly leaderMemberId: number;
  readonly memberId: number;
  /** In upstream's words; undefined when the consensus module is too old to tell. */
  readonly activeMembers: readonly string[] | undefined;
}

/** Prints who leads, and who the members are. */
export function listMembers(context: ToolContext): number {
  return withMarkFile(context, (markFile) => {
    const membership = queryMembers(context, markFile.header());
    if (membership === undefined) {
      context.out('timeout waiting for response from node');
      return FAILURE;
    }
    const { currentTimeNs, leaderMemberId, memberId, activeMembers } = membership;
    const members = activeMembers === undefined ? 'null' : `[${activeMembers.join(', ')}]`;
    context.out(
      `currentTimeNs=${currentTimeNs}, leaderMemberId=${leaderMemberId}, memberId=${memberId}, activeMembers=${members}`,
    );
    return SUCCESS;
  });
}

/** 0 when the member is the leader, 1 when it is not. */
export function isLeader(context: ToolContext): number {
  return withMarkFile(context, (markFile) =>
    withAeron(context, markFile.header().aeronDirectory, ({ countersReader }) => {
      let role = -1;
      let electionState = -1;
      countersReader.forEachMetaData((counterId, typeId) => {
        if (typeId === AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID) {
          role = countersReader.getCounterValue(counterId);
        } else if (typeId === AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID) {
          electionState = countersReader.getCounterValue(counterId);
        }
      });
      return role === ROLE_LEADER && electionState === ELECTION_CLOSED ? 0 : 1;
    }),
  );
}

/** Asks the consensus module over IPC; undefined when it does not answer in time. */
export function queryMembers(context: ToolContext, header: ClusterMarkFileHeader): ClusterMembership | undefined {
  const timeoutMs = Math.max(MIN_QUERY_TIMEOUT_MS, context.timeoutMs);
  return withAeron(context, header.aeronDirectory, (aeron) => {
    const deadlineMs = context.platform.clock.epochTimeMs() + timeoutMs;
    const until = <T>(ask: () => T | undefined) => poll(context, aeron, deadlineMs, ask);
    const subscriptionId = aeron.asyncAddSubscription(header.controlChannel, header.serviceStreamId);
    const publicationId = aeron.asyncAddPublication(header.controlChannel, header.consensusModuleStreamId);
    const subscription = until(() => aeron.getSubscription(subscriptionId));
    const publication = until(() => aeron.getPublication(publicationId));
    if (subscription === undefined || publication === undefined) {
      return undefined;
    }
    const correlationId = aeron.nextCorrelationId();
    until(() => (subscription.isConnected && publication.availableWindow > 0 ? true : undefined));
    const query = encodeQuery(correlationId);
    if (until(() => (publication.offer(query) > 0 ? true : undefined)) === undefined) {
      return undefined;
    }
    return until(answerReader(subscription, correlationId));
  });
}

function answerReader(subscription: Subscription, correlationId: number): () => ClusterMembership | undefined {
  let answer: ClusterMembership | undefined;
  const assembler = new FragmentAssembler((buffer, offset) => {
    answer ??= readAnswer(buffer, offset, correlationId);
  });
  return () => {
    subscription.poll(assembler.onFragment, FRAGMENT_LIMIT);
    return answer;
  };
}

function encodeQuery(correlationId: number): AtomicBuffer {
  const length = MessageHeaderEncoder.ENCODED_LENGTH + ClusterMembersQueryEncoder.BLOCK_LENGTH;
  const buffer = AtomicBuffer.allocate(length);
  new ClusterMembersQueryEncoder()
    .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
    .correlationId(correlationId)
    .extended(BooleanType.TRUE);
  return buffer;
}

/** Undefined for what is not the answer. */
function readAnswer(buffer: AtomicBuffer, offset: number, correlationId: number): ClusterMembership | undefined {
  const header = new MessageHeaderDecoder();
  const extended = new ClusterMembersExtendedResponseDecoder();
  if (extended.wrapAndApplyHeader(buffer, offset, header)) {
    return extended.correlationId() === correlationId ? readExtended(extended) : undefined;
  }
  const plain = new ClusterMembersResponseDecoder();
  if (plain.wrapAndApplyHeader(buffer, offset, header) && plain.correlationId() === correlationId) {
    return { currentTimeNs: -1n, leaderMemberId: plain.leaderMemberId(), memberId: -1, activeMembers: undefined };
  }
  return undefined;
}

function readExtended(decoder: ClusterMembersExtendedResponseDecoder): ClusterMembership {
  const currentTimeNs = decoder.currentTimeNs();
  const leaderMemberId = decoder.leaderMemberId();
  const memberId = decoder.memberId();
  const activeMembers: string[] = [];
  const group = decoder.activeMembers();
  while (group.hasNext()) {
    activeMembers.push(formatMember(group.next(), leaderMemberId));
  }
  return { currentTimeNs, leaderMemberId, memberId, activeMembers };
}

type MemberDecoder = ReturnType<ReturnType<ClusterMembersExtendedResponseDecoder['activeMembers']>['next']>;

function formatMember(decoder: MemberDecoder, leaderMemberId: number): string {
  const id = decoder.memberId();
  const names = ['ingressEndpoint', 'consensusEndpoint', 'logEndpoint', 'catchupEndpoint', 'archiveEndpoint'] as const;
  const endpoints = names.map((name) => decoder[name]());
  return (
    `ClusterMember{id=${id}, isBallotSent=false, isLeader=${id === leaderMemberId}, ` +
    `leadershipTermId=${decoder.leadershipTermId()}, logPosition=${decoder.logPosition()}, candidateTermId=-1, ` +
    `catchupReplaySessionId=-1, correlationId=-1, timeOfLastAppendPositionNs=${decoder.timeOfLastAppendNs()}, ` +
    `${names.map((name, i) => `${name}='${endpoints[i]}'`).join(', ')}, ` +
    `endpoints='${endpoints.join(',')}', publication=null, vote=null}`
  );
}
