import { ControlledFragmentAssembler, FragmentAssembler, type Subscription } from '../../client/mod.ts';
import { EgressDecoder } from './egress-decoder.ts';
import type {
  ControlledEgressListener,
  ControlledEgressListenerExtension,
  EgressListener,
  EgressListenerExtension,
} from './egress-listener.ts';

/**
 * Gives the egress of one session to a listener, for those who keep the session themselves. Messages of other
 * sessions on the subscription are passed over. Upstream: `io.aeron.cluster.client.EgressAdapter`.
 */
export class EgressAdapter {
  readonly #decoder: EgressDecoder;
  readonly #assembler: FragmentAssembler;
  readonly #subscription: Subscription;
  readonly #fragmentLimit: number;

  constructor(
    listener: EgressListener,
    clusterSessionId: number,
    subscription: Subscription,
    fragmentLimit: number,
    extension?: EgressListenerExtension,
  ) {
    this.#decoder = new EgressDecoder(clusterSessionId, listener);
    this.#decoder.extension = extension;
    this.#assembler = new FragmentAssembler(this.#decoder.onFragment);
    this.#subscription = subscription;
    this.#fragmentLimit = fragmentLimit;
  }

  /** Fragments consumed. */
  poll(): number {
    return this.#subscription.poll(this.#assembler.onFragment, this.#fragmentLimit);
  }
}

/** An `EgressAdapter` for listeners that control the poll. Upstream: `ControlledEgressAdapter`. */
export class ControlledEgressAdapter {
  readonly #decoder: EgressDecoder;
  readonly #assembler: ControlledFragmentAssembler;
  readonly #subscription: Subscription;
  readonly #fragmentLimit: number;

  constructor(
    listener: ControlledEgressListener,
    clusterSessionId: number,
    subscription: Subscription,
    fragmentLimit: number,
    extension?: ControlledEgressListenerExtension,
  ) {
    this.#decoder = new EgressDecoder(clusterSessionId, listener);
    this.#decoder.extension = extension;
    this.#assembler = new ControlledFragmentAssembler(this.#decoder.onFragment);
    this.#subscription = subscription;
    this.#fragmentLimit = fragmentLimit;
  }

  /** Fragments consumed. */
  poll(): number {
    return this.#subscription.controlledPoll(this.#assembler.onFragment, this.#fragmentLimit);
  }
}
