// Generated from its schema by `npm run generate`; changes belong there.
export * from './types.ts';
export * from './node-state-header.ts';
export * from './candidate-term.ts';
export * from './cluster-members.ts';
export * from './node-state-footer.ts';
