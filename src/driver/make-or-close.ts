/** Takes a resource into care, and returns it. */
export type Own = <R extends { close(): void }>(resource: R) => R;

/**
 * Makes something that has resources of its own, counters for instance. When that fails, those that it has taken into
 * care so far are closed, the last one first.
 */
export function makeOrClose<T>(make: (own: Own) => T): T {
  const owned: { close(): void }[] = [];
  try {
    return make((resource) => {
      owned.push(resource);
      return resource;
    });
  } catch (error) {
    for (const resource of owned.reverse()) {
      resource.close();
    }
    throw error;
  }
}
