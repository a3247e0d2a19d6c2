import type { AtomicCounter } from '../agrona/mod.ts';
import { type PublicationMessage, SystemCounterDescriptor } from '../protocol/mod.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import type { FlowControl, FlowControlSupplier } from './flow-control/flow-control.ts';
import {
  defaultUnicastFlowControlSupplier,
  multicastFlowControlSupplier,
} from './flow-control/flow-control-suppliers.ts';
import { startingPosition } from './ipc-publication-adder.ts';
import { makeOrClose, type Own } from './make-or-close.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import { NetworkPublication } from './network-publication.ts';
import { NetworkPublicationThreadLocals } from './network-publication-thread-locals.ts';
import type { PublicationParams } from './publication-params.ts';
import type { RawLog } from './raw-log.ts';
import { RetransmitHandler } from './retransmit-handler.ts';
import { StaticDelayGenerator } from './static-delay-generator.ts';
import {
  allocateFlowControlReceivers,
  allocatePublisherLimit,
  allocatePublisherPosition,
  allocateSenderBpe,
  allocateSenderLimit,
  allocateSenderNaksReceived,
  allocateSenderPosition,
  type StreamCounterScope,
} from './stream-counters.ts';

/** What a network publication is made of, its log already initialised. */
export interface NetworkPublicationSpec {
  readonly command: PublicationMessage;
  readonly isExclusive: boolean;
  readonly udpChannel: UdpChannel;
  readonly endpoint: SendChannelEndpoint;
  readonly rawLog: RawLog;
  readonly params: PublicationParams;
}

/** Makes network publications with all that belongs to them, and gives them to the sender. */
export class NetworkPublicationFactory {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly threadLocals: NetworkPublicationThreadLocals;
  private readonly multicastFlowControl: FlowControlSupplier;

  constructor(ctx: ConductorContext, resources: DriverResources) {
    this.ctx = ctx;
    this.resources = resources;
    this.threadLocals = new NetworkPublicationThreadLocals(ctx.platform, ctx.networkPublicationMaxMessagesPerSend);
    this.multicastFlowControl = multicastFlowControlSupplier(strategyOf(ctx.multicastFlowControlStrategy));
  }

  /** @throws AeronError INVALID_CHANNEL, COUNTERS_EXHAUSTED; the log stays the caller's then. */
  create(spec: NetworkPublicationSpec): NetworkPublication {
    const { ctx, resources } = this;
    const { command, endpoint, params, udpChannel } = spec;
    const scope = scopeOf(command, params);
    const publication = makeOrClose((own) => {
      const flowControl = own(this.newFlowControl(udpChannel, scope));
      return new NetworkPublication({
        registrationId: command.correlationId,
        context: ctx,
        params,
        channelEndpoint: endpoint,
        rawLog: spec.rawLog,
        counters: this.newCounters(own, scope, spec.isExclusive, startingPosition(params)),
        streamId: command.streamId,
        flowControl,
        retransmitHandler: this.newRetransmitHandler(udpChannel, params),
        threadLocals: this.threadLocals,
        isExclusive: spec.isExclusive,
      });
    });
    endpoint.incRef();
    resources.networkPublications.push(publication);
    resources.sessionIds.add(params.sessionId, command.streamId, udpChannel.canonicalForm);
    ctx.senderProxy.onNewNetworkPublication(publication);
    return publication;
  }

  private newFlowControl(udpChannel: UdpChannel, scope: StreamCounterScope): FlowControl {
    const { ctx } = this;
    const supplier = udpChannel.hasGroupSemantics ? this.multicastFlowControl : defaultUnicastFlowControlSupplier;
    return supplier({
      udpChannel,
      streamId: scope.streamId,
      sessionId: scope.sessionId,
      registrationId: scope.registrationId,
      defaults: ctx,
      newReceiversCounter: () => allocateFlowControlReceivers(ctx.countersManager, { ...scope, clientId: -1 }),
      onError: ctx.errorHandler,
    });
  }

  private newCounters(own: Own, scope: StreamCounterScope, isExclusive: boolean, position: number) {
    const { countersManager } = this.ctx;
    const at = (counter: AtomicCounter) => {
      counter.setRelease(position);
      return own(counter);
    };
    return {
      publisherPos: at(allocatePublisherPosition(countersManager, scope, isExclusive)),
      publisherLimit: at(allocatePublisherLimit(countersManager, scope)),
      senderPosition: at(allocateSenderPosition(countersManager, scope)),
      senderLimit: at(allocateSenderLimit(countersManager, scope)),
      senderBpe: own(allocateSenderBpe(countersManager, scope)),
      senderNaksReceived: own(allocateSenderNaksReceived(countersManager, scope)),
    };
  }

  private newRetransmitHandler(udpChannel: UdpChannel, params: PublicationParams): RetransmitHandler {
    const { ctx } = this;
    return new RetransmitHandler(
      new StaticDelayGenerator(ctx.retransmitUnicastDelayNs),
      new StaticDelayGenerator(ctx.retransmitUnicastLingerNs),
      udpChannel.hasGroupSemantics,
      params.maxResend,
      ctx.systemCounters.get(SystemCounterDescriptor.RETRANSMIT_OVERFLOW),
    );
  }
}

function scopeOf(command: PublicationMessage, params: PublicationParams): StreamCounterScope {
  return {
    clientId: command.clientId,
    registrationId: command.correlationId,
    sessionId: params.sessionId,
    streamId: command.streamId,
    channel: command.channel,
  };
}

/** Of any of the names that Java, C and we have for it. */
function strategyOf(name: string): 'max' | 'min' | 'tagged' {
  if (/tagged/i.test(name)) {
    return 'tagged';
  }
  return /min/i.test(name) ? 'min' : 'max';
}
