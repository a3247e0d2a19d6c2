import { builtTests, runNodeTests } from './run.ts';

/** Takes a minute on any machine: begun first, so that the others run beside it and not before it. */
const LONGEST = /random-input\.test\.js$/;

/** `npm test [-- filter]`: everything under test/ that needs nothing but Node. */
const files = builtTests('test', ['interop', 'bench'], process.argv[2]);
files.sort((a, b) => Number(LONGEST.test(b)) - Number(LONGEST.test(a)));
process.exit(runNodeTests(files, 2));
