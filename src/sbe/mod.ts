/**
 * # sbe
 *
 * Simple Binary Encoding: a message schema (XML) in, TypeScript flyweights out. The stack's own codecs come
 * from `schemas/` this way, and so may a user's (`aeron sbe schema.xml folder`).
 *
 *     const files = generateTypeScript(parseSchema(xml));      // name -> content
 *
 *     const bid = new BidEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
 *     bid.customerId(7n).price(135n);
 *     bid.encodedLength();
 *
 * Flyweights read and write in place and are made to be reused; only text and `bigint` fields allocate. 64-bit
 * integers are `bigint`, unless the schema says `semanticType="safe-integer"`: then they are `number`, checked.
 * A field newer than the message reads as its null value, a group as empty, data as nothing.
 */
export { type GeneratorOptions, generateTypeScript } from './generator.ts';
export {
  checkCount,
  getBytes,
  getSafeInteger,
  getText,
  putBytes,
  putFixedText,
  putSafeInteger,
  putText,
  type SbeBuffer,
  sbeBuffer,
} from './runtime.ts';
export { SbeError } from './sbe-error.ts';
export type * from './schema.ts';
export { parseSchema } from './schema-parser.ts';
