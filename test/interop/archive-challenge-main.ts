import {
  type Authenticator,
  type AuthenticatorSupplier,
  BackoffIdleStrategy,
  type SessionProxy,
} from '../../src/agrona/mod.ts';
import { ArchivingMediaDriver } from '../../src/launch/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

/*
 * A media driver and an archive in one loop, configured by the environment, with the authenticator that
 * ChallengeAuthenticator.java is.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CHALLENGE = 'who are you?';

class ChallengeAuthenticator implements Authenticator {
  readonly #credentials = new Map<number, string>();
  readonly #answers = new Map<number, string>();

  onConnectRequest(sessionId: number, encodedCredentials: Uint8Array): void {
    this.#credentials.set(sessionId, decoder.decode(encodedCredentials));
  }

  onChallengeResponse(sessionId: number, encodedCredentials: Uint8Array): void {
    this.#answers.set(sessionId, decoder.decode(encodedCredentials));
  }

  onConnectedSession(session: SessionProxy): void {
    switch (this.#credentials.get(session.sessionId)) {
      case 'open sesame':
        session.authenticate(encoder.encode('friend'));
        break;
      case 'go away':
        session.reject();
        break;
      default:
        session.challenge(encoder.encode(CHALLENGE));
    }
  }

  onChallengedSession(session: SessionProxy): void {
    const answer = this.#answers.get(session.sessionId);
    if (answer === CHALLENGE.toUpperCase()) {
      session.authenticate(encoder.encode('guest'));
    } else if (answer !== undefined) {
      session.reject();
    }
  }
}

const authenticatorSupplier: AuthenticatorSupplier = () => new ChallengeAuthenticator();
const logger = (text: string) => console.error(text);
const node = await ArchivingMediaDriver.launch({ threadingMode: 'INVOKER', logger }, { authenticatorSupplier });
const idleStrategy = new BackoffIdleStrategy(nativePlatform());

let isOver = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isOver = true;
  });
}
node.ended.then(() => {
  isOver = true;
});

/** A stretch of rounds, and then whatever the event loop has, signals for one. */
function turn(): void {
  for (let round = 0; round < 50 && !isOver; round++) {
    idleStrategy.idle(node.doWork!());
  }
  if (isOver) {
    node.close();
  } else {
    setImmediate(turn);
  }
}
turn();
