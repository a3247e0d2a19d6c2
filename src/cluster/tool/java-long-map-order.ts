const LOAD_FACTOR = 0.65;
const MIN_CAPACITY = 8;

/**
 * The order in which upstream's tool lists the keys of a map, into which they were put in the given order: that of a
 * hash table with linear probing, from its end to its start. Whoever compares outputs finds them equal.
 */
export function javaLongMapOrder(keys: readonly number[]): number[] {
  let table = new Array<number | undefined>(MIN_CAPACITY).fill(undefined);
  let size = 0;
  for (const key of keys) {
    put(table, key);
    if (++size > Math.floor(table.length * LOAD_FACTOR)) {
      table = doubled(table);
    }
  }
  return inOrder(table);
}

function put(table: (number | undefined)[], key: number): void {
  const mask = table.length - 1;
  let slot = hash(key) & mask;
  while (table[slot] !== undefined) {
    slot = (slot + 1) & mask;
  }
  table[slot] = key;
}

/** Agrona's hash of a long, as a slot of key and value: half of its even hash. */
function hash(key: number): number {
  let x = BigInt.asUintN(64, BigInt(key));
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d0_49bb_1331_11ebn);
  x ^= x >> 31n;
  const word = Number(BigInt.asIntN(32, x ^ (x >> 32n)));
  return (word - (word << 7)) | 0;
}

function doubled(table: readonly (number | undefined)[]): (number | undefined)[] {
  const larger = new Array<number | undefined>(table.length * 2).fill(undefined);
  for (const key of table) {
    if (key !== undefined) {
      put(larger, key);
    }
  }
  return larger;
}

/** From a free slot backwards, all the way round, so that a run of probes is not cut in two. */
function inOrder(table: readonly (number | undefined)[]): number[] {
  const last = table.length - 1;
  const start = table[last] === undefined ? last + 1 : table.indexOf(undefined);
  const keys: number[] = [];
  for (let i = 1; i <= table.length; i++) {
    const key = table[(start - i + table.length) % table.length];
    if (key !== undefined) {
      keys.push(key);
    }
  }
  return keys;
}
