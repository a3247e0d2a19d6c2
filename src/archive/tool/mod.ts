/**
 * # archive/tool
 *
 * Looks at the directory of an archive from outside, and repairs it: the commands of upstream's `ArchiveTool`, with its
 * words and exit codes. It works on files alone; what changes them wants the archive stopped.
 *
 *     runArchiveTool(platform, ['node0/archive', 'describe'], { print, err, readLine });
 */
export { runArchiveTool } from './run-archive-tool.ts';
export type { ToolConsole } from './tool-context.ts';
