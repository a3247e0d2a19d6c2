/**
 * # driver
 *
 * The media driver: moves messages between the clients of one machine through shared memory, and between
 * machines over UDP.
 *
 *     clients ---- cnc.dat: commands, answers, counters, errors ---- DriverConductor
 *        |                                                            |          |
 *        |  publications/*.logbuffer                              commands    commands
 *        +---- written by publishers -------------------------------> Sender     |
 *        |  images/*.logbuffer                              data v ^ status, NAKs |
 *        +---- read by subscribers <------------------------------- Receiver <---+
 *
 * Three agents share the work. The conductor talks to clients, makes and ends everything, and moves limits
 * and windows after consumers. The sender sends network publications as far as flow control lets it. The
 * receiver rebuilds images of what others send, and tells them what it lacks. IPC needs the conductor alone.
 *
 * Who drives the agents is up to whoever launches the driver: the caller (`threadingMode: 'INVOKER'`), or a
 * thread that is given to `MediaDriver.run`.
 *
 *     const driver = MediaDriver.launch({ threadingMode: 'INVOKER', aeronDirectoryName: '/dev/shm/aeron-mine' });
 *     while (!done) {
 *       driver.sharedAgentInvoker.invoke();
 *     }
 *     driver.close();
 *
 * Upstream: `io.aeron.driver`.
 */
export {
  DRIVER_OPTIONS,
  type DriverOptions,
  type GivenDriverOptions,
  type TerminationValidator,
  type ThreadingMode,
} from './driver-options.ts';
export { MediaDriver } from './media-driver.ts';
