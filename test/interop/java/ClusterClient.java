import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.cluster.codecs.EventCode;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A Java client of a cluster, with a media driver of its own: sends each line of its standard input as a message, and
 * prints what comes back. `ClusterClient endpoints=0=localhost:9002,... egress=aeron:udp?endpoint=localhost:0`.
 * A line `bid <customer> <price>` is sent as the tutorial's binary bid, and its answer printed as `BID ...`.
 */
public final class ClusterClient implements EgressListener {
    private static final int BID_LENGTH = 24;
    private static final int BID_ANSWER_LENGTH = 25;

    private volatile boolean isEnded;
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1 << 20]);
    private long correlationId;

    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (final String arg : args) {
            final int equals = arg.indexOf('=');
            options.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        new ClusterClient().run(options);
    }

    private void run(final Map<String, String> options) throws Exception {
        final Thread reader = new Thread(this::readLines);
        reader.setDaemon(true);
        reader.start();
        final MediaDriver.Context driverContext = new MediaDriver.Context()
            .aeronDirectoryName(options.get("dir"))
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnShutdown(true);
        try (MediaDriver driver = MediaDriver.launch(driverContext);
            AeronCluster cluster = AeronCluster.connect(new AeronCluster.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .egressListener(this)
                .messageTimeoutNs(60_000_000_000L)
                .egressChannel(options.getOrDefault("egress", "aeron:udp?endpoint=localhost:0"))
                .ingressChannel("aeron:udp?term-length=64k")
                .ingressEndpoints(options.get("endpoints")))) {
            System.out.println("CONNECTED " + cluster.clusterSessionId() + " leader " + cluster.leaderMemberId());
            long nextKeepAlive = System.nanoTime();
            while (!isEnded && !cluster.isClosed()) {
                cluster.pollEgress();
                final String line = lines.peek();
                if (line != null && send(cluster, line)) {
                    lines.poll();
                }
                if (System.nanoTime() - nextKeepAlive > 0) {
                    nextKeepAlive = System.nanoTime() + 500_000_000L;
                    cluster.sendKeepAlive();
                }
                Thread.sleep(1);
            }
        }
        System.out.println("BYE");
    }

    private boolean send(final AeronCluster cluster, final String line) {
        final String[] words = line.split(" ");
        final int length;
        if ("bid".equals(words[0])) {
            buffer.putLong(0, correlationId + 1);
            buffer.putLong(8, Long.parseLong(words[1]));
            buffer.putLong(16, Long.parseLong(words[2]));
            length = BID_LENGTH;
        } else {
            length = buffer.putStringWithoutLengthUtf8(0, line);
        }
        if (cluster.offer(buffer, 0, length) < 0) {
            return false;
        }
        correlationId++;
        return true;
    }

    private void readLines() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (final Exception ex) {
            System.out.println("FAILED " + ex);
        }
        isEnded = true;
    }

    @Override
    public void onMessage(
        final long clusterSessionId,
        final long timestamp,
        final DirectBuffer source,
        final int offset,
        final int length,
        final Header header) {
        if (length == BID_ANSWER_LENGTH) {
            System.out.println("BID " + source.getLong(offset) + " winner " + source.getLong(offset + 8) + " at " +
                source.getLong(offset + 16) + (source.getByte(offset + 24) == 1 ? " yes" : " no"));
        } else if (length > 200) {
            System.out.println("MESSAGE of " + length);
        } else {
            System.out.println("MESSAGE " + source.getStringWithoutLengthUtf8(offset, length));
        }
    }

    @Override
    public void onSessionEvent(
        final long correlationId,
        final long clusterSessionId,
        final long leadershipTermId,
        final int leaderMemberId,
        final EventCode code,
        final String detail) {
        System.out.println("EVENT " + code + " " + detail);
    }

    @Override
    public void onNewLeader(
        final long clusterSessionId,
        final long leadershipTermId,
        final int leaderMemberId,
        final String ingressEndpoints) {
        System.out.println("LEADER " + leaderMemberId);
    }
}
