import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The part of `test/cluster/text-service.ts` that members of both languages share: `add <number>`, answered by
 * `sum <sum>`, the same snapshot without ballast, and the same lines on the standard output.
 */
public final class TextService implements ClusteredService {
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private Cluster cluster;
    private long sum;
    private long messageCount;

    @Override
    public void onStart(final Cluster startedCluster, final Image snapshotImage) {
        cluster = startedCluster;
        if (snapshotImage != null) {
            final FragmentAssembler assembler = new FragmentAssembler(this::load);
            while (!snapshotImage.isEndOfStream()) {
                cluster.idleStrategy().idle(snapshotImage.poll(assembler, 1));
            }
        }
        System.out.println("START " + (snapshotImage == null ? "new" : "from " + state()));
    }

    private void load(final DirectBuffer source, final int offset, final int length, final Header header) {
        final String[] state = source.getStringWithoutLengthUtf8(offset, length).split(" ");
        sum = Long.parseLong(state[0]);
        messageCount = Long.parseLong(state[1]);
    }

    @Override
    public void onSessionMessage(
        final ClientSession session,
        final long timestamp,
        final DirectBuffer source,
        final int offset,
        final int length,
        final Header header) {
        final String[] words = source.getStringWithoutLengthUtf8(offset, length).split(" ");
        messageCount++;
        if (session == null || !"add".equals(words[0])) {
            return;
        }
        sum += Long.parseLong(words[1]);
        final int answerLength = buffer.putStringWithoutLengthUtf8(0, "sum " + sum);
        while (session.offer(buffer, 0, answerLength) < 0) {
            cluster.idleStrategy().idle();
        }
    }

    @Override
    public void onTakeSnapshot(final ExclusivePublication publication) {
        final int length = buffer.putStringWithoutLengthUtf8(0, sum + " " + messageCount + " 0");
        while (publication.offer(buffer, 0, length) < 0) {
            cluster.idleStrategy().idle();
        }
        System.out.println("SNAPSHOT " + state());
    }

    @Override
    public void onRoleChange(final Cluster.Role role) {
        System.out.println("ROLE " + role + " of " + cluster.memberId());
    }

    @Override
    public void onNewLeadershipTermEvent(
        final long leadershipTermId,
        final long logPosition,
        final long timestamp,
        final long termBaseLogPosition,
        final int leaderMemberId,
        final int logSessionId,
        final TimeUnit timeUnit,
        final int appVersion) {
        System.out.println("TERM " + leadershipTermId + " leader " + leaderMemberId);
    }

    @Override
    public void onTerminate(final Cluster terminatedCluster) {
        System.out.println("TERMINATE " + state());
    }

    @Override
    public void onSessionOpen(final ClientSession session, final long timestamp) {
        System.out.println("OPEN " + session.id());
    }

    @Override
    public void onSessionClose(final ClientSession session, final long timestamp, final CloseReason reason) {
        System.out.println("CLOSE " + session.id() + " " + reason);
    }

    @Override
    public void onTimerEvent(final long correlationId, final long timestamp) {
        System.out.println("TIMER " + correlationId);
    }

    private String state() {
        return "sum=" + sum + " messages=" + messageCount + " ballast=0";
    }
}
