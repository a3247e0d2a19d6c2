import { BasicAuctionClusteredService } from './service.ts';

/** The service as a module: what a node, or `aeron clustered-service-container`, loads into its thread. */
export default ({ isQuiet = false } = {}) =>
  new BasicAuctionClusteredService(isQuiet ? () => {} : (line) => console.log(line));
