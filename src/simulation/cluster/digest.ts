const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** A number for everything that has happened so far, in order: equal for services that have seen the same. */
export function extendDigest(digest: number, text: string): number {
  let hash = (digest ^ OFFSET_BASIS) >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), PRIME) >>> 0;
  }
  return hash;
}
