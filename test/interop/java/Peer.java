import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The Java side of the interop tests: `Peer publish|subscribe key=value ...`, the same words as peer-main.ts.
 * A message is its sequence number (int64), the publisher's id (int32), its length (int32) and a pattern.
 */
public final class Peer {
    private static final int HEADER = 16;

    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            final int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        final Aeron.Context context = new Aeron.Context().aeronDirectoryName(options.get("dir"));
        context.errorHandler(error -> System.out.println("ERROR " + error));
        try (Aeron aeron = Aeron.connect(context)) {
            if ("publish".equals(args[0])) {
                publish(aeron, options);
            } else {
                subscribe(aeron, options);
            }
        }
    }

    private static void publish(final Aeron aeron, final Map<String, String> options) throws Exception {
        final String channel = options.get("channel");
        final int streamId = number(options, "stream", 1001);
        final long count = number(options, "count", 1000);
        final int id = number(options, "id", 1);
        final String length = options.getOrDefault("length", "32");
        final boolean exclusive = "true".equals(options.get("exclusive"));
        final Publication shared = exclusive ? null : aeron.addPublication(channel, streamId);
        final ExclusivePublication sole = exclusive ? aeron.addExclusivePublication(channel, streamId) : null;
        for (final String destination : options.getOrDefault("destinations", "").split(",")) {
            if (!destination.isEmpty()) {
                if (exclusive) {
                    sole.addDestination(destination);
                } else {
                    shared.addDestination(destination);
                }
            }
        }
        final int maxMessageLength = exclusive ? sole.maxMessageLength() : shared.maxMessageLength();
        System.out.println("READY session=" + (exclusive ? sole.sessionId() : shared.sessionId()));
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[maxMessageLength]);
        for (long sequence = 0; sequence < count; sequence++) {
            final int messageLength = lengthOf(length, sequence, maxMessageLength);
            fill(buffer, sequence, id, messageLength);
            long result;
            while ((result = exclusive ?
                sole.offer(buffer, 0, messageLength) : shared.offer(buffer, 0, messageLength)) < 0) {
                if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                    System.out.println("FAILED offer " + result + " at " + sequence);
                    System.exit(1);
                }
                Thread.yield();
            }
        }
        System.out.println("SENT count=" + count + " position=" + (exclusive ? sole.position() : shared.position()));
        awaitStdin();
    }

    private static void subscribe(final Aeron aeron, final Map<String, String> options) throws Exception {
        final long count = number(options, "count", 1000);
        final boolean tail = "true".equals(options.get("tail"));
        final Map<Long, Long> next = new HashMap<>();
        final long[] received = {0};
        final FragmentAssembler assembler = new FragmentAssembler((buffer, offset, length, header) -> {
            final long sequence = buffer.getLong(offset);
            final int id = buffer.getInt(offset + 8);
            final long key = ((long)header.sessionId() << 32) | (id & 0xFFFFFFFFL);
            final Long expected = next.get(key);
            if (expected == null ? !tail && sequence != 0 : sequence != expected) {
                fail("sequence " + sequence + " of " + id + " instead of " + (expected == null ? 0 : expected));
            }
            next.put(key, sequence + 1);
            check(buffer, offset, length, sequence, id);
            received[0]++;
        });
        final boolean[] unavailable = {false};
        final Subscription subscription = aeron.addSubscription(
            options.get("channel"),
            number(options, "stream", 1001),
            image -> System.out.println("AVAILABLE session=" + image.sessionId() + " join=" + image.joinPosition()),
            image -> {
                System.out.println("UNAVAILABLE session=" + image.sessionId() + " eos=" + image.isEndOfStream());
                unavailable[0] = true;
            });
        for (final String destination : options.getOrDefault("destinations", "").split(",")) {
            if (!destination.isEmpty()) {
                subscription.addDestination(destination);
            }
        }
        System.out.println("READY");
        final long slowNs = number(options, "slowNs", 0);
        while (received[0] < count) {
            if (subscription.poll(assembler, 64) == 0) {
                if (tail && unavailable[0]) {
                    break;
                }
                Thread.yield();
            } else if (slowNs > 0) {
                Thread.sleep(0, (int)slowNs);
            }
        }
        System.out.println("RECEIVED count=" + received[0]);
        if ("true".equals(options.get("eos"))) {
            while (true) {
                subscription.poll(assembler, 64);
                boolean ended = subscription.imageCount() > 0;
                for (final Image image : subscription.images()) {
                    ended &= image.isEndOfStream();
                }
                if (ended || unavailable[0]) {
                    break;
                }
                Thread.yield();
            }
            System.out.println("END-OF-STREAM");
        }
        awaitStdin();
    }

    private static int number(final Map<String, String> options, final String name, final int otherwise) {
        return options.containsKey(name) ? Integer.parseInt(options.get(name)) : otherwise;
    }

    /** 'mixed' walks through small, fragmented and now and then maximum length. */
    private static int lengthOf(final String length, final long sequence, final int maxMessageLength) {
        if (!"mixed".equals(length)) {
            return "max".equals(length) ? maxMessageLength : Integer.parseInt(length);
        }
        if (sequence % 500 == 499) {
            return maxMessageLength;
        }
        return HEADER + (int)((sequence * 7919) % (sequence % 10 == 9 ? Math.min(9000, maxMessageLength - HEADER) : 1000));
    }

    private static void fill(final UnsafeBuffer buffer, final long sequence, final int id, final int length) {
        buffer.putLong(0, sequence);
        buffer.putInt(8, id);
        buffer.putInt(12, length);
        for (int i = HEADER; i < length; i++) {
            buffer.putByte(i, (byte)(sequence * 31 + i));
        }
    }

    private static void check(
        final DirectBuffer buffer, final int offset, final int length, final long sequence, final int id) {
        if (buffer.getInt(offset + 12) != length) {
            fail("length " + length + " of " + sequence + " instead of " + buffer.getInt(offset + 12));
        }
        for (int i = HEADER; i < length; i++) {
            if (buffer.getByte(offset + i) != (byte)(sequence * 31 + i)) {
                fail("byte " + i + " of " + sequence + " from " + id);
            }
        }
    }

    private static void fail(final String why) {
        System.out.println("FAILED " + why);
        System.exit(1);
    }

    /** The parent closes our standard input when the story is over; everything stays open until then. */
    private static void awaitStdin() throws Exception {
        while (System.in.read() >= 0) {
            // keeps reading
        }
        System.out.println("BYE");
    }
}
