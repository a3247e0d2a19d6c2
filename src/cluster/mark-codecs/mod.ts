// Generated from its schema by `npm run generate`; changes belong there.
export * from './types.ts';
export * from './mark-file-header.ts';
