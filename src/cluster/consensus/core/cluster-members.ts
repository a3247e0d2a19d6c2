import { ClusterError } from '../errors.ts';
import { ClusterMember, type MemberEndpoints } from './cluster-member.ts';

/*
 *     clusterMembers = member *("|" member)
 *     member         = id "," ingress "," consensus "," log "," catchup "," archive
 *                      ["," archive response ["," egress response]]
 */

const FIELDS = ['ingress', 'consensus', 'log', 'catchup', 'archive', 'archive response', 'egress response'] as const;
const REQUIRED_FIELDS = 5;
const ID_MAX = 0x7fff_ffff;

/**
 * The members that `clusterMembers` names, in their order.
 *
 * @throws ClusterError CLUSTER_MEMBERS when it is empty, a field is missing, empty or too much, an id is no id or
 * there twice, or a port is none
 */
export function parseClusterMembers(value: string): ClusterMember[] {
  const texts = withoutTrailingEmpty(value.split('|'));
  if (texts.length === 0) {
    throw fault(value, 'it names no member');
  }
  const members: ClusterMember[] = [];
  for (const text of texts) {
    const member = parseMember(text, value);
    if (members.some(({ id }) => id === member.id)) {
      throw fault(value, `member id ${member.id} is there twice`);
    }
    members.push(member);
  }
  return members;
}

/** The endpoints of one member, as `memberEndpoints` gives them. @throws ClusterError CLUSTER_MEMBERS */
export function parseMemberEndpoints(value: string): MemberEndpoints {
  return parseEndpoints(value.split(','), value, value);
}

function parseMember(text: string, value: string): ClusterMember {
  const [idText, ...endpoints] = text.split(',');
  const id = Number(idText);
  if (!/^\d+$/.test(idText!) || id > ID_MAX) {
    throw fault(value, `'${idText}' in '${text}' is no member id (0 to ${ID_MAX})`);
  }
  return new ClusterMember(id, parseEndpoints(endpoints, text, value));
}

function parseEndpoints(fields: readonly string[], text: string, value: string): MemberEndpoints {
  const endpoints = withoutTrailingEmpty(fields);
  if (endpoints.length < REQUIRED_FIELDS) {
    throw fault(value, `'${text}' has no ${FIELDS[endpoints.length]} endpoint (${FIELDS.slice(0, 5).join(', ')})`);
  }
  if (endpoints.length > FIELDS.length) {
    throw fault(value, `'${text}' has ${endpoints.length} endpoints, more than the ${FIELDS.length} there are`);
  }
  endpoints.forEach((endpoint, index) => {
    checkEndpoint(endpoint, FIELDS[index]!, text, value);
  });
  const [ingress, consensus, log, catchup, archive, archiveResponse, egressResponse] = endpoints;
  return {
    ingress: ingress!,
    consensus: consensus!,
    log: log!,
    catchup: catchup!,
    archive: archive!,
    archiveResponse,
    egressResponse,
  };
}

/** A name without a port is left to the name resolver. */
function checkEndpoint(endpoint: string, field: string, text: string, value: string): void {
  if (endpoint === '' || /\s/.test(endpoint)) {
    throw fault(value, `'${endpoint}' is no ${field} endpoint in '${text}'`);
  }
  const colon = endpoint.lastIndexOf(':');
  const port = endpoint.slice(colon + 1);
  if (colon >= 0 && !endpoint.endsWith(']') && !(/^\d{1,5}$/.test(port) && Number(port) <= 0xffff)) {
    throw fault(value, `'${port}' is no port (0 to 65535) of the ${field} endpoint '${endpoint}' in '${text}'`);
  }
}

/** As Java splits, which the format was made with. */
function withoutTrailingEmpty(parts: readonly string[]): string[] {
  let length = parts.length;
  while (length > 0 && parts[length - 1] === '') {
    length--;
  }
  return parts.slice(0, length);
}

function fault(value: string, what: string): ClusterError {
  return new ClusterError('CLUSTER_MEMBERS', `clusterMembers '${value}' is invalid: ${what}`);
}

/** The endpoints alone, as `clusterMembers` has them behind the id. */
export function encodeMemberEndpoints(endpoints: MemberEndpoints): string {
  const { ingress, consensus, log, catchup, archive, archiveResponse, egressResponse } = endpoints;
  return [ingress, consensus, log, catchup, archive, archiveResponse, egressResponse]
    .filter((endpoint) => endpoint !== undefined)
    .join(',');
}

/** What `parseClusterMembers` takes. */
export function encodeClusterMembers(members: readonly ClusterMember[]): string {
  return members.map(({ id, endpoints }) => `${id},${encodeMemberEndpoints(endpoints)}`).join('|');
}

/** `0=host:port,1=host:port`: what a client is given to find a leader by. */
export function encodeIngressEndpoints(members: readonly ClusterMember[]): string {
  return members.map(({ id, endpoints }) => `${id}=${endpoints.ingress}`).join(',');
}

/**
 * This member among all.
 *
 * @param memberEndpoints what the endpoints must be; '' for whatever they are
 * @throws ClusterError CLUSTER_MEMBERS when it is not among them, or has other endpoints
 */
export function determineMember(
  members: readonly ClusterMember[],
  memberId: number,
  memberEndpoints: string,
): ClusterMember {
  const member = members.find(({ id }) => id === memberId);
  if (member === undefined) {
    throw fault(encodeClusterMembers(members), `clusterMemberId ${memberId} is not among them`);
  }
  if (memberEndpoints !== '' && !isSameMember(member.endpoints, parseMemberEndpoints(memberEndpoints))) {
    const actual = encodeMemberEndpoints(member.endpoints);
    throw fault(encodeClusterMembers(members), `memberEndpoints '${memberEndpoints}' are not '${actual}'`);
  }
  return member;
}

function isSameMember(a: MemberEndpoints, b: MemberEndpoints): boolean {
  return (
    a.ingress === b.ingress &&
    a.consensus === b.consensus &&
    a.log === b.log &&
    a.catchup === b.catchup &&
    a.archive === b.archive
  );
}
