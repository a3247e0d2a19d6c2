import { SemanticVersion } from '../../agrona/mod.ts';

/** Whether a log or a snapshot of one application version may be read by another. Upstream: `AppVersionValidator`. */
export type AppVersionValidator = (contextAppVersion: number, appVersionUnderTest: number) => boolean;

/** The major version must be the same. */
export const semanticVersionValidator: AppVersionValidator = (contextAppVersion, appVersionUnderTest) =>
  SemanticVersion.major(contextAppVersion) === SemanticVersion.major(appVersionUnderTest);
