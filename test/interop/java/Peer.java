import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The Java side of the interop tests: `Peer publish|subscribe key=value ...`, the same words as peer-main.ts.
 * It prints what happens, a line each. When its standard input is closed, it stops sending or waiting and ends.
 * A message is its sequence number (int64), the publisher's id (int32), its length (int32) and a pattern.
 */
public final class Peer {
    private static final int HEADER = 16;
    private static final int FRAGMENT_LIMIT = 64;

    private final Map<String, String> options;
    private final CountDownLatch end = new CountDownLatch(1);
    private final IdleStrategy idle = new BackoffIdleStrategy(10, 100, 10_000, 1_000_000);

    private Peer(final Map<String, String> options) {
        this.options = options;
    }

    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            final int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        final Peer peer = new Peer(options);
        peer.watchStdin();
        final Aeron.Context context = new Aeron.Context()
            .aeronDirectoryName(options.get("dir"))
            .driverTimeoutMs(peer.number("driverTimeoutMs", 10_000))
            .errorHandler(error -> System.out.println("ERROR " + error))
            .closeHandler(() -> System.out.println("CLOSED"));
        try (Aeron aeron = Aeron.connect(context)) {
            if ("publish".equals(args[0])) {
                peer.publish(aeron);
            } else {
                peer.subscribe(aeron);
            }
            peer.end.await();
        }
        System.out.println("BYE");
    }

    private void publish(final Aeron aeron) throws Exception {
        final String channel = options.get("channel");
        final int streamId = (int)number("stream", 1001);
        if (flag("exclusive")) {
            final ExclusivePublication publication = aeron.addExclusivePublication(channel, streamId);
            for (final String destination : destinations()) {
                publication.addDestination(destination);
            }
            sendAll(publication, publication::offer);
        } else {
            final Publication publication = aeron.addPublication(channel, streamId);
            for (final String destination : destinations()) {
                publication.addDestination(destination);
            }
            sendAll(publication, publication::offer);
        }
    }

    private interface Offer {
        long offer(DirectBuffer buffer, int offset, int length);
    }

    private void sendAll(final Publication publication, final Offer offer) throws Exception {
        System.out.println("READY session=" + publication.sessionId());
        final long count = offerAll(publication, offer);
        System.out.println("SENT count=" + count + " position=" + publication.position());
    }

    /** How many were sent: all, unless the end or the loss of the driver came before. */
    private long offerAll(final Publication publication, final Offer offer) throws Exception {
        final long count = number("count", 1000);
        final int id = (int)number("id", 1);
        final String length = options.getOrDefault("length", "32");
        final long pauseMs = number("pauseMs", 0);
        final int maxMessageLength = publication.maxMessageLength();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[maxMessageLength]);
        boolean isConnected = false;
        long sequence = 0;
        for (; sequence < count && !isAskedToEnd(); sequence++) {
            final int messageLength = lengthOf(length, sequence, maxMessageLength);
            fill(buffer, sequence, id, messageLength);
            while (true) {
                final long result = offer.offer(buffer, 0, messageLength);
                if (result == Publication.CLOSED || (result < 0 && isAskedToEnd())) {
                    return sequence;
                }
                if (result == Publication.MAX_POSITION_EXCEEDED) {
                    fail("offer " + result + " at " + sequence);
                }
                if (isConnected != (result != Publication.NOT_CONNECTED)) {
                    isConnected = !isConnected;
                    System.out.println((isConnected ? "CONNECTED" : "NOT-CONNECTED") + " at=" + sequence);
                }
                if (result > 0) {
                    break;
                }
                idle.idle();
            }
            idle.reset();
            if (pauseMs > 0) {
                Thread.sleep(pauseMs);
            }
        }
        return sequence;
    }

    private void subscribe(final Aeron aeron) {
        final long count = number("count", 1000);
        final boolean tail = flag("tail");
        final boolean[] unavailable = {false};
        final Subscription subscription = aeron.addSubscription(
            options.get("channel"),
            (int)number("stream", 1001),
            image -> System.out.println("AVAILABLE session=" + image.sessionId() + " join=" + image.joinPosition()),
            image -> {
                System.out.println("UNAVAILABLE session=" + image.sessionId() + " eos=" + image.isEndOfStream());
                unavailable[0] = true;
            });
        for (final String destination : destinations()) {
            subscription.addDestination(destination);
        }
        System.out.println("READY");
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
            if (received[0]++ == 0) {
                System.out.println("FIRST");
            }
        });
        pollUntil(
            subscription,
            assembler,
            () -> received[0] >= count || subscription.isClosed() || (tail && unavailable[0]));
        System.out.println("RECEIVED count=" + received[0]);
        if (flag("eos")) {
            pollUntil(subscription, assembler, () -> unavailable[0] || isEnded(subscription));
            System.out.println("END-OF-STREAM");
        }
    }

    private void pollUntil(
        final Subscription subscription, final FragmentAssembler assembler, final BooleanSupplier isDone) {
        while (!isDone.getAsBoolean() && !isAskedToEnd()) {
            idle.idle(subscription.poll(assembler, FRAGMENT_LIMIT));
        }
    }

    private static boolean isEnded(final Subscription subscription) {
        boolean ended = subscription.imageCount() > 0;
        for (final Image image : subscription.images()) {
            ended &= image.isEndOfStream();
        }
        return ended;
    }

    private long number(final String name, final long otherwise) {
        return options.containsKey(name) ? Long.parseLong(options.get(name)) : otherwise;
    }

    private boolean flag(final String name) {
        return "true".equals(options.get(name));
    }

    private String[] destinations() {
        final String destinations = options.getOrDefault("destinations", "");
        return destinations.isEmpty() ? new String[0] : destinations.split(",");
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

    private boolean isAskedToEnd() {
        return end.getCount() == 0;
    }

    private void watchStdin() {
        final Thread reader = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // keeps reading
                }
            } catch (final IOException ignore) {
                // as good as its end
            }
            end.countDown();
        });
        reader.setDaemon(true);
        reader.start();
    }
}
