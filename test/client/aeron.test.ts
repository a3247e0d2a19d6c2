import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type Aeron, type Image, Publication, RegistrationError, type Subscription } from '../../src/client/mod.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import { ErrorCode, ControlProtocolEvents as Events } from '../../src/protocol/mod.ts';
import { ClientWorld, codeThrown, SECOND_NS } from './client-world.ts';
import type { FakeDriverOptions } from './fake-driver.ts';

const IPC = 'aeron:ipc';

async function open(options: { driver?: FakeDriverOptions; aeron?: Parameters<ClientWorld['connect']>[0] } = {}) {
  const world = new ClientWorld();
  const driver = world.startDriver(options.driver);
  const aeron = await world.connect(options.aeron);
  return { world, driver, aeron };
}

describe('A publication and a subscription', () => {
  it('are awaited, and a message goes through', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    assert.equal(publication.channel, IPC);
    assert.equal(publication.streamId, 10);
    assert.equal(publication.isOriginal, true);
    assert.equal(await world.exchange(publication, subscription, 'hello'), 'hello');
    assert.equal(subscription.isConnected, true);
    assert.equal(subscription.imageCount, 1);
    assert.equal(subscription.imageAtIndex(0), subscription.imageBySessionId(publication.sessionId));
    assert.equal(subscription.channelStatus, 1);
    assert.deepEqual(subscription.localSocketAddresses(), []);
    assert.equal(subscription.tryResolveChannelEndpointPort(), IPC);
    assert.deepEqual(world.errors, []);
  });

  it('are added without waiting by an agent with an invoker', async () => {
    const { world, driver, aeron } = await open({ aeron: { useConductorAgentInvoker: true } });
    world.client.run(() => aeron.conductorAgentInvoker!.invoke());
    const subscriptionId = aeron.asyncAddSubscription(IPC, 10);
    const publicationId = aeron.asyncAddPublication(IPC, 10);
    const exclusiveId = aeron.asyncAddExclusivePublication(IPC, 10);
    assert.equal(aeron.getPublication(publicationId), undefined);
    assert.equal(aeron.isCommandActive(publicationId), true);
    assert.equal(aeron.hasActiveCommands, true);
    world.world.runUntil(() => !aeron.hasActiveCommands, SECOND_NS);
    assert.equal(aeron.getPublication(publicationId)!.registrationId, publicationId);
    assert.equal(aeron.getExclusivePublication(exclusiveId)!.registrationId, exclusiveId);
    const subscription = aeron.getSubscription(subscriptionId)!;
    assert(world.world.runUntil(() => subscription.imageCount === 2, SECOND_NS));
    assert.equal(aeron.getPublication(subscriptionId), undefined, 'it is of another kind');
    assert.equal(aeron.getPublication(12345), undefined);
    assert.equal(driver.commands.length, 3);
  });

  it('can be awaited by a client with an invoker that nobody invokes', async () => {
    const { world, aeron } = await open({ aeron: { useConductorAgentInvoker: true } });
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    assert.equal(publication.isClosed, false);
  });

  it('share a log with others of the same stream', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const first = await world.settle(aeron.addPublication(IPC, 10));
    const second = await world.settle(aeron.addPublication(IPC, 10));
    const exclusive = await world.settle(aeron.addExclusivePublication(IPC, 10));
    assert.equal(first.sessionId, second.sessionId);
    assert.equal(second.originalRegistrationId, first.registrationId);
    assert.equal(second.isOriginal, false);
    assert.notEqual(exclusive.sessionId, first.sessionId);
    assert.equal(await world.exchange(first, subscription, 'one'), 'one');
    first.close();
    assert.equal(await world.exchange(second, subscription, 'two'), 'two');
    assert.equal(await world.exchange(exclusive, subscription, 'three'), 'three');
  });

  it('take turns in a poll', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publications = [
      await world.settle(aeron.addExclusivePublication(IPC, 10)),
      await world.settle(aeron.addExclusivePublication(IPC, 10)),
      await world.settle(aeron.addExclusivePublication(IPC, 10)),
    ];
    await world.until(() => subscription.imageCount === 3 && publications.every((each) => each.isConnected));
    for (const publication of publications) {
      for (let i = 0; i < 10; i++) {
        publication.offer(AtomicBuffer.allocate(8));
      }
    }
    const sessions: number[] = [];
    for (let i = 0; i < 6; i++) {
      subscription.poll((_buffer, _offset, _length, header) => sessions.push(header.sessionId), 1);
    }
    const ids = publications.map(({ sessionId }) => sessionId);
    assert.deepEqual(new Set(sessions.slice(0, 3)), new Set(ids));
    assert.deepEqual(new Set(sessions.slice(3)), new Set(ids));
    assert.equal(
      subscription.controlledPoll(() => 'COMMIT', 100),
      24,
    );
    assert.equal(
      subscription.blockPoll(() => {}, 1000),
      0,
    );
  });

  it('are refused with the error of the driver', async () => {
    const { world, driver, aeron } = await open();
    driver.intercept = ({ message }) => {
      driver.error(message.correlationId, ErrorCode.INVALID_CHANNEL, 'no such medium');
      return true;
    };
    const refused: (() => Promise<unknown>)[] = [
      () => aeron.addPublication('aeron:x', 1),
      () => aeron.addExclusivePublication('aeron:x', 1),
      () => aeron.addSubscription('aeron:x', 1),
      () => aeron.addCounter(1001, 'label'),
      () => aeron.addStaticCounter(1001, 'label', 5n),
      () => aeron.nextSessionId(1),
    ];
    for (const add of refused) {
      await assert.rejects(world.settle(add()), (error) => {
        assert(error instanceof RegistrationError);
        assert.equal(error.code, 'INVALID_CHANNEL');
        assert.equal(error.errorCode, ErrorCode.INVALID_CHANNEL);
        assert.match(error.message, /no such medium/);
        return true;
      });
    }
    assert.equal(aeron.hasActiveCommands, false);
    assert.deepEqual(world.errors, []);
  });

  it('are refused once, when an agent asks', async () => {
    const { world, driver, aeron } = await open();
    driver.intercept = ({ message }) => {
      driver.error(message.correlationId, 99, 'from the future');
      return true;
    };
    const publicationId = aeron.asyncAddPublication(IPC, 1);
    const subscriptionId = aeron.asyncAddSubscription(IPC, 1);
    await world.until(() => !aeron.hasActiveCommands);
    assert.throws(
      () => aeron.getPublication(publicationId),
      (error) => error instanceof RegistrationError && error.errorCode === 99 && error.code === 'UNKNOWN_CODE_VALUE',
    );
    assert.equal(aeron.getPublication(publicationId), undefined);
    assert.throws(() => aeron.getSubscription(subscriptionId), RegistrationError);
  });

  it('time out when the driver does not answer, and a late answer changes nothing', async () => {
    const { world, driver, aeron } = await open({ aeron: { driverTimeoutMs: 3000 } });
    const unanswered: number[] = [];
    driver.intercept = ({ message }) => {
      unanswered.push(message.correlationId);
      return true;
    };
    const before = world.world.now;
    assert.equal(await world.codeOf(aeron.addCounter(1001, 'late')), 'DRIVER_TIMEOUT');
    const waited = world.world.now - before;
    assert(waited >= 3 * SECOND_NS && waited < 3.2 * SECOND_NS, `${waited}`);
    driver.counterReady(unanswered[0]!, 50);
    await world.pass(SECOND_NS);
    assert.equal(aeron.getCounter(unanswered[0]!), undefined);
    assert.deepEqual(world.errors, []);
  });

  it('are not added when the driver does not read its commands', async () => {
    const { world, aeron } = await open({ driver: { commandBufferLength: 1024 } });
    world.driverProcess.pause();
    const codes: string[] = [];
    for (let i = 0; i < 30; i++) {
      try {
        aeron.asyncAddPublication(IPC, i);
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    }
    assert.equal(codes[0], 'COMMAND_BUFFER_FULL');
    assert(codes.length < 30);
    assert.equal(
      codeThrown(() => aeron.asyncAddPublication(`aeron:ipc?alias=${'x'.repeat(1000)}`, 1)),
      'OUT_OF_BOUNDS',
    );
  });

  it('are removed before they have come', async () => {
    const { world, driver, aeron } = await open();
    const ids = [
      aeron.asyncAddPublication(IPC, 1),
      aeron.asyncAddSubscription(IPC, 1),
      aeron.asyncAddCounter(1001, 'x'),
    ];
    aeron.asyncRemovePublication(ids[0]!);
    aeron.asyncRemoveSubscription(ids[1]!);
    aeron.asyncRemoveCounter(ids[2]!);
    await world.until(() => driver.commands.length === 6 && !aeron.hasActiveCommands);
    assert.deepEqual(driver.typesOf().slice(3), [
      Events.REMOVE_PUBLICATION,
      Events.REMOVE_SUBSCRIPTION,
      Events.REMOVE_COUNTER,
    ]);
    assert.deepEqual(
      driver.commands.slice(3).map(({ message }) => message['registrationId']),
      ids,
    );
    assert.equal(aeron.getPublication(ids[0]!), undefined);
    aeron.asyncRemovePublication(ids[0]!);
    aeron.asyncRemovePublication(777);
    assert.equal(driver.commands.length, 6);
  });

  it('are removed by id, of their own kind', async () => {
    const { world, driver, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 1));
    const subscription = await world.settle(aeron.addSubscription(IPC, 1));
    const counter = await world.settle(aeron.addCounter(1001, 'x'));
    assert.equal(
      codeThrown(() => aeron.asyncRemovePublication(subscription.registrationId)),
      'WRONG_RESOURCE',
    );
    assert.equal(
      codeThrown(() => aeron.asyncRemoveSubscription(counter.correlationId)),
      'WRONG_RESOURCE',
    );
    assert.equal(
      codeThrown(() => aeron.asyncRemoveCounter(publication.registrationId)),
      'WRONG_RESOURCE',
    );
    aeron.asyncRemovePublication(publication.registrationId);
    aeron.asyncRemoveSubscription(subscription.registrationId);
    aeron.asyncRemoveCounter(counter.correlationId);
    assert.equal(publication.isClosed && subscription.isClosed && counter.isClosed, true);
    publication.close();
    subscription.close();
    counter.close();
    await world.until(() => !aeron.hasActiveCommands);
    assert.equal(driver.commands.length, 6);
  });

  it('end with their scope', async () => {
    const { world, aeron } = await open();
    let kept: Publication;
    {
      using publication = await world.settle(aeron.addPublication(IPC, 1));
      kept = publication;
    }
    assert.equal(kept.isClosed, true);
  });

  it('tell the driver of a revocation', async () => {
    const { world, driver, aeron } = await open();
    const [one, two, three] = [
      await world.settle(aeron.addExclusivePublication(IPC, 1)),
      await world.settle(aeron.addExclusivePublication(IPC, 1)),
      await world.settle(aeron.addExclusivePublication(IPC, 1)),
    ];
    one.revoke();
    two.revokeOnClose();
    assert.equal(two.isClosed, false);
    two.close();
    three.close();
    await world.until(() => !aeron.hasActiveCommands);
    const removals = driver.commands.filter(({ type }) => type === Events.REMOVE_PUBLICATION);
    assert.deepEqual(
      removals.map(({ message }) => message['revoke']),
      [true, true, false],
    );
  });
});

describe('Images', () => {
  it('are announced when they come and go', async () => {
    const { world, aeron } = await open();
    const events: string[] = [];
    const told = (what: string) => (image: Image) => events.push(`${what} ${image.sessionId} at ${image.position}`);
    const subscription = await world.settle(aeron.addSubscription(IPC, 10, told('available'), told('unavailable')));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    await world.exchange(publication, subscription, 'x');
    const { sessionId } = publication;
    publication.close();
    await world.until(() => subscription.hasNoImages);
    assert.deepEqual(events, [`available ${sessionId} at 0`, `unavailable ${sessionId} at 64`]);
    assert.equal(subscription.isConnected, false);
  });

  it('are announced to the handlers of the client where the subscription has none', async () => {
    const events: string[] = [];
    const { world, aeron } = await open({
      aeron: {
        availableImageHandler: () => events.push('available'),
        unavailableImageHandler: () => events.push('unavailable'),
      },
    });
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => subscription.isConnected);
    subscription.close();
    assert.deepEqual(events, ['available', 'unavailable']);
  });

  it('may be answered from within their handler', async () => {
    const { world, aeron } = await open();
    let answer: Promise<Publication> | undefined;
    const subscription = await world.settle(
      aeron.addSubscription(IPC, 10, () => {
        answer = aeron.addPublication(IPC, 11);
      }),
    );
    await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => answer !== undefined);
    assert.equal((await world.settle(answer!)).streamId, 11);
    assert.equal(subscription.imageCount, 1);
    assert.deepEqual(world.errors, []);
  });

  it('may end the client from within their handler', async () => {
    const { world, aeron } = await open();
    await world.settle(aeron.addSubscription(IPC, 10, () => aeron.close()));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => aeron.isClosed);
    assert.equal(publication.isClosed, true);
    assert.deepEqual(world.errors, []);
  });

  it('come although their handler throws', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(
      aeron.addSubscription(IPC, 10, () => {
        throw new Error('handler failed');
      }),
    );
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    assert.equal(await world.exchange(publication, subscription, 'x'), 'x');
    assert.match(String(world.errors), /handler failed/);
  });

  it('hand what an async handler rejects with to the error handler', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(
      aeron.addSubscription(IPC, 10, async (image) => {
        throw new Error(`no use for ${image.sourceIdentity}`);
      }),
    );
    await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => world.errors.length > 0);
    assert.match(String(world.errors), /no use for aeron:ipc/);
    assert.equal(subscription.imageCount, 1);
  });

  it('are rejected by the driver on request', async () => {
    const { world, driver, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    await world.exchange(publication, subscription, 'x');
    await world.settle(subscription.imageAtIndex(0)!.reject('not of my taste'));
    const { type, message } = driver.commands.at(-1)!;
    assert.equal(type, Events.REJECT_IMAGE);
    assert.equal(message['imageCorrelationId'], publication.registrationId);
    assert.equal(message['position'], 64);
    assert.equal(message['reason'], 'not of my taste');
  });

  it('cannot be rejected by a spy', async () => {
    const { world, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription('aeron-spy:aeron:ipc', 10));
    await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => subscription.isConnected);
    assert.equal(await world.codeOf(subscription.imageAtIndex(0)!.reject('no')), 'NOT_SUPPORTED');
  });

  it('hand what a fragment handler throws to the handler for that', async () => {
    const failed: unknown[] = [];
    const { world, aeron } = await open({ aeron: { subscriberErrorHandler: (error) => failed.push(error) } });
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => publication.offer(AtomicBuffer.allocate(1)) > 0);
    await world.until(
      () =>
        subscription.poll(() => {
          throw new Error('bad message');
        }, 1) > 0,
    );
    assert.match(String(failed), /bad message/);
    assert.deepEqual(world.errors, []);
  });

  it('throw it out of the poll where there is no error handler at all', async () => {
    const { world, aeron } = await open({ aeron: { errorHandler: undefined } });
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    await world.until(() => publication.offer(AtomicBuffer.allocate(1)) > 0);
    await world.until(() => subscription.isConnected);
    const poll = () =>
      subscription.poll(() => {
        throw new Error('bad message');
      }, 1);
    assert.throws(poll, /bad message/);
    assert.equal(poll(), 0, 'the message counts as consumed');
  });
});

describe('Destinations', () => {
  it('are added and removed by command', async () => {
    const { world, driver, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const second = await world.settle(aeron.addPublication(IPC, 10));
    const subscription = await world.settle(aeron.addSubscription(IPC, 11));
    driver.commands.length = 0;
    const id = await world.settle(publication.addDestination('aeron:udp?endpoint=a:1'));
    await world.settle(second.removeDestination('aeron:udp?endpoint=a:1'));
    await world.settle(publication.removeDestinationById(id));
    await world.settle(subscription.addDestination('aeron:udp?endpoint=b:1'));
    await world.settle(subscription.removeDestination('aeron:udp?endpoint=b:1'));
    const ofPublication = publication.registrationId;
    assert.deepEqual(
      driver.commands.map(({ type, message }) => [
        type,
        message['registrationCorrelationId'] ?? message['resourceRegistrationId'],
        message['channel'] ?? message['destinationRegistrationId'],
      ]),
      [
        [Events.ADD_DESTINATION, ofPublication, 'aeron:udp?endpoint=a:1'],
        [Events.REMOVE_DESTINATION, ofPublication, 'aeron:udp?endpoint=a:1'],
        [Events.REMOVE_DESTINATION_BY_ID, ofPublication, id],
        [Events.ADD_RCV_DESTINATION, subscription.registrationId, 'aeron:udp?endpoint=b:1'],
        [Events.REMOVE_RCV_DESTINATION, subscription.registrationId, 'aeron:udp?endpoint=b:1'],
      ],
    );
  });

  it('are added and removed without waiting', async () => {
    const { world, driver, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const subscription = await world.settle(aeron.addSubscription(IPC, 11));
    driver.commands.length = 0;
    const ids = [
      publication.asyncAddDestination('a'),
      publication.asyncRemoveDestination('b'),
      publication.asyncRemoveDestinationById(7),
      subscription.asyncAddDestination('c'),
      subscription.asyncRemoveDestination('d'),
    ];
    assert(ids.every((id) => aeron.isCommandActive(id)));
    await world.until(() => ids.every((id) => !aeron.isCommandActive(id)));
    assert.equal(driver.commands.length, 5);
  });

  it('are refused with the error of the driver', async () => {
    const { world, driver, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    driver.intercept = ({ message }) => {
      driver.error(message.correlationId, ErrorCode.UNKNOWN_PUBLICATION, 'no');
      return true;
    };
    assert.equal(await world.codeOf(publication.addDestination('a')), 'UNKNOWN_PUBLICATION');
  });

  it('are refused to the error handler when nobody waits', async () => {
    const { world, driver, aeron } = await open();
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    driver.intercept = ({ message }) => {
      driver.error(message.correlationId, ErrorCode.GENERIC_ERROR, 'address in use');
      return true;
    };
    const id = subscription.asyncAddDestination('a');
    await world.until(() => !aeron.isCommandActive(id));
    assert.deepEqual(world.errorCodes(), ['GENERIC_ERROR']);
    assert.equal((world.errors[0] as RegistrationError).correlationId, id);
  });

  it('are not for what is closed', async () => {
    const { world, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const subscription = await world.settle(aeron.addSubscription(IPC, 11));
    publication.close();
    subscription.close();
    assert.equal(await world.codeOf(publication.addDestination('a')), 'CLOSED');
    assert.equal(await world.codeOf(subscription.removeDestination('a')), 'CLOSED');
    assert.equal(
      codeThrown(() => publication.asyncAddDestination('a')),
      'CLOSED',
    );
  });
});

describe('Counters', () => {
  it('are added, seen by others, and given back', async () => {
    const { world, driver, aeron } = await open();
    const key = Uint8Array.of(1, 2, 3);
    const counter = await world.settle(aeron.addCounter(1001, 'my counter', key));
    counter.set(-5);
    assert.equal(driver.counters.getCounterValue(counter.id), -5);
    assert.equal(aeron.countersReader.getCounterLabel(counter.id), 'my counter');
    assert.deepEqual(driver.commands[0]!.message['key'], key);
    assert.equal(counter.registrationId, counter.correlationId);
    counter.close();
    await world.until(() => !aeron.hasActiveCommands);
    assert.equal(driver.commands.at(-1)!.type, Events.REMOVE_COUNTER);
    assert.equal(driver.commands.at(-1)!.message['registrationId'], counter.correlationId);
  });

  it('outlive the client when they are static', async () => {
    const { world, driver, aeron } = await open();
    const counter = await world.settle(aeron.addStaticCounter(1002, 'static', 2n ** 60n));
    assert.equal(counter.registrationId, 2n ** 60n);
    counter.close();
    await world.pass(SECOND_NS);
    assert.deepEqual(driver.typesOf(), [Events.ADD_STATIC_COUNTER]);
  });

  it('have keys and labels of limited length', async () => {
    const { world, aeron } = await open();
    assert.equal(await world.codeOf(aeron.addCounter(1001, 'x'.repeat(381))), 'OUT_OF_RANGE');
    assert.equal(await world.codeOf(aeron.addCounter(1001, 'x', new Uint8Array(113))), 'OUT_OF_RANGE');
    assert.equal(
      codeThrown(() => aeron.asyncAddStaticCounter(1001, 'x', 1n, new Uint8Array(113))),
      'OUT_OF_RANGE',
    );
  });

  it('are announced to everybody who wants to know, for as long as he wants', async () => {
    const events: string[] = [];
    const { world, driver, aeron } = await open({
      aeron: {
        availableCounterHandler: (_counters, registrationId, id) => events.push(`+${registrationId} ${id}`),
        unavailableCounterHandler: (_counters, registrationId, id) => events.push(`-${registrationId} ${id}`),
      },
    });
    const available = aeron.addAvailableCounterHandler((_counters, registrationId) =>
      events.push(`also +${registrationId}`),
    );
    const unavailable = aeron.addUnavailableCounterHandler((_counters, registrationId) =>
      events.push(`also -${registrationId}`),
    );
    driver.counterReady(77, 5);
    driver.counterUnavailable(77, 5);
    await world.until(() => events.length === 4);
    assert.deepEqual(events, ['+77 5', 'also +77', '-77 5', 'also -77']);
    assert.equal(aeron.removeAvailableCounterHandler(available), true);
    assert.equal(aeron.removeAvailableCounterHandler(available), false);
    assert.equal(aeron.removeUnavailableCounterHandler(unavailable), true);
    driver.counterReady(78, 6);
    driver.counterUnavailable(78, 6);
    await world.until(() => events.length === 6);
    assert.deepEqual(events.slice(4), ['+78 6', '-78 6']);
  });
});

describe('Session ids', () => {
  it('are given out by the driver', async () => {
    const { world, aeron } = await open();
    assert.equal(await world.settle(aeron.nextSessionId(10)), 100);
    const correlationId = aeron.asyncNextSessionId(10);
    assert.equal(aeron.getNextSessionId(correlationId), undefined);
    await world.until(() => !aeron.isCommandActive(correlationId));
    assert.equal(aeron.getNextSessionId(correlationId), 101);
    assert.equal(aeron.getNextSessionId(correlationId), undefined);
  });

  it('are random with a driver that cannot be asked', async () => {
    const { world, driver, aeron } = await open({ driver: { controlProtocolVersion: 0 } });
    const one = await world.settle(aeron.nextSessionId(10));
    const two = await world.settle(aeron.nextSessionId(10));
    assert.notEqual(one, two);
    assert(Number.isInteger(one) && Math.abs(one) <= 2 ** 31);
    assert.deepEqual(driver.commands, []);
  });
});

describe('What the driver reports', () => {
  it('reaches the handler of the publication that was rejected', async () => {
    const frames: string[] = [];
    const { world, driver, aeron } = await open({
      aeron: { publicationErrorFrameHandler: ({ errorMessage }) => frames.push(errorMessage) },
    });
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const report = (registrationId: number, errorMessage: string) =>
      driver.publicationError({
        registrationId,
        destinationRegistrationId: -1,
        sessionId: publication.sessionId,
        streamId: 10,
        receiverId: 5n,
        groupTag: -1n,
        sourceAddress: SocketAddress.of('10.0.0.1', 4000),
        errorCode: ErrorCode.IMAGE_REJECTED,
        errorMessage,
      });
    report(publication.registrationId + 1, 'of somebody else');
    report(publication.registrationId, 'of mine');
    await world.until(() => frames.length > 0);
    assert.deepEqual(frames, ['of mine']);
  });

  it('reaches the error handler when a channel has failed', async () => {
    const { world, driver, aeron } = await open();
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    driver.error(publication.channelStatusId, ErrorCode.CHANNEL_ENDPOINT_ERROR, 'cannot bind');
    driver.error(4711, ErrorCode.CHANNEL_ENDPOINT_ERROR, 'of somebody else');
    await world.until(() => world.errors.length > 0);
    assert.deepEqual(world.errorCodes(), ['CHANNEL_ENDPOINT_ERROR']);
    assert.match(String(world.errors[0]), /cannot bind/);
  });

  it('may be nonsense, or of a later version, and the client goes on', async () => {
    const { world, driver, aeron } = await open();
    driver.transmit(Events.ON_AVAILABLE_IMAGE, new Uint8Array(5));
    driver.transmit(Events.ON_PUBLICATION_READY, new Uint8Array(36).fill(0xff));
    driver.transmit(0x0fff, new Uint8Array(5));
    await world.until(() => world.errors.length === 2);
    assert.deepEqual(world.errorCodes(), ['MALFORMED_COMMAND', 'MALFORMED_COMMAND']);
    assert.equal((await world.settle(aeron.addCounter(1001, 'x'))).isClosed, false);
  });

  it('may be of another client', async () => {
    const { world, driver, aeron } = await open();
    driver.clientTimeout(aeron.clientId + 1);
    driver.error(4711, ErrorCode.GENERIC_ERROR, 'not mine');
    driver.success(4711);
    await world.pass(SECOND_NS);
    assert.equal(aeron.isClosed, false);
    assert.deepEqual(world.errors, []);
  });
});

describe('A log buffer that is not there', () => {
  it('fails the publication, which is given back, and the client goes on', async () => {
    const { world, driver, aeron } = await open();
    await world.settle(aeron.addSubscription(IPC, 10));
    const { files } = world.driverProcess.platform;
    world.driverProcess.run(() => {
      for (const name of files.list('/dev/shm/aeron-test').filter((each) => each.endsWith('.logbuffer'))) {
        files.remove(`/dev/shm/aeron-test/${name}`);
      }
      return 0;
    });
    assert.equal(await world.codeOf(aeron.addPublication(IPC, 10)), 'LOG_BUFFER_UNAVAILABLE');
    await world.until(() => world.errors.length > 0);
    await world.until(() => driver.typesOf().includes(Events.REMOVE_PUBLICATION));
    assert.deepEqual(world.errorCodes(), ['LOG_BUFFER_UNAVAILABLE']);
    assert.match(String(world.errors[0]), /failed to map the log.*aeron:ipc.*does not exist/);
    assert.equal((await world.settle(aeron.addCounter(1001, 'x'))).isClosed, false);
    assert(driver.commands.length >= 3);
  });

  it('is told to an agent that asks for its publication', async () => {
    const { world, aeron } = await open();
    const registrationId = aeron.asyncAddPublication(IPC, 10);
    world.client.pause();
    world.world.runUntil(() => world.driver.commands.length > 0, SECOND_NS);
    world.driverProcess.platform.files.remove(world.driver.logPath(registrationId));
    world.client.resume();
    await world.until(() => !aeron.hasActiveCommands);
    assert.equal(
      codeThrown(() => aeron.getPublication(registrationId)),
      'LOG_BUFFER_UNAVAILABLE',
    );
  });
});

describe('Closing', () => {
  const everything = async () => {
    const opened = await open();
    const { world, aeron } = opened;
    const subscription = await world.settle(aeron.addSubscription(IPC, 10));
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const exclusive = await world.settle(aeron.addExclusivePublication(IPC, 10));
    const counter = await world.settle(aeron.addCounter(1001, 'x'));
    await world.exchange(publication, subscription, 'x');
    await world.until(() => subscription.imageCount === 2);
    return { ...opened, subscription, publication, exclusive, counter };
  };

  it('says good-bye to the driver, and closes everything that was added', async () => {
    const { world, driver, aeron, subscription, publication, exclusive, counter } = await everything();
    const closed: string[] = [];
    aeron.addCloseHandler(() => closed.push('one'));
    const removed = aeron.addCloseHandler(() => closed.push('two'));
    assert.equal(aeron.removeCloseHandler(removed), true);
    const images = subscription.images;
    aeron.close();
    aeron.close();
    assert.deepEqual(closed, ['one']);
    assert.equal(aeron.isClosed, true);
    for (const resource of [subscription, publication, exclusive, counter, ...images]) {
      assert.equal(resource.isClosed, true);
    }
    await world.pass(SECOND_NS);
    assert.equal(driver.commands.at(-1)!.type, Events.CLIENT_CLOSE);
    assert.equal(driver.commands.at(-1)!.message.clientId, aeron.clientId);
    assert.deepEqual(world.errors, []);
  });

  it('leaves everything harmless behind', async () => {
    const { world, aeron, subscription, publication, exclusive, counter } = await everything();
    const image = subscription.imageAtIndex(0)!;
    const position = image.position;
    aeron.close();
    const message = AtomicBuffer.ofString('too late');
    for (const each of [publication, exclusive]) {
      assert.equal(each.offer(message), Publication.CLOSED);
      assert.equal(each.position, Publication.CLOSED);
      assert.equal(each.isConnected, false);
      assert.equal(each.channelStatus, -1);
      assert.deepEqual(each.localSocketAddresses(), []);
      each.close();
    }
    assert.equal(
      subscription.poll(() => {}, 1),
      0,
    );
    assert.equal(
      image.poll(() => {}, 1),
      0,
    );
    assert.equal(image.position, position);
    assert.equal(image.isEndOfStream, false);
    assert.equal(subscription.channelStatus, -1);
    subscription.close();
    counter.close();
    assert.equal(
      codeThrown(() => counter.get()),
      'OUT_OF_BOUNDS',
    );
    for (const use of [
      () => aeron.nextCorrelationId(),
      () => aeron.countersReader,
      () => aeron.asyncAddPublication(IPC, 1),
      () => aeron.asyncAddSubscription(IPC, 1),
      () => aeron.getPublication(1),
      () => aeron.addCloseHandler(() => {}),
    ]) {
      assert.equal(codeThrown(use), 'CLIENT_CLOSED');
    }
    assert.equal(aeron.isCommandActive(1), false);
    assert.equal(aeron.hasActiveCommands, false);
    aeron.asyncRemovePublication(publication.registrationId);
    assert.equal(await world.codeOf(aeron.addPublication(IPC, 1)), 'CLIENT_CLOSED');
  });

  it('rejects what is still awaited', async () => {
    const { world, driver, aeron } = await open();
    driver.intercept = () => true;
    const adding = aeron.addPublication(IPC, 1);
    world.world.after(SECOND_NS, () => aeron.close());
    assert.equal(await world.codeOf(adding), 'CLIENT_CLOSED');
  });

  it('may keep the memory for a while', async () => {
    const { world, aeron } = await open({ aeron: { closeLingerDurationNs: SECOND_NS } });
    const publication = await world.settle(aeron.addPublication(IPC, 10));
    const [term] = publication.logBuffers.termBuffers;
    aeron.close();
    await world.pass(SECOND_NS / 2);
    assert.equal(term!.capacity, 64 * 1024);
    await world.pass(SECOND_NS);
    assert.equal(term!.capacity, 0);
  });

  it('unmaps the log of a publication a second after it was closed', async () => {
    const { world, aeron } = await open();
    const one = await world.settle(aeron.addPublication(IPC, 10));
    const two = await world.settle(aeron.addPublication(IPC, 10));
    const [term] = one.logBuffers.termBuffers;
    assert.equal(two.logBuffers.termBuffers[0], term);
    one.close();
    await world.pass(2 * SECOND_NS);
    assert.equal(term!.capacity, 64 * 1024, 'the other one still uses it');
    two.close();
    await world.pass(SECOND_NS / 2);
    assert.equal(term!.capacity, 64 * 1024);
    await world.pass(SECOND_NS);
    assert.equal(term!.capacity, 0);
  });

  it('unmaps the log of an image after the linger, when something may still have looked at it', async () => {
    const { world, aeron } = await open();
    const kept: AtomicBuffer[] = [];
    const [subscription, publisher] = [await world.settle(aeron.addSubscription(IPC, 10)), await world.connect()];
    const publication = await world.settle(publisher.addPublication(IPC, 10));
    await world.until(() => publication.offer(AtomicBuffer.allocate(8)) > 0);
    await world.until(() => subscription.poll((buffer) => kept.push(buffer), 1) > 0);
    publication.close();
    await world.until(() => subscription.hasNoImages);
    await world.pass(2.5 * SECOND_NS);
    assert.equal(kept[0]!.getInt32(0), 40);
    await world.pass(SECOND_NS);
    assert.throws(() => kept[0]!.getInt32(0));
  });
});

describe('Many clients', () => {
  it('each hear what is theirs', async () => {
    const { world, driver } = await open();
    const clients: Aeron[] = [];
    const subscriptions: Subscription[] = [];
    for (let i = 0; i < 5; i++) {
      const aeron = await world.connect();
      clients.push(aeron);
      subscriptions.push(await world.settle(aeron.addSubscription(IPC, 10)));
    }
    const publication = await world.settle(clients[0]!.addPublication(IPC, 10));
    for (const subscription of subscriptions) {
      await world.until(() => subscription.imageCount === 1);
    }
    publication.offer(AtomicBuffer.ofString('to all'));
    for (const subscription of subscriptions) {
      await world.until(() => subscription.poll(() => {}, 1) === 1);
    }
    assert.equal(new Set(driver.commands.map(({ message }) => message.clientId)).size, 5);
    assert.deepEqual(world.errors, []);
  });
});
