import { AeronError, type SocketAddress } from '../mod.ts';
import { decodeAddress, FAMILY_IPV4 } from './native-socket-address.ts';
import { system } from './system.ts';

const SETS = 128;
const WAYS = 4;
/** Family and port, flow, four of address, scope: struct sockaddr_in6. */
const WORDS = 7;

/**
 * Addresses that datagrams came from lately, so that the next datagram of a peer costs no allocation. Bounded:
 * a peer that is pushed out by others is decoded again.
 */
export class SourceCache {
  private readonly keys = new Int32Array(SETS * WAYS * WORDS);
  private readonly addresses: (SocketAddress | undefined)[] = new Array(SETS * WAYS).fill(undefined);
  private readonly oldest = new Uint8Array(SETS);

  /** Of the struct sockaddr at `offset` of the bytes; `words` are the same bytes. */
  get(words: Int32Array, bytes: Uint8Array, offset: number): SocketAddress {
    const word = offset >> 2;
    const set = hash(words, word);
    for (let entry = set * WAYS; entry < (set + 1) * WAYS; entry++) {
      const address = this.addresses[entry];
      if (address !== undefined && this.matches(entry, words, word)) {
        return address;
      }
    }
    return this.insert(set, words, word, decode(bytes, offset));
  }

  private matches(entry: number, words: Int32Array, word: number): boolean {
    const key = entry * WORDS;
    const count = wordsOf(words[word]!);
    for (let i = 0; i < count; i++) {
      if (this.keys[key + i] !== words[word + i]) {
        return false;
      }
    }
    return true;
  }

  private insert(set: number, words: Int32Array, word: number, address: SocketAddress): SocketAddress {
    const way = this.oldest[set]!;
    this.oldest[set] = (way + 1) % WAYS;
    const entry = set * WAYS + way;
    for (let i = 0; i < WORDS; i++) {
      this.keys[entry * WORDS + i] = words[word + i]!;
    }
    this.addresses[entry] = address;
    return address;
  }
}

function isIpv4(firstWord: number): boolean {
  return (system.addressHasLength ? (firstWord >> 8) & 0xff : firstWord & 0xffff) === FAMILY_IPV4;
}

function wordsOf(firstWord: number): number {
  return isIpv4(firstWord) ? 2 : WORDS;
}

function hash(words: Int32Array, word: number): number {
  const count = wordsOf(words[word]!);
  let value = 0;
  for (let i = 0; i < count; i++) {
    value = Math.imul(value ^ words[word + i]!, 0x9e37_79b1);
    value ^= value >>> 15;
  }
  return value & (SETS - 1);
}

function decode(bytes: Uint8Array, offset: number): SocketAddress {
  const address = decodeAddress(bytes, offset);
  if (address === undefined) {
    throw new AeronError('INVALID_ADDRESS', 'a datagram came from an address that is neither IPv4 nor IPv6');
  }
  return address;
}
