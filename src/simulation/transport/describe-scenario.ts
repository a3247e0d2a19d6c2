import type { LinkFaults } from '../../platform/simulated/mod.ts';
import type {
  ClientScenario,
  Fault,
  HostScenario,
  PublisherScenario,
  StreamScenario,
  SubscriberScenario,
  TransportScenario,
} from './scenario.ts';

/** A scenario in words, for whoever has to understand a failure. */
export function describeScenario(scenario: TransportScenario): string[] {
  return [
    `faults for ${ms(scenario.faultsNs)}; a busy round takes ${us(scenario.cycleNs)}, an idle one up to ${us(scenario.idleNs)}`,
    `links ${describeLinks(scenario.links)}; loopbacks ${describeLinks(scenario.loopback)}`,
    ...scenario.hosts.map(describeHost),
    ...scenario.streams.map(describeStream),
    ...scenario.clients.flatMap(describeClient),
    ...scenario.faults.map((fault) => `at ${ms(fault.atNs)}: ${describeFault(fault)}`),
  ];
}

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'partition':
      return `nothing passes from ${fault.from} to ${fault.to}${fault.isOneWay ? '' : ' and back'} for ${ms(fault.forNs)}`;
    case 'weather':
      return `links ${describeLinks(fault.links)} for ${ms(fault.forNs)}`;
    case 'kill-client':
    case 'close-client': {
      const what = fault.kind === 'kill-client' ? `is killed${inTheMiddle(fault.afterOperations)}` : 'closes';
      const then = fault.restartAfterNs === undefined ? 'for good' : `and is back after ${ms(fault.restartAfterNs)}`;
      return `client ${fault.client} ${what} ${then}`;
    }
    case 'close-publication':
      return `publisher ${fault.publisher} ${fault.isRevoked ? 'revokes' : 'closes'} its publication`;
    case 'drop-destination': {
      const program =
        'publisher' in fault.program
          ? `publisher ${fault.program.publisher}`
          : `subscriber ${fault.program.subscriber}`;
      return `${program} drops destination ${fault.index} for ${ms(fault.forNs)}`;
    }
    case 'reject-image':
      return `subscriber ${fault.subscriber} rejects an image`;
    case 'pause-client':
      return `client ${fault.client} stands still for ${ms(fault.forNs)}`;
    case 'pause-driver':
      return `the driver of ${fault.host} stands still for ${ms(fault.forNs)}`;
    case 'kill-driver':
      return `the driver of ${fault.host} is killed${inTheMiddle(fault.afterOperations)}, and back after ${ms(fault.restartAfterNs)}`;
  }
}

function inTheMiddle(afterOperations: number | undefined): string {
  return afterOperations === undefined ? '' : ` ${afterOperations} operations ahead`;
}

function describeHost(host: HostScenario): string {
  const { name, address, clockDriftPpm, clockOffsetMs, driver } = host;
  const options = Object.entries(driver)
    .filter(([option]) => !option.endsWith('Length') || option === 'initialWindowLength')
    .map(([option, value]) => `${option}=${option.endsWith('Ns') ? ms(Number(value)) : value}`);
  return `host ${name} ${address} drift ${clockDriftPpm} ppm, offset ${clockOffsetMs} ms: ${options.join(' ')}`;
}

function describeStream(stream: StreamScenario): string {
  const { streamId, kind, flowControl, termLength, mtu, publicationWindow, receiverWindow } = stream;
  const flow = flowControl === undefined ? '' : ` fc=${flowControl}`;
  return (
    `stream ${streamId} ${kind}${flow}: terms of ${termLength}, mtu ${mtu}, ` +
    `publication window ${publicationWindow}, receiver window ${receiverWindow}`
  );
}

function describeClient(client: ClientScenario): string[] {
  const drive = client.usesInvoker ? 'by its own loop' : 'on its event loop';
  return [
    `client ${client.name} on ${client.host} ${drive}, ends by ${client.end}`,
    ...client.publishers.map((publisher) => `  ${describePublisher(publisher)}`),
    ...client.subscribers.map((subscriber) => `  ${describeSubscriber(subscriber)}`),
  ];
}

function describePublisher(publisher: PublisherScenario): string {
  const { id, stream, channel, isExclusive, messageCount, burst, everyNs, lengths, claimChance, startNs } = publisher;
  const claims = claimChance === 0 ? '' : `, ${percent(claimChance)} by claim`;
  const destinations = publisher.destinations.map(({ channel, atNs }) => ` +${channel}@${ms(atNs)}`).join('');
  const end = publisher.closesWhenDone ? ', then closes' : '';
  return (
    `publisher ${id} ${isExclusive ? 'exclusive' : 'shared'} ${channel}${destinations} stream ${stream.streamId} ` +
    `from ${ms(startNs)}: ${messageCount} messages of ${lengths.min} to ${lengths.max} bytes ` +
    `(${percent(lengths.maximumChance)} the longest), ${burst} every ${us(everyNs)}${claims}${end}`
  );
}

function describeSubscriber(subscriber: SubscriberScenario): string {
  const { id, stream, channel, startNs, poll, fragmentLimit, everyNs, leavesAtNs, returnsAfterNs } = subscriber;
  const destinations = subscriber.destinations.map((added) => ` +${added.channel}@${ms(added.atNs)}`).join('');
  const leaves = leavesAtNs === undefined ? '' : `, away from ${ms(leavesAtNs)} for ${ms(returnsAfterNs)}`;
  return (
    `subscriber ${id} ${channel}${destinations} stream ${stream.streamId} from ${ms(startNs)}: ` +
    `${poll} of ${fragmentLimit} every ${us(everyNs)}${leaves}`
  );
}

function describeLinks(faults: Partial<LinkFaults>): string {
  const words = Object.entries(faults).map(([name, value]) => {
    if (name.endsWith('Ns')) {
      return `${name.slice(0, -2)} ${us(Number(value))}`;
    }
    return name === 'bandwidth' || name === 'queueLength' ? `${name} ${value}` : `${name} ${percent(Number(value))}`;
  });
  return words.length === 0 ? 'clean' : words.join(' ');
}

function ms(durationNs: number): string {
  return `${(durationNs / 1e6).toFixed(durationNs % 1e6 === 0 ? 0 : 1)} ms`;
}

function us(durationNs: number): string {
  return `${(durationNs / 1e3).toFixed(0)} µs`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
