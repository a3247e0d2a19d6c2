import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.Counter;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ArchiveException;
import io.aeron.archive.client.ReplayParams;
import io.aeron.archive.client.ReplicationParams;
import io.aeron.archive.codecs.SourceLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks a new archive for everything that one can be asked for, and prints each answer, refusal and signal, a line
 * each. Nothing that it prints depends on the run: two archives that behave the same make it print the same.
 * `ArchiveScenario dir=... request=... response=...`
 */
public final class ArchiveScenario {
    private static final String CHANNEL = "aeron:ipc?term-length=64k";
    private static final int SEGMENT_LENGTH = 128 * 1024;
    private static final int MESSAGE_LENGTH = 1000;
    private static final int FRAME_LENGTH = 1056;
    private static final long UNKNOWN = 987_654;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final List<String> signals = new ArrayList<>();
    private AeronArchive archive;
    private Aeron aeron;
    private int nextStreamId = 100;

    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (final String arg : args) {
            final int equals = arg.indexOf('=');
            options.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        new ArchiveScenario().run(options);
        System.out.println("BYE");
    }

    private void run(final Map<String, String> options) throws Exception {
        final AeronArchive.Context context = new AeronArchive.Context()
            .aeronDirectoryName(options.get("dir"))
            .controlRequestChannel(options.get("request"))
            .controlResponseChannel(options.get("response"))
            .errorHandler(error -> System.out.println("unasked: " + describe(error)))
            .recordingSignalConsumer((session, correlation, recordingId, subscription, position, signal) ->
                signals.add(recordingId + " " + signal + " " + position));
        try (AeronArchive connected = AeronArchive.connect(context)) {
            archive = connected;
            aeron = connected.context().aeron();
            starting();
            positions();
            extending();
            replaying();
            listing();
            truncating();
            segments();
            migrating();
            stopping();
            replicating();
        }
    }

    private void starting() throws Exception {
        final int stream = nextStreamId++;
        print("nothing is listed", () -> archive.listRecordings(0, 10, this::printDescriptor));
        archive.startRecording(CHANNEL, stream, SourceLocation.LOCAL);
        print("started twice", () -> archive.startRecording(CHANNEL, stream, SourceLocation.LOCAL));
        print("subscriptions", () -> archive.listRecordingSubscriptions(
            0, 10, "aeron:ipc", stream, true,
            (session, correlation, subscription, streamId, channel) ->
                System.out.println("  subscription " + streamId + " " + channel)));
        print("no subscriptions", () -> archive.listRecordingSubscriptions(
            0, 10, "nothing", stream, false, (session, correlation, subscription, streamId, channel) -> { }));
        try (ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, stream)) {
            publish(publication, 10);
            final long id = recordingOf(stream, publication.sessionId());
            awaitRecorded(id, publication.position());
            print("stop position of what is active", () -> archive.getStopPosition(id));
            print("recorded position", () -> archive.getRecordingPosition(id));
            print("max recorded position", () -> archive.getMaxRecordedPosition(id));
            print("truncate what is active", () -> archive.truncateRecording(id, 0));
            print("purge what is active", () -> archive.purgeRecording(id));
            print("extend what is active", () -> archive.extendRecording(id, CHANNEL, 1, SourceLocation.LOCAL));
            archive.stopRecording(CHANNEL, stream);
            awaitStopped(id);
            print("listed", () -> archive.listRecording(id, this::printDescriptor));
        }
        print("stopped twice", () -> { archive.stopRecording(CHANNEL, stream); return "done"; });
        print("tried to stop", () -> archive.tryStopRecording(CHANNEL, stream));
        print("stop unknown subscription", () -> { archive.stopRecording(UNKNOWN); return "done"; });
        print("try to stop unknown subscription", () -> archive.tryStopRecording(UNKNOWN));
        print("stop unknown recording", () -> archive.tryStopRecordingByIdentity(UNKNOWN));
        printSignals();
    }

    private void positions() throws Exception {
        final long id = record(nextStreamId++, 5);
        print("start position", () -> archive.getStartPosition(id));
        print("stop position", () -> archive.getStopPosition(id));
        print("recorded position of what is stopped", () -> archive.getRecordingPosition(id));
        print("start position of unknown", () -> archive.getStartPosition(UNKNOWN));
        print("stop position of unknown", () -> archive.getStopPosition(UNKNOWN));
        print("recorded position of unknown", () -> archive.getRecordingPosition(UNKNOWN));
        print("max recorded position of unknown", () -> archive.getMaxRecordedPosition(UNKNOWN));
        print("negative id", () -> archive.getStartPosition(-1));
        printSignals();
    }

    private void extending() throws Exception {
        final int stream = nextStreamId++;
        final long id = record(stream, 5);
        print("extend unknown", () -> archive.extendRecording(UNKNOWN, CHANNEL, stream, SourceLocation.LOCAL));
        final long[] found = new long[2];
        archive.listRecording(id, (session, correlation, recordingId, startTimestamp, stopTimestamp, startPosition,
            stopPosition, initialTermId, segmentFileLength, termBufferLength, mtuLength, sessionId, streamId,
            strippedChannel, originalChannel, sourceIdentity) -> {
                found[0] = stopPosition;
                found[1] = initialTermId;
            });
        final String channel = new ChannelUriStringBuilder().media("ipc")
            .initialPosition(found[0], (int)found[1], 64 * 1024).build();
        try (ExclusivePublication publication = aeron.addExclusivePublication(channel, stream)) {
            archive.extendRecording(id, "aeron:ipc", stream, SourceLocation.LOCAL, true);
            publish(publication, 5);
            awaitRecorded(id, publication.position());
        }
        awaitStopped(id);
        print("extended", () -> archive.getStopPosition(id));
        printReplay("replay of what was extended", id, 0, 10 * FRAME_LENGTH, 10);
        printSignals();
    }

    private void replaying() throws Exception {
        final long id = record(nextStreamId++, 20);
        final long end = 20 * FRAME_LENGTH;
        printReplay("replay", id, 0, Long.MAX_VALUE, 20);
        printReplay("replay from the middle", id, 10 * FRAME_LENGTH, AeronArchive.NULL_LENGTH, 10);
        printReplay("replay of a part", id, 5 * FRAME_LENGTH, 5 * FRAME_LENGTH, 5);
        printReplay("replay of more than there is", id, 15 * FRAME_LENGTH, 1L << 40, 5);
        printReplay("replay from the start, whatever it is", id, AeronArchive.NULL_POSITION, Long.MAX_VALUE, 20);
        for (final long position : new long[]{ end, end + 32, 16, 32, -5, 1L << 52 }) {
            print("start replay at " + position, () -> startReplay(id, position, Long.MAX_VALUE));
        }
        for (final long length : new long[]{ 0, -3 }) {
            print("start replay of length " + length, () -> startReplay(id, 0, length));
        }
        print("start replay of unknown", () -> startReplay(UNKNOWN, 0, Long.MAX_VALUE));
        print("replay with little file io", () -> archive.startReplay(
            id, "aeron:ipc", 5, new ReplayParams().fileIoMaxLength(64)) == 0);
        print("bounded by no counter", () -> archive.startBoundedReplay(id, 0, 1000, 100_000, "aeron:ipc", 5) == 0);
        try (Counter limit = aeron.addCounter(1001, "limit");
            Subscription subscription = aeron.addSubscription("aeron:ipc", 77)) {
            limit.setOrdered(5 * FRAME_LENGTH);
            archive.startBoundedReplay(id, 0, Long.MAX_VALUE, limit.id(), "aeron:ipc", 77);
            print("bounded replay", () -> receive(subscription, 5));
            limit.setOrdered(end);
            print("bounded replay goes on", () -> receive(subscription, 15));
        }
        print("stop unknown replay", () -> { archive.stopReplay(UNKNOWN); return "done"; });
        print("stop all replays of unknown", () -> { archive.stopAllReplays(UNKNOWN); return "done"; });
        print("stop all replays", () -> { archive.stopAllReplays(-1); return "done"; });
        printSignals();
    }

    private void listing() throws Exception {
        final int stream = nextStreamId++;
        record(stream, 1);
        final long last = record(stream, 2);
        print("all", () -> archive.listRecordings(0, 100, this::printDescriptor));
        print("two", () -> archive.listRecordings(1, 2, this::printDescriptor));
        print("beyond", () -> archive.listRecordings(UNKNOWN, 2, this::printDescriptor));
        print("from below", () -> archive.listRecordings(-1, 2, this::printDescriptor));
        print("of a stream", () -> archive.listRecordingsForUri(0, 100, "aeron:ipc", stream, this::printDescriptor));
        print("of no channel", () -> archive.listRecordingsForUri(0, 100, "udp", stream, this::printDescriptor));
        print("unknown", () -> archive.listRecording(UNKNOWN, this::printDescriptor));
        print("no match", () -> archive.findLastMatchingRecording(0, "aeron:ipc", stream, 0));
        print("no match from beyond", () -> archive.findLastMatchingRecording(last + 1, "aeron:ipc", stream, 0));
        print("no match from below", () -> archive.findLastMatchingRecording(-1, "aeron:ipc", stream, 0));
        printSignals();
    }

    private void truncating() throws Exception {
        final long id = record(nextStreamId++, 200);
        // Not to the middle of a frame: upstream says that it cannot, and does it.
        for (final long position : new long[]{ -32, 16, 1L << 40 }) {
            print("truncate to " + position, () -> archive.truncateRecording(id, position));
        }
        print("truncate", () -> archive.truncateRecording(id, 10 * FRAME_LENGTH));
        print("truncated", () -> archive.getStopPosition(id));
        print("truncate to where it ends", () -> archive.truncateRecording(id, 10 * FRAME_LENGTH));
        printReplay("replay of what was truncated", id, 0, Long.MAX_VALUE, 10);
        print("truncate to nothing", () -> archive.truncateRecording(id, 0));
        print("replay of nothing", () -> startReplay(id, 0, Long.MAX_VALUE));
        print("truncate unknown", () -> archive.truncateRecording(UNKNOWN, 0));
        print("purge", () -> archive.purgeRecording(id));
        print("purge twice", () -> archive.purgeRecording(id));
        print("list what was purged", () -> archive.listRecording(id, this::printDescriptor));
        printSignals();
    }

    private void segments() throws Exception {
        final long id = record(nextStreamId++, 450);
        for (final long position : new long[]{ 0, 32, SEGMENT_LENGTH + 32, 1L << 30, -SEGMENT_LENGTH }) {
            print("detach to " + position, () -> { archive.detachSegments(id, position); return "done"; });
        }
        print("detach", () -> { archive.detachSegments(id, SEGMENT_LENGTH); return "done"; });
        print("start", () -> archive.getStartPosition(id));
        print("replay from before the start", () -> startReplay(id, 0, Long.MAX_VALUE));
        print("truncate to before the start", () -> archive.truncateRecording(id, 0));
        print("attach", () -> archive.attachSegments(id));
        print("start", () -> archive.getStartPosition(id));
        print("attach again", () -> archive.attachSegments(id));
        print("delete when nothing is detached", () -> archive.deleteDetachedSegments(id));
        print("detach", () -> { archive.detachSegments(id, SEGMENT_LENGTH); return "done"; });
        print("delete", () -> archive.deleteDetachedSegments(id));
        print("attach when nothing is there", () -> archive.attachSegments(id));
        print("purge segments", () -> archive.purgeSegments(id, 2 * SEGMENT_LENGTH));
        print("purge segments to where they begin", () -> archive.purgeSegments(id, 2 * SEGMENT_LENGTH));
        print("purge segments of unknown", () -> archive.purgeSegments(UNKNOWN, SEGMENT_LENGTH));
        print("detach of unknown", () -> { archive.detachSegments(UNKNOWN, SEGMENT_LENGTH); return "done"; });
        print("attach of unknown", () -> archive.attachSegments(UNKNOWN));
        print("delete of unknown", () -> archive.deleteDetachedSegments(UNKNOWN));
        print("start", () -> archive.getStartPosition(id));
        printSignals();
    }

    private void migrating() throws Exception {
        final long one = record(nextStreamId++, 10);
        final long other = record(nextStreamId++, 10);
        print("migrate what does not fit", () -> archive.migrateSegments(one, other));
        print("migrate unknown", () -> archive.migrateSegments(UNKNOWN, other));
        print("migrate to unknown", () -> archive.migrateSegments(one, UNKNOWN));
        print("migrate to itself", () -> archive.migrateSegments(one, one));
        printSignals();
    }

    private void stopping() throws Exception {
        final int stream = nextStreamId++;
        try (Publication publication = archive.addRecordedPublication(CHANNEL, stream)) {
            final long id = recordingOf(stream, publication.sessionId());
            print("stop by id", () -> archive.tryStopRecordingByIdentity(id));
            awaitStopped(id);
            print("stopped where it began", () -> archive.getStopPosition(id));
            print("stop by id again", () -> archive.tryStopRecordingByIdentity(id));
            print("replay of nothing", () -> startReplay(id, 0, Long.MAX_VALUE));
        }
        printSignals();
    }

    private void replicating() throws Exception {
        print("stop unknown replication", () -> { archive.stopReplication(UNKNOWN); return "done"; });
        print("try to stop unknown replication", () -> archive.tryStopReplication(UNKNOWN));
        print("replicate to unknown", () -> archive.replicate(
            0, 10, "aeron:ipc", new ReplicationParams().dstRecordingId(UNKNOWN)));
        print("replicate to what is active", () -> archive.replicate(
            0, 10, "aeron:ipc", new ReplicationParams().dstRecordingId(startActive())));
        printSignals();
    }

    private long startActive() {
        final int stream = nextStreamId++;
        final Publication publication = archive.addRecordedPublication(CHANNEL, stream);
        return recordingOf(stream, publication.sessionId());
    }

    private long startReplay(final long recordingId, final long position, final long length) {
        final long replay = archive.startReplay(recordingId, position, length, "aeron:ipc", 5);
        archive.stopReplay(replay);
        return 0;
    }

    private long record(final int stream, final int count) throws Exception {
        try (ExclusivePublication publication = archive.addRecordedExclusivePublication(CHANNEL, stream)) {
            publish(publication, count);
            final long id = recordingOf(stream, publication.sessionId());
            awaitRecorded(id, publication.position());
            archive.stopRecording(publication);
            awaitStopped(id);
            return id;
        }
    }

    private void publish(final ExclusivePublication publication, final int count) {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_LENGTH]);
        for (int i = 0; i < count; i++) {
            message.putInt(0, i);
            message.putInt(MESSAGE_LENGTH - 4, -i);
            await(() -> publication.offer(message, 0, MESSAGE_LENGTH) > 0);
        }
    }

    private long recordingOf(final int stream, final int session) {
        final long[] id = { -1 };
        await(() -> (id[0] = archive.findLastMatchingRecording(0, "aeron:ipc", stream, session)) >= 0);
        return id[0];
    }

    private void awaitRecorded(final long id, final long position) {
        await(() -> archive.getRecordingPosition(id) >= position);
    }

    private void awaitStopped(final long id) {
        await(() -> archive.getStopPosition(id) >= 0);
    }

    private void printReplay(
        final String what, final long id, final long position, final long length, final int count) {
        print(what, () -> {
            try (Subscription subscription = archive.replay(id, position, length, "aeron:ipc", 78)) {
                return receive(subscription, count);
            }
        });
        archive.stopAllReplays(id);
    }

    private String receive(final Subscription subscription, final int count) {
        final int[] received = new int[1];
        final boolean[] isGood = { true };
        await(() -> {
            subscription.poll((buffer, offset, length, header) -> {
                isGood[0] &= length == MESSAGE_LENGTH && buffer.getInt(offset) == -buffer.getInt(offset + length - 4);
                received[0]++;
            }, 10);
            return received[0] >= count;
        });
        return received[0] + (isGood[0] ? " good" : " bad");
    }

    private void printDescriptor(
        final long session,
        final long correlation,
        final long recordingId,
        final long startTimestamp,
        final long stopTimestamp,
        final long startPosition,
        final long stopPosition,
        final int initialTermId,
        final int segmentFileLength,
        final int termBufferLength,
        final int mtuLength,
        final int sessionId,
        final int streamId,
        final String strippedChannel,
        final String originalChannel,
        final String sourceIdentity) {
        System.out.println("  " + recordingId + " " + startPosition + " to " + stopPosition + " " +
            (startTimestamp > 0 && stopTimestamp >= startTimestamp) + " " + segmentFileLength + " " +
            termBufferLength + " " + mtuLength + " " + streamId + " " + withoutSession(strippedChannel) + " " +
            withoutSession(originalChannel) + " " + sourceIdentity);
    }

    private static String withoutSession(final String text) {
        return text.replaceAll("session-id=-?\\d+", "session-id=<id>");
    }

    private void print(final String what, final Callable<?> action) {
        String result;
        try {
            result = String.valueOf(action.call());
        } catch (final Exception ex) {
            result = describe(ex);
        }
        System.out.println(what + ": " + result);
    }

    private static String describe(final Throwable error) {
        final String message = String.valueOf(error.getMessage())
            .replaceAll("(correlationId|replaySessionId)=\\d+", "$1=<id>")
            .replaceAll("InitialTermId=-?\\d+", "InitialTermId=...")
            .replaceAll("because of: .*", "because of ...")
            .replaceAll("segmentOffset=\\d+(, termOffset=\\d+, frameOffset=\\d+)?", "...")
            .split("\n")[0];
        return error instanceof ArchiveException
            ? "error " + ((ArchiveException)error).errorCode() + " " + withoutSession(message)
            : error.getClass().getSimpleName() + " " + message;
    }

    private void printSignals() {
        archive.pollForRecordingSignals();
        signals.stream().sorted().forEach(signal -> System.out.println("  signal " + signal));
        signals.clear();
    }

    private static void await(final BooleanSupplier condition) {
        final long deadline = System.nanoTime() + TIMEOUT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not in time");
            }
            Thread.yield();
        }
    }
}
