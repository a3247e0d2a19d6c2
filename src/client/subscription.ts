import { AeronError } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { ChannelEndpointStatus, ChannelUri, LocalSocketAddressStatus } from '../protocol/mod.ts';
import type { ClientConductor } from './client-conductor.ts';
import type { BlockHandler, ControlledFragmentHandler, FragmentHandler, RawBlockHandler } from './fragment-handler.ts';
import type { AvailableImageHandler, UnavailableImageHandler } from './handlers.ts';
import type { Image } from './image.ts';

const NO_IMAGES: readonly Image[] = [];
const SPY_PREFIX = 'aeron-spy:';

/**
 * Receives a stream: all of its publishers, each as an `Image` that comes and goes. A poll goes round the
 * images so that each gets its turn; within an image the order is the publisher's.
 *
 * One thread polls it. A message longer than the MTU comes in fragments: wrap the handler in a
 * `FragmentAssembler` to get it whole.
 */
export class Subscription {
  readonly channel: string;
  readonly streamId: number;
  readonly registrationId: number;
  readonly availableImageHandler: AvailableImageHandler | undefined;
  readonly unavailableImageHandler: UnavailableImageHandler | undefined;
  /** Counter that tells the state of the channel; `ChannelEndpointStatus.NO_ID_ALLOCATED` for IPC. */
  channelStatusId = ChannelEndpointStatus.NO_ID_ALLOCATED as number;
  /** Read it, do not set it. */
  isClosed = false;
  private readonly conductor: ClientConductor;
  /** Replaced, never changed: a poll that is under way goes on with the images it began with. */
  private currentImages = NO_IMAGES;
  private nextImage = 0;
  private resolvedChannel: string | undefined;

  constructor(
    conductor: ClientConductor,
    channel: string,
    streamId: number,
    registrationId: number,
    availableImageHandler: AvailableImageHandler | undefined,
    unavailableImageHandler: UnavailableImageHandler | undefined,
  ) {
    this.conductor = conductor;
    this.channel = channel;
    this.streamId = streamId;
    this.registrationId = registrationId;
    this.availableImageHandler = availableImageHandler;
    this.unavailableImageHandler = unavailableImageHandler;
  }

  /** Gives up to `fragmentLimit` fragments to `handler`. Returns how many; 0 once closed. */
  poll(handler: FragmentHandler, fragmentLimit: number): number {
    const images = this.currentImages;
    const count = images.length;
    const start = this.startIndex(count);
    let fragments = 0;
    for (let i = start; i < count && fragments < fragmentLimit; i++) {
      fragments += images[i]!.poll(handler, fragmentLimit - fragments);
    }
    for (let i = 0; i < start && fragments < fragmentLimit; i++) {
      fragments += images[i]!.poll(handler, fragmentLimit - fragments);
    }
    return fragments;
  }

  /** As `poll`; the handler says after each fragment how it goes on. */
  controlledPoll(handler: ControlledFragmentHandler, fragmentLimit: number): number {
    const images = this.currentImages;
    const count = images.length;
    const start = this.startIndex(count);
    let fragments = 0;
    for (let i = start; i < count && fragments < fragmentLimit; i++) {
      fragments += images[i]!.controlledPoll(handler, fragmentLimit - fragments);
    }
    for (let i = 0; i < start && fragments < fragmentLimit; i++) {
      fragments += images[i]!.controlledPoll(handler, fragmentLimit - fragments);
    }
    return fragments;
  }

  /** `Image.blockPoll` of every image, with at most `blockLengthLimit` bytes from each. Returns the bytes consumed. */
  blockPoll(handler: BlockHandler, blockLengthLimit: number): number {
    let bytes = 0;
    for (const image of this.currentImages) {
      bytes += image.blockPoll(handler, blockLengthLimit);
    }
    return bytes;
  }

  /** `Image.rawPoll` of every image, with at most `blockLengthLimit` bytes from each. Returns the bytes consumed. */
  rawPoll(handler: RawBlockHandler, blockLengthLimit: number): number {
    let bytes = 0;
    for (const image of this.currentImages) {
      bytes += image.rawPoll(handler, blockLengthLimit);
    }
    return bytes;
  }

  /** What its client runs on. */
  get platform(): Platform {
    return this.conductor.platform;
  }

  /** Whether there is a publisher. */
  get isConnected(): boolean {
    return this.currentImages.some((image) => !image.isClosed);
  }

  get hasNoImages(): boolean {
    return this.currentImages.length === 0;
  }

  get imageCount(): number {
    return this.currentImages.length;
  }

  /** The images at this moment; the list does not change afterwards. */
  get images(): readonly Image[] {
    return this.currentImages;
  }

  imageBySessionId(sessionId: number): Image | undefined {
    return this.currentImages.find((image) => image.sessionId === sessionId);
  }

  imageAtIndex(index: number): Image | undefined {
    return this.currentImages[index];
  }

  /** A `ChannelEndpointStatus`; `NO_ID_ALLOCATED` when closed. */
  get channelStatus(): number {
    return this.isClosed ? ChannelEndpointStatus.NO_ID_ALLOCATED : this.conductor.channelStatus(this.channelStatusId);
  }

  /** '127.0.0.1:40123', ...: what the channel is bound to; [] while it is not active, and for IPC. */
  localSocketAddresses(): string[] {
    return LocalSocketAddressStatus.findAddresses(
      this.conductor.countersReader,
      this.channelStatus,
      this.channelStatusId,
    );
  }

  /** The first of `localSocketAddresses`: what the endpoint came to be when its port was 0. */
  resolvedEndpoint(): string | undefined {
    return LocalSocketAddressStatus.findAddress(
      this.conductor.countersReader,
      this.channelStatus,
      this.channelStatusId,
    );
  }

  /** The channel with the port that the system chose where it asked for port 0; undefined until that is known. */
  tryResolveChannelEndpointPort(): string | undefined {
    if (this.resolvedChannel === undefined) {
      const uri = ChannelUri.parse(this.channel);
      const endpoint = uri.get('endpoint');
      if (endpoint === undefined || !endpoint.endsWith(':0') || uri.get('control-mode') === 'manual') {
        this.resolvedChannel = this.channel;
      } else {
        const resolved = this.resolvedEndpoint();
        if (resolved !== undefined) {
          uri.replaceEndpointWildcardPort(resolved);
          this.resolvedChannel = uri.toString();
        }
      }
    }
    return this.resolvedChannel;
  }

  /**
   * Receives from another address too: for channels with `control-mode=manual`. Resolves when the driver has
   * done it.
   *
   * @throws RegistrationError
   */
  async addDestination(endpointChannel: string): Promise<void> {
    await this.conductor.awaitCommand(this.asyncAddDestination(endpointChannel));
  }

  /** @throws RegistrationError */
  async removeDestination(endpointChannel: string): Promise<void> {
    await this.conductor.awaitCommand(this.asyncRemoveDestination(endpointChannel));
  }

  /**
   * As `addDestination`; returns at once with the id to ask `aeron.isCommandActive` about. When the driver refuses,
   * the client's `errorHandler` gets the RegistrationError.
   */
  asyncAddDestination(endpointChannel: string): number {
    this.checkOpen();
    return this.conductor.asyncAddRcvDestination(this.registrationId, endpointChannel);
  }

  asyncRemoveDestination(endpointChannel: string): number {
    this.checkOpen();
    return this.conductor.asyncRemoveRcvDestination(this.registrationId, endpointChannel);
  }

  /** Takes the subscription back from the driver; its images are closed. */
  close(): void {
    if (!this.isClosed) {
      this.conductor.removeSubscription(this);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** For `Image.reject`. */
  async rejectImage(correlationId: number, position: number, reason: string): Promise<void> {
    if (this.channel.startsWith(SPY_PREFIX)) {
      throw new AeronError('NOT_SUPPORTED', 'a spy cannot reject an image');
    }
    await this.conductor.awaitCommand(this.conductor.asyncRejectImage(correlationId, position, reason));
  }

  /** For `Image.asyncReject`. */
  asyncRejectImage(correlationId: number, position: number, reason: string): void {
    this.conductor.asyncRejectImage(correlationId, position, reason);
  }

  /** For the conductor. */
  addImage(image: Image): void {
    this.currentImages = [...this.currentImages, image];
  }

  /** For the conductor: the image that was removed, closed. */
  removeImage(correlationId: number): Image | undefined {
    const image = this.currentImages.find((candidate) => candidate.correlationId === correlationId);
    if (image !== undefined) {
      image.close();
      this.currentImages = this.currentImages.filter((candidate) => candidate !== image);
    }
    return image;
  }

  /** For the conductor: closes and gives up all images. */
  closeImages(): readonly Image[] {
    const images = this.currentImages;
    this.currentImages = NO_IMAGES;
    this.isClosed = true;
    for (const image of images) {
      image.close();
    }
    return images;
  }

  private startIndex(count: number): number {
    const start = this.nextImage++;
    if (start >= count) {
      this.nextImage = 1;
      return 0;
    }
    return start;
  }

  private checkOpen(): void {
    if (this.isClosed) {
      throw new AeronError('CLOSED', `subscription ${this.registrationId} on ${this.channel} is closed`);
    }
  }
}
