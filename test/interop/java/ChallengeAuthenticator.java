import io.aeron.security.Authenticator;
import io.aeron.security.AuthenticatorSupplier;
import io.aeron.security.SessionProxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets in who shows 'open sesame', rejects who shows 'go away', and challenges all others, who get in by sending the
 * challenge back in upper case.
 */
public final class ChallengeAuthenticator implements Authenticator {
    private static final byte[] CHALLENGE = bytes("who are you?");

    private final Map<Long, String> credentials = new HashMap<>();
    private final Map<Long, String> answers = new HashMap<>();

    /** For `aeron.cluster.authenticator.supplier`. */
    public static final class Supplier implements AuthenticatorSupplier {
        @Override
        public Authenticator get() {
            return new ChallengeAuthenticator();
        }
    }

    @Override
    public void onConnectRequest(final long sessionId, final byte[] encodedCredentials, final long nowMs) {
        credentials.put(sessionId, text(encodedCredentials));
    }

    @Override
    public void onChallengeResponse(final long sessionId, final byte[] encodedCredentials, final long nowMs) {
        answers.put(sessionId, text(encodedCredentials));
    }

    @Override
    public void onConnectedSession(final SessionProxy session, final long nowMs) {
        switch (credentials.get(session.sessionId())) {
            case "open sesame" -> session.authenticate(bytes("friend"));
            case "go away" -> session.reject();
            default -> session.challenge(CHALLENGE);
        }
    }

    @Override
    public void onChallengedSession(final SessionProxy session, final long nowMs) {
        final String answer = answers.get(session.sessionId());
        if (text(CHALLENGE).toUpperCase().equals(answer)) {
            session.authenticate(bytes("guest"));
        } else if (answer != null) {
            session.reject();
        }
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(final byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
