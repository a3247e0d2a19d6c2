/** Whether a host is a numeric address of a multicast group, IPv6 without brackets; a name is not, whatever it resolves to. */
export function isMulticastHost(host: string): boolean {
  if (host.includes(':')) {
    return host.slice(0, 2).toLowerCase() === 'ff';
  }
  const match = /^(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.exec(host);
  return match !== null && Number(match[1]) >> 4 === 0xe;
}

/** The same of 'host:port' or '[host]:port'. */
export function isMulticastEndpoint(endpoint: string): boolean {
  return isMulticastHost(endpoint.replace(/:\d*$/, '').replace(/^\[|\]$/g, ''));
}
