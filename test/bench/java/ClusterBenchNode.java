import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

/**
 * A whole member of a cluster in one process, configured by upstream's properties, with a service that sends every
 * message back. Prints when it starts, how much it replayed, and what its role is.
 */
public final class ClusterBenchNode implements ClusteredService {
    private Cluster cluster;
    private long startedNs;
    private long messages;

    public static void main(final String[] args) throws Exception {
        final ClusteredMediaDriver driver = ClusteredMediaDriver.launch(
            new MediaDriver.Context()
                .threadingMode(ThreadingMode.SHARED)
                .termBufferSparseFile(true)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true),
            new Archive.Context().threadingMode(ArchiveThreadingMode.SHARED).recordingEventsEnabled(false),
            new ConsensusModule.Context().errorHandler(Throwable::printStackTrace));
        final ClusteredServiceContainer container = ClusteredServiceContainer.launch(
            new ClusteredServiceContainer.Context()
                .errorHandler(Throwable::printStackTrace)
                .clusteredService(new ClusterBenchNode()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            container.close();
            driver.close();
        }));
        System.out.println("LAUNCHED");
        Thread.sleep(Long.MAX_VALUE);
    }

    @Override
    public void onStart(final Cluster cluster, final Image snapshotImage) {
        this.cluster = cluster;
        startedNs = System.nanoTime();
    }

    @Override
    public void onSessionMessage(
        final ClientSession session,
        final long timestamp,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final Header header) {
        messages++;
        if (session != null) {
            while (session.offer(buffer, offset, length) < 0) {
                cluster.idleStrategy().idle();
            }
        }
    }

    @Override
    public void onRoleChange(final Cluster.Role newRole) {
        final long elapsedMs = (System.nanoTime() - startedNs) / 1_000_000;
        System.out.println("ROLE " + newRole + " replayed " + messages + " in " + elapsedMs + " ms");
    }

    @Override
    public void onSessionOpen(final ClientSession session, final long timestamp) {
    }

    @Override
    public void onSessionClose(final ClientSession session, final long timestamp, final CloseReason closeReason) {
    }

    @Override
    public void onTimerEvent(final long correlationId, final long timestamp) {
    }

    @Override
    public void onTakeSnapshot(final ExclusivePublication snapshotPublication) {
    }

    @Override
    public void onTerminate(final Cluster cluster) {
    }
}
