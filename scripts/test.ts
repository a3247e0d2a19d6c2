import { builtTests, runNodeTests } from './run.ts';

/** `npm test [-- filter]`: everything under test/ that needs nothing but Node. */
process.exit(runNodeTests(builtTests('test', ['interop', 'bench'], process.argv[2]), 2));
