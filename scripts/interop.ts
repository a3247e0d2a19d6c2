import { prepareJava } from './java.ts';
import { builtTests, runNodeTests } from './run.ts';

/** `npm run interop [-- filter]`: everything that needs the real Java Aeron. */
try {
  prepareJava();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.exit(runNodeTests(builtTests('test/interop', [], process.argv[2]), 1));
