import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ArchiveError, ArchiveErrorCode } from '../../src/archive/mod.ts';
import { connect } from './archive-place.ts';
import { type ArchivePlace, type Language, Stage } from './stage.ts';

const LIVE_MS = 180_000;
const encoder = new TextEncoder();

/** Our client and an authenticator, on an archive of a language. */
export function describeAuthentication(title: string, language: Language): void {
  describe(title, () => {
    const stage = new Stage();
    let place: ArchivePlace;
    before(async () => {
      place = await stage.archive(language, { isGuarded: true });
    });
    after(() => stage.clear());

    const attempt = (credentials: string, answer: (challenge: string) => string) =>
      connect(place, {
        credentialsSupplier: {
          encodedCredentials: () => encoder.encode(credentials),
          onChallenge: (challenge) => encoder.encode(answer(new TextDecoder().decode(challenge))),
        },
      });
    const unchallenged = () => assert.fail('there should be no challenge');

    it('gets in by its credentials, or by the answer to a challenge', { timeout: LIVE_MS }, async () => {
      await using friend = await attempt('open sesame', unchallenged);
      assert.equal(await friend.listRecordings(0, 10, () => {}), 0);
      await using guest = await attempt('hello', (challenge) => challenge.toUpperCase());
      assert.equal(await guest.listRecordings(0, 10, () => {}), 0);
    });

    it('is told that it is rejected', { timeout: LIVE_MS }, async () => {
      const isRejection = (error: unknown) =>
        error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.AUTHENTICATION_REJECTED;
      await assert.rejects(attempt('go away', unchallenged), isRejection);
      await assert.rejects(
        attempt('hello', () => 'nobody'),
        isRejection,
      );
    });
  });
}
