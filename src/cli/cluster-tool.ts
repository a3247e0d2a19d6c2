import { runClusterTool } from '../cluster/tool/mod.ts';
import type { Environment, Platform } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { CommandLine } from './arguments.ts';

/** `aeron cluster-tool <cluster-dir> <command>`: upstream's `ClusterTool`. */
export async function clusterTool(line: CommandLine): Promise<number> {
  const platform = withProperties(nativePlatform(), line.properties);
  return runClusterTool(platform, line.words, { out: console.log, err: console.error });
}

/** The platform, with what the command line says in place of environment variables. */
function withProperties(platform: Platform, properties: ReadonlyMap<string, string>): Platform {
  const variables = new Map([...properties].map(([name, value]) => [name.toUpperCase().replaceAll('.', '_'), value]));
  const environment: Environment = Object.create(platform.environment, {
    get: { value: (name: string) => variables.get(name) ?? platform.environment.get(name) },
  });
  return Object.create(platform, { environment: { value: environment } });
}
