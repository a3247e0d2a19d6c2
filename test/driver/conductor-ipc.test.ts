import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  DataHeaderFlyweight,
  ErrorCode,
  FrameDescriptor,
  LogBufferDescriptor,
  type LogBuffers,
  RejectImageFlyweight,
  readLogParameters,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { type CommandClient, DriverFixture, Event, MS, SECOND, TERM_LENGTH } from './command-client.ts';

const IPC = 'aeron:ipc';

/** Publishes a frame of 32 bytes and a payload, as a client would, and returns the position behind it. */
function publish(log: LogBuffers, payloadLength = 32): number {
  const { metaData, termBuffers } = log;
  const index = LogBufferDescriptor.activeTermCount(metaData) % 3;
  const length = DataHeaderFlyweight.HEADER_LENGTH + payloadLength;
  const offset = LogBufferDescriptor.getAndAddRawTail(metaData, index, FrameDescriptor.alignFrameLength(length));
  LogBufferDescriptor.applyDefaultHeader(metaData, termBuffers[index]!, offset);
  FrameDescriptor.frameLengthRelease(termBuffers[index]!, offset, length);
  return offset + FrameDescriptor.alignFrameLength(length);
}

describe('IPC publications', () => {
  let fixture: DriverFixture;
  let client: CommandClient;

  beforeEach(() => {
    fixture = new DriverFixture();
    client = fixture.client();
  });

  afterEach(() => fixture.close());

  const ready = (correlationId: number) => client.await(Event.ON_PUBLICATION_READY, { correlationId });

  it('gives a client the log, the limit and the session of a new publication', () => {
    const id = client.addPublication(`${IPC}?term-length=128k|mtu=4096|linger=1s|tags=,7`);
    const event = ready(id);
    const log = client.mapLog(event);
    const parameters = readLogParameters(log.metaData);

    assert.equal(event.registrationId, id);
    assert.equal(event.channelStatusCounterId, -1);
    assert.equal(log.termLength, 128 * 1024);
    assert.equal(parameters.type, LogBufferDescriptor.LOG_BUFFER_TYPE_CONCURRENT_PUBLICATION);
    assert.equal(parameters.correlationId, id);
    assert.equal(parameters.mtuLength, 4096);
    assert.equal(parameters.entityTag, 7);
    assert.equal(parameters.lingerTimeoutNs, SECOND);
    assert.equal(parameters.publicationWindowLength, 64 * 1024);
    assert.equal(parameters.pageSize, 4096);
    assert.equal(LogBufferDescriptor.endOfStreamPosition(log.metaData), LogBufferDescriptor.NO_END_OF_STREAM);
    assert.equal(LogBufferDescriptor.isConnected(log.metaData), false);
    assert.equal(client.counter(event.publicationLimitCounterId), 0);
    const prefix = `${id} ${event.sessionId} 1001 aeron:ipc?`;
    assert(client.labels().some((label) => label.startsWith(`pub-lmt: ${prefix}`)));
    assert(client.labels().some((label) => label.startsWith(`pub-pos (concurrent): ${prefix}`)));
  });

  it('gives two clients the same publication, and an exclusive one to whoever asks for it', () => {
    const first = ready(client.addPublication(IPC));
    const second = ready(client.addPublication(`${IPC}?alias=other`));
    const exclusive = client.await(Event.ON_EXCLUSIVE_PUBLICATION_READY, {
      correlationId: client.addExclusivePublication(IPC),
    });

    assert.equal(second.registrationId, first.registrationId);
    assert.equal(second.logFileName, first.logFileName);
    assert.notEqual(exclusive.registrationId, first.registrationId);
    assert.notEqual(exclusive.sessionId, first.sessionId);
  });

  it('refuses to share a publication with whoever wants it to be another', () => {
    ready(client.addPublication(`${IPC}?session-id=7`));
    const { errorCode, errorMessage } = client.refusal(client.addPublication(`${IPC}?term-length=128k`));

    assert.equal(errorCode, ErrorCode.GENERIC_ERROR);
    assert.match(errorMessage, /existing publication has different 'term-length': existing=65536 requested=131072/);
  });

  it('starts where init-term-id, term-id and term-offset say', () => {
    const event = client.await(Event.ON_EXCLUSIVE_PUBLICATION_READY, {
      correlationId: client.addExclusivePublication(`${IPC}?init-term-id=-5|term-id=-1|term-offset=4096`),
    });
    const { metaData } = client.mapLog(event);

    assert.equal(LogBufferDescriptor.activeTermCount(metaData), 4);
    assert.equal(LogBufferDescriptor.activeRawTailVolatile(metaData), 4096);
    assert.equal(LogBufferDescriptor.rawTailTermId(), -1);
    assert.equal(client.counter(event.publicationLimitCounterId), 4 * TERM_LENGTH + 4096);
  });

  it('takes sessions as given or by tag, gives none of the reserved, and refuses one in use', () => {
    const tagged = client.await(Event.ON_EXCLUSIVE_PUBLICATION_READY, {
      correlationId: client.addExclusivePublication(`${IPC}?tags=,100|session-id=-77`),
    });
    assert.equal(tagged.sessionId, -77);

    const sameSession = client.await(Event.ON_EXCLUSIVE_PUBLICATION_READY, {
      correlationId: client.addExclusivePublication(`${IPC}?session-id=tag:100`, 1002),
    });
    assert.equal(sameSession.sessionId, -77);

    const clash = client.refusal(client.addExclusivePublication(`${IPC}?session-id=-77`));
    assert.equal(clash.errorCode, ErrorCode.INVALID_CHANNEL);
    assert.match(clash.errorMessage, /clashing sessionId=-77 for streamId=1001/);

    const unknownTag = client.refusal(client.addExclusivePublication(`${IPC}?session-id=tag:101`));
    assert.match(unknownTag.errorMessage, /session-id=tag:101 must reference an IPC publication/);

    for (let i = 0; i < 20; i++) {
      const { sessionId } = client.await(Event.ON_EXCLUSIVE_PUBLICATION_READY, {
        correlationId: client.addExclusivePublication(IPC, 2000 + i),
      });
      assert((sessionId as number) < -1 || (sessionId as number) > 1000, `session ${sessionId} is reserved`);
    }
  });

  it('tells a session that is free on a stream', () => {
    const taken = ready(client.addPublication(IPC)).sessionId;
    const event = client.answer(
      client.command(
        Event.GET_NEXT_AVAILABLE_SESSION_ID,
        (buffer, offset, message) => {
          buffer.putInt64(offset, message.clientId);
          buffer.putInt64(offset + 8, message.correlationId);
          buffer.putInt32(offset + 16, 1001);
          return 20;
        },
        {},
      ),
    );
    assert.equal(event.type, Event.ON_NEXT_AVAILABLE_SESSION_ID);
    assert.notEqual(event.nextSessionId, taken);
  });

  it('brings publications and subscriptions together, whichever comes first', () => {
    const early = client.addSubscription(IPC);
    client.await(Event.ON_SUBSCRIPTION_READY, { correlationId: early, channelStatusCounterId: -1 });
    const publication = ready(client.addPublication(IPC));
    const image = client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: early });
    assert.equal(image.correlationId, publication.registrationId);
    assert.equal(image.sessionId, publication.sessionId);
    assert.equal(image.logFileName, publication.logFileName);
    assert.equal(image.sourceIdentity, IPC);
    assert.equal(
      client.counters.getCounterReferenceId(image.subscriberPositionId as number),
      publication.registrationId,
    );

    const late = client.addSubscription(IPC);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: late });

    const otherStream = client.addSubscription(IPC, 1002);
    const otherSession = client.addSubscription(`${IPC}?session-id=${(publication.sessionId as number) + 1}`);
    client.answer(otherStream);
    client.answer(otherSession);
    assert(client.sawNothing(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: otherStream }));
    assert(client.sawNothing(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: otherSession }));
    assert.equal(LogBufferDescriptor.isConnected(client.mapLog(publication).metaData), true);
  });

  it('lets publishers go half a term ahead of the slowest subscriber, and no further without one', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    const limit = () => client.counter(publication.publicationLimitCounterId);
    const slow = client.addSubscription(IPC);
    const fast = client.addSubscription(IPC);
    const slowImage = client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: slow });
    const fastImage = client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: fast });
    fixture.passNs(MS);
    assert.equal(limit(), TERM_LENGTH / 2);

    publish(log, 16 * 1024);
    const position = publish(log, 16 * 1024);
    client.setCounter(fastImage.subscriberPositionId, position);
    fixture.passNs(MS);
    assert.equal(limit(), TERM_LENGTH / 2);

    client.setCounter(slowImage.subscriberPositionId, position / 2);
    fixture.passNs(MS);
    assert.equal(limit(), position / 2 + TERM_LENGTH / 2);

    client.answer(client.removeSubscription(slow));
    fixture.passNs(MS);
    assert.equal(limit(), position + TERM_LENGTH / 2);

    client.answer(client.removeSubscription(fast));
    fixture.passNs(MS);
    assert.equal(limit(), position);
    assert.equal(LogBufferDescriptor.isConnected(log.metaData), false);
  });

  it('zeroes what everybody has read', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    const image = client.await(Event.ON_AVAILABLE_IMAGE, {
      subscriptionRegistrationId: client.addSubscription(IPC),
    });
    fixture.passNs(MS);
    let position = 0;
    for (let i = 0; i < 100; i++) {
      position = publish(log, 96);
    }
    client.setCounter(image.subscriberPositionId, position);
    fixture.passNs(MS);

    const term = log.termBuffers[0]!;
    assert.equal(
      term.u8.subarray(0, position).findIndex((byte) => byte !== 0),
      -1,
    );
  });

  it('keeps a closed publication until its subscribers have read it, and then removes the file', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    const subscription = client.addSubscription(IPC);
    const image = client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    fixture.passNs(MS);
    const position = publish(log);

    client.answer(client.removePublication(publication.registrationId as number));
    client.liveFor(3 * SECOND);
    assert.equal(LogBufferDescriptor.endOfStreamPosition(log.metaData), position);
    assert(client.sawNothing(Event.ON_UNAVAILABLE_IMAGE));

    client.setCounter(image.subscriberPositionId, position);
    client.liveFor(2 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, {
      correlationId: publication.registrationId,
      subscriptionRegistrationId: subscription,
    });
    client.liveFor(2 * SECOND);
    assert.deepEqual(fixture.logFiles(), []);
    assert(!client.labels().some((label) => label.startsWith('pub-') || label.startsWith('sub-')));
  });

  it('ends a revoked publication at once', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    const subscription = client.addSubscription(IPC);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    const position = publish(log);

    client.answer(client.removePublication(publication.registrationId as number, true));
    client.liveFor(2 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    assert.equal(LogBufferDescriptor.endOfStreamPosition(log.metaData), position);
    assert.equal(client.systemCounter(SystemCounterDescriptor.PUBLICATIONS_REVOKED), 1);
    client.liveFor(2 * SECOND);
    assert.deepEqual(fixture.logFiles(), []);
  });

  it('skips what a dead publisher claimed and never wrote', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: client.addSubscription(IPC) });
    fixture.passNs(MS);
    LogBufferDescriptor.getAndAddRawTail(log.metaData, 0, 128);
    publish(log);

    client.liveFor(14 * SECOND);
    assert.equal(FrameDescriptor.frameLengthVolatile(log.termBuffers[0]!, 0), 0);
    client.liveFor(4 * SECOND);
    assert.equal(FrameDescriptor.frameLengthVolatile(log.termBuffers[0]!, 0), 128);
    assert.equal(FrameDescriptor.isPaddingFrame(log.termBuffers[0]!, 0), true);
    assert.equal(client.systemCounter(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS), 1);
  });

  it('takes the image from an untethered subscriber that is behind, and gives it back later', () => {
    const publication = ready(client.addPublication(IPC));
    const log = client.mapLog(publication);
    const tethered = client.await(Event.ON_AVAILABLE_IMAGE, {
      subscriptionRegistrationId: client.addSubscription(IPC),
    });
    const untethered = client.addSubscription(`${IPC}?tether=false`);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: untethered });
    fixture.passNs(MS);
    publish(log, 16 * 1024);
    const position = publish(log, 14 * 1024);
    client.setCounter(tethered.subscriberPositionId, position);

    client.liveFor(7 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: untethered });
    assert.equal(client.counter(publication.publicationLimitCounterId), TERM_LENGTH / 2);

    client.liveFor(6 * SECOND);
    assert.equal(client.counter(publication.publicationLimitCounterId), position + TERM_LENGTH / 2);

    client.events.length = 0;
    client.liveFor(11 * SECOND);
    const again = client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: untethered });
    assert.equal(client.counter(again.subscriberPositionId), position);
  });

  it('takes a rejected image from everybody for the image liveness timeout, and tells why', () => {
    const publication = ready(client.addPublication(IPC));
    const subscription = client.addSubscription(IPC);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    client.answer(
      client.command(Event.REJECT_IMAGE, RejectImageFlyweight.encode, {
        imageCorrelationId: publication.registrationId as number,
        position: 0,
        reason: 'not for me',
      }),
    );
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    const error = client.await(Event.ON_PUBLICATION_ERROR, { registrationId: publication.registrationId });
    assert.equal(error.errorCode, ErrorCode.IMAGE_REJECTED);
    assert.equal(error.errorMessage, 'not for me');
    assert.equal(client.systemCounter(SystemCounterDescriptor.IMAGES_REJECTED), 1);

    client.events.length = 0;
    client.liveFor(9 * SECOND);
    assert(client.sawNothing(Event.ON_AVAILABLE_IMAGE));
    client.liveFor(4 * SECOND);
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
  });

  const refusals: readonly (readonly [uri: string, message: RegExp])[] = [
    ['term-length=100', /term-length=100: term length must be a power of two/],
    ['term-length=2g', /term length must be a power of two/],
    ['term-length=nonsense', /'nonsense' is no size/],
    ['mtu=1400', /mtu=1400: mtuLength=1400 is not a multiple of FRAME_ALIGNMENT/],
    ['mtu=64k', /mtuLength=65536 must be above 32 and at most 65504/],
    ['mtu=16384|term-length=64k', /MTU greater than max message length for term length/],
    ['session-id=abc', /session-id=abc must be a 32-bit integer/],
    ['session-id=4294967296', /must be a 32-bit integer/],
    ['stream-id=1', /stream-id=1 does not match provided streamId=1001/],
    ['init-term-id=1|term-id=2', /params must be used as a complete set/],
    ['init-term-id=5|term-id=4|term-offset=0', /difference greater than 2\^31 - 1/],
    ['init-term-id=5|term-id=5|term-offset=33', /must be a multiple of FRAME_ALIGNMENT/],
    ['init-term-id=5|term-id=5|term-offset=131072', /term-offset=131072 > term-length=65536/],
    ['init-term-id=5|term-id=5|term-offset=-32', /term-offset=-32 out of range/],
    ['tags=,x', /invalid entity tag/],
    ['tags=,-1', /-1 tag is reserved/],
    ['pub-wnd=64k', /pub-wnd=65536 must not exceed half the term-length/],
    ['pub-wnd=32', /pub-wnd=32 cannot be less than the mtu/],
    ['linger=soon', /linger=soon: 'soon' is no duration/],
    ['max-resend=0', /invalid max-resend=0/],
    ['response-correlation-id=-7', /response-correlation-id=-7/],
    ['a', /at index/],
  ];
  for (const [params, expected] of refusals) {
    it(`refuses a publication with ${params}`, () => {
      const { errorCode, errorMessage } = client.refusal(client.addPublication(`${IPC}?${params}`));
      assert.equal(errorCode, ErrorCode.INVALID_CHANNEL, errorMessage);
      assert.match(errorMessage, expected);
      assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 1);
      assert.deepEqual(fixture.logFiles(), []);
    });
  }
});
