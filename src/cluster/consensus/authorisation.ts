import type { AuthorisationService, ErrorHandler } from '../../agrona/mod.ts';
import { ClusterError } from './errors.ts';

/** The service, but that one that fails authorises nobody. */
export function guardAuthorisation(service: AuthorisationService, report: ErrorHandler): AuthorisationService {
  return {
    isAuthorised(...request) {
      try {
        return service.isAuthorised(...request);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        report(new ClusterError('AUTHORISATION_FAILED', `a request counts as not authorised: ${why}`, { cause }));
        return false;
      }
    },
  };
}
