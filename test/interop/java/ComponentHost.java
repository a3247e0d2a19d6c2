import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.cluster.codecs.AdminRequestType;
import io.aeron.cluster.codecs.AdminResponseCode;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Runs components of a cluster node in one Java process, as they are asked for on standard input, a line each:
 *
 *     start driver|archive|consensus|service|client dir=<aeron dir> home=<node's folder> members=<cluster members> ...
 *     stop <component>
 *     bid <customer> <price>          the client answers BID <customer> <price> <yes|no>
 *     snapshot                        the client asks for one and answers ADMIN <code>
 *
 * Each is answered by a line that begins with STARTED, STOPPED, BID, ADMIN or FAILED.
 */
public final class ComponentHost implements EgressListener {
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final Map<String, AutoCloseable> running = new HashMap<>();
    private String answer;

    public static void main(final String[] args) throws Exception {
        final ComponentHost host = new ComponentHost();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                try {
                    System.out.println(host.execute(line.split(" ")));
                } catch (final Exception ex) {
                    System.out.println("FAILED " + line + ": " + ex);
                }
            }
        }
        System.exit(0);
    }

    private String execute(final String[] words) throws Exception {
        switch (words[0]) {
            case "start":
                running.put(words[1], start(words[1], optionsOf(words)));
                return "STARTED " + words[1];
            case "stop":
                running.remove(words[1]).close();
                return "STOPPED " + words[1];
            case "bid":
                return bid(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "snapshot":
                return snapshot();
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private AutoCloseable start(final String component, final Map<String, String> options) throws Exception {
        final String dir = options.get("dir");
        final File archiveDir = new File(options.get("home"), "archive");
        final File clusterDir = new File(options.get("home"), "cluster");
        switch (component) {
            case "driver":
                return MediaDriver.launch(new MediaDriver.Context()
                    .aeronDirectoryName(dir)
                    .threadingMode(ThreadingMode.SHARED)
                    .termBufferSparseFile(true)
                    .dirDeleteOnShutdown(true));
            case "archive":
                return Archive.launch(new Archive.Context()
                    .aeronDirectoryName(dir)
                    .archiveDir(archiveDir)
                    .threadingMode(ArchiveThreadingMode.SHARED)
                    .segmentFileLength(1 << 20)
                    .recordingEventsEnabled(false)
                    .controlChannel("aeron:udp?endpoint=" + options.get("archive"))
                    .replicationChannel("aeron:udp?endpoint=localhost:0"));
            case "consensus":
                return ConsensusModule.launch(new ConsensusModule.Context()
                    .aeronDirectoryName(dir)
                    .clusterDir(clusterDir)
                    .clusterMemberId(0)
                    .clusterMembers(options.get("members"))
                    .ingressChannel("aeron:udp?term-length=64k")
                    .logChannel("aeron:udp?term-length=256k")
                    .replicationChannel("aeron:udp?endpoint=localhost:0")
                    .authorisationServiceSupplier(new AllowAll())
                    .archiveContext(archiveContext(dir)));
            case "service":
                return ClusteredServiceContainer.launch(new ClusteredServiceContainer.Context()
                    .aeronDirectoryName(dir)
                    .clusterDir(clusterDir)
                    .archiveContext(archiveContext(dir))
                    .clusteredService(auction()));
            case "client":
                return AeronCluster.connect(new AeronCluster.Context()
                    .aeronDirectoryName(dir)
                    .egressListener(this)
                    .messageTimeoutNs(TIMEOUT_NS)
                    .egressChannel("aeron:udp?endpoint=localhost:0")
                    .ingressChannel("aeron:udp?term-length=64k")
                    .ingressEndpoints(options.get("ingress")));
            default:
                throw new IllegalArgumentException(component);
        }
    }

    private static AeronArchive.Context archiveContext(final String dir) {
        return new AeronArchive.Context()
            .aeronDirectoryName(dir)
            .controlRequestChannel("aeron:ipc?term-length=64k")
            .controlResponseChannel("aeron:ipc?term-length=64k");
    }

    /** Upstream's, which is not public in all versions. */
    private static ClusteredService auction() throws Exception {
        return (ClusteredService)Class.forName("io.aeron.samples.cluster.tutorial.BasicAuctionClusteredService")
            .getConstructor()
            .newInstance();
    }

    private String bid(final long customer, final long price) throws InterruptedException {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[24]);
        message.putLong(0, 1);
        message.putLong(8, customer);
        message.putLong(16, price);
        final AeronCluster client = (AeronCluster)running.get("client");
        answer = null;
        final long deadline = System.nanoTime() + TIMEOUT_NS;
        while (client.offer(message, 0, message.capacity()) < 0) {
            await(client, deadline);
        }
        return answer(client, deadline);
    }

    private String snapshot() throws InterruptedException {
        final AeronCluster client = (AeronCluster)running.get("client");
        answer = null;
        final long deadline = System.nanoTime() + TIMEOUT_NS;
        while (!client.sendAdminRequestToTakeASnapshot(7)) {
            await(client, deadline);
        }
        return answer(client, deadline);
    }

    private String answer(final AeronCluster client, final long deadline) throws InterruptedException {
        while (answer == null) {
            await(client, deadline);
        }
        return answer;
    }

    private static void await(final AeronCluster client, final long deadline) throws InterruptedException {
        if (System.nanoTime() - deadline > 0) {
            throw new IllegalStateException("no answer, client is closed: " + client.isClosed());
        }
        if (client.pollEgress() == 0) {
            Thread.sleep(1);
        }
    }

    private static Map<String, String> optionsOf(final String[] words) {
        final Map<String, String> options = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            final int equals = words[i].indexOf('=');
            options.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        return options;
    }

    @Override
    public void onMessage(
        final long clusterSessionId,
        final long timestamp,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final Header header) {
        answer = "BID " + buffer.getLong(offset + 8) + " " + buffer.getLong(offset + 16) +
            (buffer.getByte(offset + 24) == 1 ? " yes" : " no");
    }

    @Override
    public void onAdminResponse(
        final long clusterSessionId,
        final long correlationId,
        final AdminRequestType requestType,
        final AdminResponseCode responseCode,
        final String message,
        final DirectBuffer payload,
        final int payloadOffset,
        final int payloadLength) {
        answer = "ADMIN " + responseCode + " " + message;
    }
}
