import { SemanticVersion } from '../../agrona/mod.ts';

const compose = SemanticVersion.compose;

/** Of the protocol between clients and the cluster: clients of another major version are turned away. */
export const CLIENT_PROTOCOL_MAJOR_VERSION = 0;
export const PROTOCOL_SEMANTIC_VERSION = compose(CLIENT_PROTOCOL_MAJOR_VERSION, 3, 0);

/** Of the protocol between members. */
export const CONSENSUS_PROTOCOL_VERSION = compose(1, 0, 0);
