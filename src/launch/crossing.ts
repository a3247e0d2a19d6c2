/**
 * The first of the options that would not be the same in another thread, as 'archiveContext.aeron': functions, what has
 * methods, and a platform. Plain values cross, and plain objects and arrays of them.
 */
export function findStuck(options: object): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function' || (name === 'platform' && value !== undefined)) {
      return name;
    }
    if (typeof value === 'object' && value !== null) {
      const stuck = isPlain(value) ? findStuck(value) : '';
      if (stuck !== undefined) {
        return stuck === '' ? name : `${name}.${stuck}`;
      }
    }
  }
  return undefined;
}

/** Whether any value, as arguments of the user's, can be cloned into another thread. */
export function canBeCloned(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
