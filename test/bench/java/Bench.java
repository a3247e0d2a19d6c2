import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

/**
 * The Java side of the benchmarks: `Bench throughput|round-trip key=value ...`, with an embedded SHARED driver,
 * a publisher and a subscriber thread. Prints one line, the same words as bench-main.ts.
 */
public final class Bench {
    public static void main(final String[] args) throws Exception {
        final Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            final int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        final MediaDriver.Context context = new MediaDriver.Context()
            .aeronDirectoryName(options.get("dir"))
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(idle(options.get("driverIdle")))
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true);
        try (MediaDriver driver = MediaDriver.launch(context);
            Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(context.aeronDirectoryName()))) {
            if ("throughput".equals(args[0])) {
                throughput(aeron, options);
            } else {
                roundTrip(aeron, options);
            }
        }
    }

    private static void throughput(final Aeron aeron, final Map<String, String> options) throws Exception {
        final int length = Integer.parseInt(options.get("length"));
        final long warmupNs = Long.parseLong(options.get("warmupMs")) * 1_000_000L;
        final long measureNs = Long.parseLong(options.get("measureMs")) * 1_000_000L;
        final boolean exclusive = !"concurrent".equals(options.get("publication"));
        final String channel = options.get("channel");
        final Subscription subscription = aeron.addSubscription(channel, 1001);
        final Publication shared = exclusive ? null : aeron.addPublication(channel, 1001);
        final ExclusivePublication sole = exclusive ? aeron.addExclusivePublication(channel, 1001) : null;
        final boolean[] running = {true};
        final Thread publisher = new Thread(() -> {
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
            final IdleStrategy idle = idle(options.get("clientIdle"));
            while (isRunning(running)) {
                for (int i = 0; i < 1000; i++) {
                    final long result = exclusive ? sole.offer(buffer, 0, length) : shared.offer(buffer, 0, length);
                    if (result < 0) {
                        idle.idle();
                    } else {
                        idle.reset();
                    }
                }
            }
        });
        final long[] received = {0};
        final FragmentHandler handler = (buffer, offset, size, header) -> received[0]++;
        publisher.start();
        final IdleStrategy idle = idle(options.get("clientIdle"));
        final long start = System.nanoTime();
        final long from = pollUntil(subscription, handler, idle, start + warmupNs);
        final long before = received[0];
        final long to = pollUntil(subscription, handler, idle, from + measureNs);
        final double rate = (received[0] - before) * 1e9 / (to - from);
        stop(running);
        while (publisher.isAlive()) {
            subscription.poll(handler, 256);
        }
        System.out.println("RESULT rate=" + Math.round(rate));
    }

    private static long pollUntil(
        final Subscription subscription, final FragmentHandler handler, final IdleStrategy idle, final long deadline) {
        while (true) {
            for (int i = 0; i < 100; i++) {
                idle.idle(subscription.poll(handler, 256));
            }
            final long now = System.nanoTime();
            if (now >= deadline) {
                return now;
            }
        }
    }

    private static void roundTrip(final Aeron aeron, final Map<String, String> options) throws Exception {
        final int length = Integer.parseInt(options.get("length"));
        final int warmup = Integer.parseInt(options.get("warmup"));
        final int count = Integer.parseInt(options.get("count"));
        final Subscription pings = aeron.addSubscription(options.get("channel"), 1001);
        final Subscription pongs = aeron.addSubscription(options.get("replyChannel"), 1002);
        final ExclusivePublication ping = aeron.addExclusivePublication(options.get("channel"), 1001);
        final ExclusivePublication pong = aeron.addExclusivePublication(options.get("replyChannel"), 1002);
        while (!ping.isConnected() || !pong.isConnected()) {
            Thread.sleep(1);
        }
        final boolean[] running = {true};
        final Thread echo = new Thread(() -> {
            final IdleStrategy idle = idle(options.get("clientIdle"));
            final FragmentHandler handler = (buffer, offset, size, header) -> {
                while (pong.offer(buffer, offset, size) < 0) {
                    Thread.onSpinWait();
                }
            };
            while (isRunning(running)) {
                idle.idle(pings.poll(handler, 10));
            }
        });
        echo.start();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
        final IdleStrategy idle = idle(options.get("clientIdle"));
        final long[] answered = {0};
        final FragmentHandler handler = (b, offset, size, header) -> answered[0]++;
        final long[] samples = new long[count];
        for (int i = -warmup; i < count; i++) {
            final long sent = System.nanoTime();
            while (ping.offer(buffer, 0, length) < 0) {
                Thread.onSpinWait();
            }
            final long expected = answered[0] + 1;
            while (answered[0] < expected) {
                idle.idle(pongs.poll(handler, 10));
            }
            if (i >= 0) {
                samples[i] = System.nanoTime() - sent;
            }
        }
        stop(running);
        echo.join();
        Arrays.sort(samples);
        System.out.println("RESULT p50=" + samples[count / 2] + " p90=" + samples[(int)(count * 0.9)] +
            " p99=" + samples[(int)(count * 0.99)] + " p999=" + samples[(int)(count * 0.999)]);
    }

    private static boolean isRunning(final boolean[] running) {
        synchronized (running) {
            return running[0];
        }
    }

    private static void stop(final boolean[] running) {
        synchronized (running) {
            running[0] = false;
        }
    }

    private static IdleStrategy idle(final String name) {
        switch (name) {
            case "spin":
                return new BusySpinIdleStrategy();
            case "yield":
                return new YieldingIdleStrategy();
            default:
                return new BackoffIdleStrategy();
        }
    }
}
