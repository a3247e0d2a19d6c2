import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchivingMediaDriver;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.aeron.archive.status.RecordingPos;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * The Java side of the archive's benchmark: `ArchiveBench archive key=value ...`. A SHARED driver and a SHARED archive,
 * a publisher and a subscriber in turn in the main thread. Prints one line, the same words as archive-main.ts.
 */
public final class ArchiveBench {
    private static final String CHANNEL = "aeron:ipc?term-length=16m";

    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            final int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        final int syncLevel = Integer.parseInt(options.get("syncLevel"));
        final int length = Integer.parseInt(options.get("length"));
        final MediaDriver.Context driverContext = new MediaDriver.Context()
            .aeronDirectoryName(options.get("dir"))
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new BackoffIdleStrategy())
            .termBufferSparseFile(false)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true);
        final Archive.Context archiveContext = new Archive.Context()
            .archiveDirectoryName(options.get("archiveDir"))
            .deleteArchiveOnStart(true)
            .threadingMode(ArchiveThreadingMode.SHARED)
            .controlChannelEnabled(false)
            .archiveClientContext(
                new AeronArchive.Context().controlResponseChannel("aeron:udp?endpoint=localhost:0"))
            .replicationChannel("aeron:udp?endpoint=localhost:0")
            .fileSyncLevel(syncLevel)
            .catalogFileSyncLevel(syncLevel);
        try (ArchivingMediaDriver driver = ArchivingMediaDriver.launch(driverContext, archiveContext);
            Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driverContext.aeronDirectoryName()));
            AeronArchive archive = AeronArchive.connect(new AeronArchive.Context()
                .aeron(aeron)
                .controlRequestChannel("aeron:ipc")
                .controlResponseChannel("aeron:ipc"))) {
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
            final int count = Integer.parseInt(options.get("count"));
            record(aeron, archive, buffer, Integer.parseInt(options.get("warmup")), 1001, new long[1]);
            final long[] recordingId = new long[1];
            final double recordRate = record(aeron, archive, buffer, count, 1002, recordingId);
            replay(aeron, archive, recordingId[0], count, 1003);
            final double replayRate = replay(aeron, archive, recordingId[0], count, 1004);
            System.out.println(
                "RESULT record-rate=" + Math.round(recordRate) + " replay-rate=" + Math.round(replayRate));
        }
    }

    private static double record(
        final Aeron aeron,
        final AeronArchive archive,
        final UnsafeBuffer buffer,
        final int count,
        final int streamId,
        final long[] recordingId) {
        archive.startRecording(CHANNEL, streamId, SourceLocation.LOCAL);
        try (ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, streamId)) {
            final CountersReader counters = aeron.countersReader();
            int counterId;
            do {
                counterId = RecordingPos.findCounterIdBySession(counters, publication.sessionId());
            } while (counterId < 0);
            recordingId[0] = RecordingPos.getRecordingId(counters, counterId);
            final long start = System.nanoTime();
            for (int sent = 0; sent < count;) {
                if (publication.offer(buffer, 0, buffer.capacity()) > 0) {
                    sent++;
                } else {
                    Thread.onSpinWait();
                }
            }
            while (counters.getCounterValue(counterId) < publication.position()) {
                Thread.onSpinWait();
            }
            final double rate = count * 1e9 / (System.nanoTime() - start);
            archive.stopRecording(CHANNEL, streamId);
            return rate;
        }
    }

    private static double replay(
        final Aeron aeron, final AeronArchive archive, final long recordingId, final int count, final int streamId) {
        try (Subscription subscription = aeron.addSubscription(CHANNEL, streamId)) {
            final long[] received = {0};
            final FragmentHandler handler = (buffer, offset, size, header) -> received[0]++;
            final long start = System.nanoTime();
            archive.startReplay(recordingId, 0, Long.MAX_VALUE, CHANNEL, streamId);
            while (received[0] < count) {
                if (subscription.poll(handler, 256) == 0) {
                    Thread.onSpinWait();
                }
            }
            return count * 1e9 / (System.nanoTime() - start);
        }
    }
}
