import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BufferClaim, ControlledFragmentAction, FragmentAssembler, type Publication } from '../../src/client/mod.ts';
import { collector, payload, Stream, TERM_LENGTH } from './stream.ts';

const { ABORT, BREAK, COMMIT, CONTINUE } = ControlledFragmentAction;

const length = fc.oneof(fc.nat(100), fc.nat(3000), fc.nat(TERM_LENGTH / 8));
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('offer' as const), length, offset: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('two' as const),
      length,
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('vector' as const), length, parts: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('claim' as const), length: fc.nat(1376), abort: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('poll' as const), limit: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('controlled' as const),
      script: fc.array(fc.constantFrom(ABORT, BREAK, COMMIT, CONTINUE), { maxLength: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Does what an operation says to a publication; what it returns is the length of a message that is now sent. */
function publish(publication: Publication, op: Operation, seed: number): number | undefined {
  switch (op.kind) {
    case 'offer': {
      const source = payload(op.length + op.offset, seed);
      return publication.offer(source, op.offset, op.length) >= 0 ? op.length : undefined;
    }
    case 'two': {
      const message = payload(op.length, seed);
      const cut = Math.floor(op.length * op.cut);
      return publication.offerTwo(message, 0, cut, message, cut, op.length - cut) >= 0 ? op.length : undefined;
    }
    case 'vector': {
      const buffer = payload(op.length, seed);
      const step = Math.ceil(op.length / op.parts);
      const vectors = Array.from({ length: op.parts }, (_, i) => {
        const offset = Math.min(i * step, op.length);
        return { buffer, offset, length: Math.min(step, op.length - offset) };
      });
      return publication.offerVector(vectors) >= 0 ? op.length : undefined;
    }
    case 'claim': {
      const claim = new BufferClaim();
      if (publication.tryClaim(op.length, claim) < 0) {
        return undefined;
      }
      claim.putBytes(0, payload(op.length, seed), 0, op.length);
      if (op.abort) {
        claim.abort();
        return undefined;
      }
      claim.commit();
      return op.length;
    }
    default:
      return undefined;
  }
}

function bytesOf(op: Operation, seed: number): Uint8Array {
  switch (op.kind) {
    case 'offer':
      return payload(op.length + op.offset, seed).u8.slice(op.offset);
    case 'two':
    case 'vector':
    case 'claim':
      return payload(op.length, seed).u8;
    default:
      throw new Error(op.kind);
  }
}

for (const add of [
  (stream: Stream) => [stream.exclusive()],
  (stream: Stream) => [stream.concurrent(), stream.concurrent()],
]) {
  const name = add(new Stream())[0]!.constructor.name;
  describe(`A stream of ${name}`, () => {
    it('delivers exactly the messages that were taken, in order, whatever was done in between', () => {
      fc.assert(
        fc.property(
          fc.array(operation, { maxLength: 300 }),
          fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          fc.constantFrom(0, 1, 2, 2 ** 16 - 1, 2 ** 20),
          (operations, initialTermId, termCount) => {
            const stream = new Stream({ initialTermId, termCount });
            const publications: Publication[] = add(stream);
            const image = stream.image();
            const sent: Uint8Array[] = [];
            const { received, handler } = collector();
            const assembler = new FragmentAssembler(handler);
            operations.forEach((op, i) => {
              if (op.kind === 'poll') {
                image.poll(assembler.onFragment, op.limit);
              } else if (op.kind === 'controlled') {
                const script = [...op.script];
                image.controlledPoll((buffer, offset, length, header) => {
                  const action = script.shift() ?? CONTINUE;
                  if (action !== ABORT) {
                    assembler.onFragment(buffer, offset, length, header);
                  }
                  return action;
                }, 10);
              } else if (op.kind === 'advance') {
                stream.advance();
              } else if (publish(publications[i % publications.length]!, op, i) !== undefined) {
                sent.push(bytesOf(op, i));
              }
            });
            for (let idle = 0; idle < 3; ) {
              idle = image.poll(assembler.onFragment, 100) > 0 ? 0 : idle + 1;
            }
            assert.equal(image.position, publications[0]!.position);
            assert.deepEqual(stream.errors, []);
            assert.equal(received.length, sent.length);
            received.forEach(({ bytes }, i) => {
              assert.deepEqual(bytes, sent[i]);
            });
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}
